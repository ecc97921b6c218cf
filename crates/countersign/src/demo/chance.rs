//! Seeded chance: the same choices in every demo. Must not make secrets or ids: those come from the
//! operating system.

/// A `SplitMix64` generator (Steele, Lea, Flood 2014).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The generator with this number; different numbers give unrelated sequences.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(0x4d65_7269_6469_616e))
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from `from` up to, not including, `to`.
    pub const fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = to.saturating_sub(from);
        if span <= 0 {
            return from;
        }
        from.saturating_add((self.next() % span.unsigned_abs()).cast_signed())
    }

    /// True so many times in a hundred.
    pub const fn percent(&mut self, percent: i64) -> bool {
        self.between(0, 100) < percent
    }

    /// One of them; `None` if there are none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let length = u64::try_from(from.len()).unwrap_or(u64::MAX).max(1);
        from.get(usize::try_from(self.next() % length).unwrap_or(0))
    }

    /// One of some words; empty if there are none.
    pub fn word(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_makes_the_same_choices() {
        let draw = |number| {
            let mut chance = Chance::new(number);
            (0..8).map(|_| chance.between(0, 1_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn a_pick_from_nothing_is_nothing() {
        assert_eq!(Chance::new(1).pick::<u8>(&[]), None);
        assert_eq!(Chance::new(1).between(5, 5), 5);
    }
}
