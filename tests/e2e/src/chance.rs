//! Chance that can be repeated: every test prints its seed, and `E2E_SEED` sets it.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A small generator (SplitMix64); good enough to choose when and where to hurt something.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The seed of `E2E_SEED`, or another one in each run; printed either way.
    #[must_use]
    pub fn new(test: &str) -> Self {
        let given = std::env::var("E2E_SEED").ok().and_then(|text| text.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        println!("{test}: E2E_SEED={seed}");
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.draw() % end).unwrap_or(0)
    }
}
