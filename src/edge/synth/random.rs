//! Random numbers that are the same on every platform.
//!
//! SplitMix64: integers only, a state of eight bytes, and good enough to vary
//! texts. Invariant: a stream is a function of its seed and its name alone.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of one part of one guide: equal arguments, equal numbers.
    pub(super) fn of(seed: u64, guide: usize, part: u64) -> Self {
        let guide = u64::try_from(guide).unwrap_or(u64::MAX);
        Self(mix(mix(mix(seed) ^ guide) ^ part))
    }

    /// The next number.
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        // The high half of the product: no bias worth the name, no division.
        let high = (u128::from(self.number()) * u128::from(end)) >> 64;
        usize::try_from(high).unwrap_or(0)
    }

    /// A number from `first` to `last`.
    pub(super) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// Whether a chance of so many in a hundred comes true.
    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the items, each as likely as the others.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the items, the first ones more often, as people repeat words.
    pub(super) fn pick_early<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let (one, other) = (self.below(items.len()), self.below(items.len()));
        &items[one.min(other)]
    }
}

/// Turns a number into one that has nothing to do with its neighbours'.
fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_fixed_and_apart() {
        let numbers = |seed, guide, part| {
            let mut random = Random::of(seed, guide, part);
            [random.number(), random.number()]
        };
        assert_eq!(numbers(7, 1, 0), numbers(7, 1, 0));
        assert_ne!(numbers(7, 1, 0), numbers(8, 1, 0));
        assert_ne!(numbers(7, 1, 0), numbers(7, 2, 0));
        assert_ne!(numbers(7, 1, 0), numbers(7, 1, 1));
    }

    #[test]
    fn numbers_keep_within_their_bounds_and_reach_them() {
        let mut random = Random::of(1, 2, 3);
        let seen: std::collections::BTreeSet<usize> =
            (0..500).map(|_| random.between(3, 7)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
    }
}
