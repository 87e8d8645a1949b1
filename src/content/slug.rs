//! Slugs: the words of an address or an anchor.

use unicode_normalization::UnicodeNormalization;

/// The slug of a text as GitHub makes heading anchors: lower case, letters,
/// digits, `-` and `_` kept, spaces turned into `-`, everything else dropped.
/// Letters of every script are kept, in composed form (NFC).
pub fn anchor(text: &str) -> String {
    text.trim()
        .nfc()
        .flat_map(char::to_lowercase)
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            c if c.is_whitespace() => Some('-'),
            _ => None,
        })
        .collect()
}

/// The slug of a term or title in an address: as [`anchor`], but every run of
/// other characters becomes one `-`, and none stands at an end. `C++` and `C#`
/// stay apart from `C`: `+`, `#` and `&` are spelt out.
pub fn slugify(text: &str) -> String {
    let mut slug = String::new();
    let mut gap = false;
    for c in text.trim().nfc().flat_map(char::to_lowercase) {
        let word = match c {
            '+' => "plus",
            '#' => "sharp",
            '&' => "and",
            _ => "",
        };
        if c.is_alphanumeric() || c == '_' {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(c);
        } else if word.is_empty() {
            gap = true;
        } else {
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(word);
            gap = true;
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_githubs() {
        assert_eq!(anchor("What's new? (v1.2)"), "whats-new-v12");
        assert_eq!(anchor("Prüfen & Öffnen"), "prüfen--öffnen");
        assert_eq!(anchor("snake_case-kept"), "snake_case-kept");
    }

    #[test]
    fn slugs_keep_terms_apart() {
        assert_eq!(slugify("Python services"), "python-services");
        assert_eq!(slugify("C"), "c");
        assert_eq!(slugify("C++"), "c-plus-plus");
        assert_eq!(slugify("C#"), "c-sharp");
        assert_eq!(slugify("  --  "), "");
    }
}
