//! Pages of a list whose old pages keep their numbers.
//!
//! Pages are cut from the end: page 1 holds the last guides of the list, and
//! the first page, which has no number, holds what is left over. A guide that
//! joins at the front of the list changes the first page alone, until that is
//! full enough to leave a new numbered page behind. Invariant: every guide is
//! on exactly one page, and the first page holds at least as many guides as a
//! numbered one as long as there are that many.

use std::ops::Range;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// 0 for the first page, else the page's lasting number.
    pub number: usize,
    /// Which entries of the list it holds.
    pub entries: Range<usize>,
    /// Number of the page with the entries before these; `None` on the first.
    pub newer: Option<usize>,
    /// Number of the page with the entries after these; `None` on the last.
    pub older: Option<usize>,
}

/// Cuts a list of `count` entries into pages of `size`; 0 puts all on one.
/// The first page of the list comes first.
pub fn pages(count: usize, size: usize) -> Vec<ListPage> {
    if size == 0 || count < 2 * size {
        return vec![ListPage {
            number: 0,
            entries: 0..count,
            newer: None,
            older: None,
        }];
    }
    let numbered = count / size - 1;
    let first = count - numbered * size;
    let mut pages = vec![ListPage {
        number: 0,
        entries: 0..first,
        newer: None,
        older: Some(numbered),
    }];
    for number in (1..=numbered).rev() {
        let start = count - number * size;
        pages.push(ListPage {
            number,
            entries: start..start + size,
            newer: Some(if number == numbered { 0 } else { number + 1 }),
            older: (number > 1).then(|| number - 1),
        });
    }
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_on_one_page_and_neighbours_agree() {
        for size in 0..7 {
            for count in 0..60 {
                let pages = pages(count, size);
                let mut next = 0;
                for page in &pages {
                    assert_eq!(page.entries.start, next, "{count} by {size}");
                    next = page.entries.end;
                }
                assert_eq!(next, count);
                for pair in pages.windows(2) {
                    assert_eq!(pair[0].older, Some(pair[1].number));
                    assert_eq!(pair[1].newer, Some(pair[0].number));
                }
                assert_eq!(pages[0].number, 0);
                assert_eq!(pages.last().unwrap().older, None);
            }
        }
    }

    #[test]
    fn a_guide_at_the_front_leaves_the_old_pages_alone() {
        // What stands on page 1, counted from the end of the list.
        for count in 10..30 {
            let before = pages(count, 5);
            let after = pages(count + 1, 5);
            for old in before.iter().filter(|page| page.number > 0) {
                let same = after.iter().find(|page| page.number == old.number).unwrap();
                assert_eq!(count - old.entries.start, count + 1 - same.entries.start);
            }
        }
    }
}
