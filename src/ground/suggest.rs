//! "Did you mean": the nearest of a list of known names.

/// The known name that `wrong` was probably meant to be, if one is near.
///
/// Near is a Damerau-Levenshtein distance of at most a third of the longer
/// name's characters (at least one), compared without case and with `-` and
/// `_` taken as equal. Ties go to the name that comes first in the list.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = fold(wrong);
    if wrong.is_empty() {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let folded = fold(name);
        let limit = (wrong.chars().count().max(folded.chars().count()) / 3).max(1);
        let distance = strsim::damerau_levenshtein(&wrong, &folded);
        // A name of one or two letters is near to everything.
        if distance > limit || (folded.chars().count() <= 2 && distance > 0) {
            continue;
        }
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

fn fold(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["title", "draft", "weight", "last_reviewed"];
        assert_eq!(did_you_mean("titel", known), Some("title"));
        assert_eq!(did_you_mean("wieght", known), Some("weight"));
        assert_eq!(did_you_mean("last-reviewed", known), Some("last_reviewed"));
        assert_eq!(did_you_mean("colour", known), None);
        assert_eq!(did_you_mean("", known), None);
    }
}
