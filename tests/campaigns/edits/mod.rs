//! The operators: everything that people and their tools do between two
//! builds. One table; each operator is one function.

mod cascade;
mod config;
mod front;
mod hands;
mod lone;
mod pages;
mod text;
mod theme;
mod time;
mod wounds;

pub use lone::solo;

use super::chance::Chance;
use super::scene::Scene;

/// An edit of a site. It says whether there was anything that it could edit.
pub type Edit = fn(&mut Scene, &mut Chance) -> bool;

/// An operator.
#[derive(Clone, Copy)]
pub struct Operator {
    /// Its name, in replays.
    pub name: &'static str,
    pub edit: Edit,
}

const fn operator(name: &'static str, edit: Edit) -> Operator {
    Operator { name, edit }
}

/// All operators.
pub const OPERATORS: &[Operator] = &[
    operator("edit-body", text::edit_body),
    operator("edit-first-paragraph", text::edit_first_paragraph),
    operator("same-size-in-one-tick", text::same_size_in_one_tick),
    operator("edit-heading-linked-to", text::edit_heading_linked_to),
    operator("edit-code", text::edit_code),
    operator("copy-code", text::copy_code),
    operator("edit-link", text::edit_link),
    operator("remove-block", text::remove_block),
    operator("edit-title", front::edit_title),
    operator("edit-date", front::edit_date),
    operator("edit-updated", front::edit_updated),
    operator("edit-slug", front::edit_slug),
    operator("edit-path", front::edit_path),
    operator("edit-description", front::edit_description),
    operator("edit-weight", front::edit_weight),
    operator("edit-tags", front::edit_tags),
    operator("last-use-of-a-term", front::last_use_of_a_term),
    operator("term-in-another-case", front::term_in_another_case),
    operator("edit-categories", front::edit_categories),
    operator("edit-meta", front::edit_meta),
    operator("edit-review", front::edit_review),
    operator("turn-draft", front::turn_draft),
    operator("add-alias", front::add_alias),
    operator("remove-alias", front::remove_alias),
    operator("swap-format", front::swap_format),
    operator("expire", time::expire),
    operator("publish-later", time::publish_later),
    operator("clock-by-years", time::clock_by_years),
    operator("clock-by-days", time::clock_by_days),
    operator("add-page", pages::add_page),
    operator("delete-page", pages::delete_page),
    operator("rename-page", pages::rename_page),
    operator("move-page", pages::move_page),
    operator("exchange-pages", pages::exchange_pages),
    operator("add-section-index", pages::add_section_index),
    operator("remove-section-index", pages::remove_section_index),
    operator("rename-section", pages::rename_section),
    operator("leaf-to-bundle", pages::leaf_to_bundle),
    operator("bundle-to-leaf", pages::bundle_to_leaf),
    operator("grow-pagination", pages::grow_pagination),
    operator("shrink-pagination", pages::shrink_pagination),
    operator("swap-image", theme::swap_image),
    operator("exchange-images", theme::exchange_images),
    operator("add-image", theme::add_image),
    operator("remove-image", theme::remove_image),
    operator("edit-static", theme::edit_static),
    operator("own-style", theme::own_style),
    operator("own-script", theme::own_script),
    operator("retarget-link", theme::retarget_link),
    operator("edit-behind-link", theme::edit_behind_link),
    operator("edit-template", theme::edit_template),
    operator("edit-included-template", theme::edit_included_template),
    operator("edit-component", theme::edit_component),
    operator("edit-hook", theme::edit_hook),
    operator("create-template", theme::create_template),
    operator("create-hook", theme::create_hook),
    operator("delete-template", theme::delete_template),
    operator("delete-component-or-hook", theme::delete_component_or_hook),
    operator("edit-data", theme::edit_data),
    operator("create-data", theme::create_data),
    operator("delete-data", theme::delete_data),
    operator("config-title", config::title),
    operator("config-base-url", config::base_url),
    operator("config-theme", config::theme),
    operator("config-taxonomies", config::taxonomies),
    operator("config-lists", config::lists),
    operator("config-cascade", config::cascade),
    operator("config-markdown", config::markdown),
    operator("config-rules", config::rules),
    operator("cascade-authors", cascade::authors),
    operator("cascade-description", cascade::description),
    operator("cascade-same-description", cascade::same_description),
    operator("cascade-date", cascade::date),
    operator("cascade-updated", cascade::updated),
    operator("cascade-expires", cascade::expires),
    operator("cascade-template", cascade::template),
    operator("cascade-meta", cascade::meta),
    operator("cascade-extra", cascade::extra),
    operator("cascade-review", cascade::review),
    operator("cascade-terms", cascade::terms),
    operator("cascade-draft", cascade::draft),
    operator("noindex", cascade::noindex),
    operator("rename-under-one-address", lone::rename_under_one_address),
    operator("move-behind-alias", lone::move_behind_alias),
    operator("edit-section-path", lone::edit_section_path),
    operator("index-beside-readme", lone::index_beside_readme),
    operator("line-of-a-finding", lone::line_of_a_finding),
    operator("edit-anchor", lone::edit_anchor),
    operator("edit-serial", lone::edit_serial),
    operator("edit-language", lone::edit_language),
    operator("older-guides", lone::older_guides),
    operator("newer-guides", lone::newer_guides),
    operator("term-in-other-letters", lone::term_in_other_letters),
    operator("config-author", config::author),
    operator("config-description", config::description),
    operator("config-language", config::language),
    operator("config-menu", config::menu),
    operator("config-extra", config::extra),
    operator("config-feed-of-the-site", config::feed_of_the_site),
    operator("config-feeds-of-sections", config::feeds_of_sections),
    operator("config-other-host", config::other_host),
    operator("config-meta-box", config::meta_box),
    operator("config-meta-label", config::meta_label),
    operator("config-similar", config::similar),
    operator("config-line-numbers", config::line_numbers),
    operator("config-taxonomy-title", config::taxonomy_title),
    operator("config-other", config::other),
    operator("flags", config::flags),
    operator("output-deleted", hands::output_deleted),
    operator("output-folder-deleted", hands::output_folder_deleted),
    operator("output-altered", hands::output_altered),
    operator("output-altered-unseen", hands::output_altered_unseen),
    operator("outputs-gone", hands::outputs_gone),
    operator("foreign-file", hands::foreign_file),
    operator("cache-gone", hands::cache_gone),
    operator("another-build", hands::another_build),
    operator("nothing", hands::nothing),
    operator("touch", hands::touch),
    operator("revert", hands::revert),
    operator("several", several),
    operator("two-claim-one-url", wounds::two_claim_one_url),
    operator("break-front-matter", wounds::break_front_matter),
    operator("break-template", wounds::break_template),
    operator("break-config", wounds::break_config),
    operator("break-data", wounds::break_data),
    operator("break-encoding", wounds::break_encoding),
    operator("foreign-in-the-way", wounds::foreign_in_the_way),
    operator("foreign-file-for-folder", wounds::foreign_file_for_folder),
    operator("foreign-folder-for-file", wounds::foreign_folder_for_file),
    operator("mend", wounds::mend),
];

/// Operators that need a disk of its own for the site.
pub const ON_A_DISK: &[Operator] = &[
    operator("same-size-in-one-second", text::same_size_in_one_second),
    operator("power-cut", hands::power_cut),
];

/// The operator of a name.
pub fn by_name(name: &str) -> Option<Operator> {
    OPERATORS
        .iter()
        .chain(ON_A_DISK)
        .find(|known| known.name == name)
        .copied()
}

/// Whether a build is expected to fail after an operator.
pub fn breaks(name: &str) -> bool {
    wounds::BREAKING.contains(&name)
}

/// Several edits before one build, as after a switch of branches.
fn several(scene: &mut Scene, chance: &mut Chance) -> bool {
    let mut any = false;
    for _ in 0..chance.below(5) + 2 {
        let chosen = chance.of(OPERATORS);
        // These speak of a build, or of the one that follows at once.
        if [
            "several",
            "nothing",
            "cache-gone",
            "another-build",
            "same-size-in-one-tick",
        ]
        .contains(&chosen.name)
        {
            continue;
        }
        any |= (chosen.edit)(scene, chance);
    }
    any
}
