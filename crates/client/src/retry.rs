//! When to try again: only where a second try can't do harm, and not for ever.

use std::time::Duration;

/// How often and how soon to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Tries in all; at least 1.
    pub tries: u32,
    /// The pause before the second try; doubles with each further one.
    pub first_pause: Duration,
    /// No pause is longer, whatever the server asks for.
    pub longest_pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 4,
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(5),
        }
    }
}

impl Retry {
    /// The pause after try number `tried` (from 1), or `None` when that was the last one.
    pub(crate) fn pause_after(&self, tried: u32, asked: Option<Duration>) -> Option<Duration> {
        if tried >= self.tries {
            return None;
        }
        let doubled =
            self.first_pause.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1)));
        Some(asked.unwrap_or(doubled).min(self.longest_pause))
    }
}

/// Waits. There is no condition to wait for: the server does not say when it is back.
#[expect(clippy::disallowed_methods, reason = "a bounded pause between two tries")]
pub(crate) fn pause(length: Duration) {
    if !length.is_zero() {
        std::thread::sleep(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_are_bounded_and_end() {
        let retry = Retry {
            tries: 4,
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(5),
        };
        let seconds = |tried, asked: Option<u64>| {
            retry.pause_after(tried, asked.map(Duration::from_secs)).map(|d| d.as_secs())
        };
        assert_eq!(seconds(1, None), Some(2));
        assert_eq!(seconds(2, None), Some(4));
        assert_eq!(seconds(3, None), Some(5));
        assert_eq!(seconds(4, None), None);
        assert_eq!(seconds(1, Some(1)), Some(1));
        assert_eq!(seconds(1, Some(3600)), Some(5));
    }
}
