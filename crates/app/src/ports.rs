//! What the use cases need from outside: the time, and random bits.

use std::sync::Arc;

use jiff::Timestamp;

/// The time. Tests and simulations move it by hand.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Random bits, from the operating system or from a seed.
pub trait Random: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The two together, shared by everything that decides.
#[derive(Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bits.
    pub random: Arc<dyn Random>,
}

impl Ports {
    /// Now, in whole milliseconds as stored.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        domain::time::to_millis(self.clock.now())
    }

    /// `N` random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// `N` random bytes as lower-case hex.
    #[must_use]
    pub fn random_hex<const N: usize>(&self) -> String {
        crate::text::hex(&self.random::<N>())
    }
}
