//! Pictures, static files, templates, components, hooks and data.

use super::super::chance::Chance;
use super::super::disk::Rename;
use super::super::generate::GAUGE;
use super::super::page::quoted;
use super::super::scene::Scene;
use super::super::words;
use super::text::bump;

fn is_picture(path: &str) -> bool {
    path.to_ascii_lowercase().ends_with(".png")
}

/// Another picture, of another size in pixels or not, under the same name.
pub fn swap_image(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, is_picture) else {
        return false;
    };
    let width = if chance.one_in(2) { 64 } else { 80 };
    let picture = words::picture(chance, width, 48);
    scene.model.files.insert(path, picture);
    true
}

/// Two pictures of the same length change names, and keep their times.
pub fn exchange_images(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(one) = scene.model.file(chance, is_picture) else {
        return false;
    };
    let another = |path: &str| is_picture(path) && path != one;
    let Some(other) = scene.model.file(chance, another) else {
        return false;
    };
    let root = scene.folders().root.clone();
    let on_disk = |path: &String| root.join(path).exists();
    if !on_disk(&one) || !on_disk(&other) || !scene.renames.is_empty() {
        return false;
    }
    let (Some(first), Some(second)) = (
        scene.model.files.remove(&one),
        scene.model.files.remove(&other),
    ) else {
        return false;
    };
    scene.renames.push(Rename::Swap(one.clone(), other.clone()));
    scene.model.files.insert(one, second);
    scene.model.files.insert(other, first);
    true
}

/// A picture and a guide that shows it.
pub fn add_image(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let name = format!("shot-{}.png", chance.below(100_000));
    let page = &mut scene.model.pages[at];
    page.body.push(format!("![A shot]({name})"));
    let folder = page.bundle_folder().unwrap_or_else(|| page.folder.clone());
    let path = super::super::page::join(&folder, &name);
    let picture = words::picture(chance, 32, 32);
    scene
        .model
        .files
        .insert(format!("{}{path}", scene.model.content), picture);
    true
}

/// A picture goes, whether a guide shows it or not.
pub fn remove_image(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, is_picture) else {
        return false;
    };
    scene.model.files.remove(&path);
    true
}

/// A static file comes, changes or goes.
pub fn edit_static(scene: &mut Scene, chance: &mut Chance) -> bool {
    let path = format!("static/files/{}.txt", chance.below(3));
    if scene.model.files.contains_key(&path) && chance.one_in(3) {
        scene.model.files.remove(&path);
    } else {
        let text = words::sentence(chance);
        scene.model.files.insert(path, text.into_bytes());
    }
    true
}

pub fn own_style(scene: &mut Scene, chance: &mut Chance) -> bool {
    own_theme_file(scene, chance, "static/guidepost.css")
}

pub fn own_script(scene: &mut Scene, chance: &mut Chance) -> bool {
    own_theme_file(scene, chance, "static/guidepost.js")
}

/// The site's own version of a file of the theme.
fn own_theme_file(scene: &mut Scene, chance: &mut Chance, path: &str) -> bool {
    if scene.model.files.contains_key(path) && chance.one_in(2) {
        scene.model.files.remove(path);
    } else {
        let text = format!("/* {} */\n", words::sentence(chance));
        scene.model.files.insert(path.into(), text.into_bytes());
    }
    true
}

/// A link in the sources leads to another file of the same size.
pub fn retarget_link(scene: &mut Scene, _: &mut Chance) -> bool {
    let Some(target) = scene.model.links.values_mut().next() else {
        return false;
    };
    *target = if target.ends_with("one.txt") {
        "shared/two.txt".into()
    } else {
        "shared/one.txt".into()
    };
    true
}

/// The file that a link leads to changes.
pub fn edit_behind_link(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(target) = scene.model.links.values().next().cloned() else {
        return false;
    };
    let text = format!("shared {:03}\n", chance.below(1000));
    scene.model.shared.insert(target, text.into_bytes());
    true
}

/// Edits one of the site's own text files that fits.
fn edit_text(scene: &mut Scene, chance: &mut Chance, fits: impl Fn(&str) -> bool) -> bool {
    let Some(path) = scene.model.file(chance, fits) else {
        return false;
    };
    let Some(bytes) = scene.model.files.get_mut(&path) else {
        return false;
    };
    let mut text = String::from_utf8(std::mem::take(bytes)).expect("a template is text");
    let before = text.clone();
    // The last number within, or a comment that is only whitespace on a page.
    match text.rfind("100") {
        Some(at) => {
            let number = format!("{:03}", chance.below(900) + 100);
            text.replace_range(at..at + 3, &number);
        }
        None => bump(&mut text),
    }
    if text == before {
        text.push_str("{# looked through #}\n");
    }
    *bytes = text.into_bytes();
    true
}

fn is_page_template(path: &str) -> bool {
    path.starts_with("templates/")
        && ![
            "templates/partials/",
            "templates/components/",
            "templates/hooks/",
        ]
        .iter()
        .any(|folder| path.starts_with(folder))
}

pub fn edit_template(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, is_page_template) else {
        return false;
    };
    let number = chance.below(900) + 100;
    let Some(bytes) = scene.model.files.get_mut(&path) else {
        return false;
    };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let block = "{% block main %}";
    *bytes = match text.split_once(block) {
        Some((head, tail)) => {
            // In place of what an earlier edit put here.
            let tail = tail.split_once("-->").map_or(tail, |(_, tail)| tail);
            format!("{head}{block}<!-- {number} -->{tail}").into_bytes()
        }
        None => format!("{text}<!-- {number} -->").into_bytes(),
    };
    true
}

pub fn edit_included_template(scene: &mut Scene, chance: &mut Chance) -> bool {
    let path = "templates/partials/own.html";
    if !scene.model.files.contains_key(path) {
        return false;
    }
    let text = format!("<p>Edition {}</p>\n", chance.below(900) + 100);
    scene.model.files.insert(path.into(), text.into_bytes());
    true
}

pub fn edit_component(scene: &mut Scene, chance: &mut Chance) -> bool {
    let path = "templates/components/gauge.html";
    let files = &mut scene.model.files;
    let bytes = files.entry(path.into()).or_insert_with(|| GAUGE.into());
    let text = String::from_utf8_lossy(bytes).into_owned();
    let unit = chance.of(&["Nm", "bar", "mm", "kg"]);
    let Some((head, tail)) = text.split_once("{{ value }} ") else {
        return false;
    };
    let Some((_, tail)) = tail.split_once('<') else {
        return false;
    };
    *bytes = format!("{head}{{{{ value }}}} {unit}<{tail}").into_bytes();
    true
}

pub fn edit_hook(scene: &mut Scene, chance: &mut Chance) -> bool {
    edit_text(scene, chance, |path| path.starts_with("templates/hooks/"))
}

/// Templates of the theme that a site may have its own version of.
const OVERRIDES: [(&str, &str); 5] = [
    (
        "templates/article.html",
        "{% extends \"base.html\" %}\n{% block main %}<h1>{{ page.title }}</h1>{{ page.content | safe }}{{ page.meta_box | safe }}{% for other in page.similar %}<a href=\"{{ other.href }}\">{{ other.title }}</a> {% endfor %}{% if page.next %}{{ page.next.title }}{% endif %}{% endblock main %}\n",
    ),
    (
        "templates/section.html",
        "{% extends \"base.html\" %}\n{% block main %}<h1>{{ page.title }}</h1>{% for item in list.items %}<a href=\"{{ item.href }}\">{{ item.title }}</a>{% endfor %}{% endblock main %}\n",
    ),
    (
        "templates/404.html",
        "{% extends \"base.html\" %}\n{% block main %}Gone{% endblock main %}\n",
    ),
    (
        "templates/alias.html",
        "<a href=\"{{ target }}\">moved</a>\n",
    ),
    (
        "templates/partials/terms.html",
        "{% for taxonomy in page.taxonomies %}{{ taxonomy.title }}: {% for term in taxonomy.terms %}{{ term.title }} {% endfor %}{% endfor %}\n",
    ),
];

/// A template of the site's own where the theme's served.
pub fn create_template(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (path, text) = chance.of(&OVERRIDES);
    if scene.model.files.contains_key(path) {
        return false;
    }
    scene.model.files.insert(path.into(), text.into());
    true
}

/// Hooks that a site may have.
const HOOKS: [(&str, &str); 4] = [
    (
        "templates/hooks/heading.html",
        "<h{{ level }} id=\"{{ id }}\" class=\"own-100\">{{ content | safe }}</h{{ level }}>",
    ),
    (
        "templates/hooks/image.html",
        "<img src=\"{{ src }}\" alt=\"{{ alt }}\" width=\"{{ width }}\" title=\"own-100\">",
    ),
    (
        "templates/hooks/code.html",
        "<div class=\"own-100\" lang=\"{{ language }}\">{{ content | safe }}</div>",
    ),
    (
        "templates/hooks/admonition.html",
        "<aside class=\"own-100\">{{ title }}{{ content | safe }}</aside>",
    ),
];

/// A hook where the built-in markup served.
pub fn create_hook(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (path, text) = chance.of(&HOOKS);
    if scene.model.files.contains_key(path) {
        return false;
    }
    scene.model.files.insert(path.into(), text.into());
    true
}

/// One of the site's own templates goes, and the theme's serves again. The one
/// that only the site has stays with the page that names it.
pub fn delete_template(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, |path| {
        (is_page_template(path) || path.starts_with("templates/partials/"))
            && path != "templates/register.html"
            && path != "templates/partials/own.html"
    }) else {
        return false;
    };
    scene.model.files.remove(&path);
    true
}

pub fn delete_component_or_hook(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, |path| {
        path.starts_with("templates/hooks/") || path.starts_with("templates/components/")
    }) else {
        return false;
    };
    scene.model.files.remove(&path);
    true
}

/// Another part in the list that a template shows.
pub fn edit_data(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(bytes) = scene.model.files.get_mut("data/parts.csv") else {
        return false;
    };
    let line = format!("F-{},{}\n", chance.below(900) + 100, chance.below(90));
    bytes.extend(line.as_bytes());
    true
}

/// A data file, and a template that shows it on every page.
pub fn create_data(scene: &mut Scene, chance: &mut Chance) -> bool {
    let text = format!("phone = {}\n", quoted(&chance.below(100_000).to_string()));
    let files = &mut scene.model.files;
    if files.contains_key("data/desk.toml") || !files.contains_key("templates/partials/own.html") {
        return false;
    }
    files.insert("data/desk.toml".into(), text.into_bytes());
    files.insert(
        "templates/partials/own.html".into(),
        "<p>Edition 100, call {{ data.desk.phone | default(value=\"nobody\") }}</p>\n".into(),
    );
    true
}

pub fn delete_data(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = scene.model.file(chance, |path| path.starts_with("data/")) else {
        return false;
    };
    scene.model.files.remove(&path);
    true
}
