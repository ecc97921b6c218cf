//! How often somebody may try to sign in: by user name and by address, so that neither guessing
//! one password nor trying one password everywhere gets far. And how often a calendar feed is read.
//!
//! A generic cell rate algorithm: one number a key, no list of tries.

use std::collections::HashMap;
use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;

use crate::error::ApiError;

const KEYS_MAX: usize = 100_000;

/// So many tries at once, and one more each interval.
#[derive(Debug)]
struct Limit {
    burst: i32,
    interval: SignedDuration,
    /// For each key, when its tries would all be paid back.
    paid_at: Mutex<HashMap<String, Timestamp>>,
}

impl Limit {
    fn new(burst: i32, interval: SignedDuration) -> Self {
        Self { burst, interval, paid_at: Mutex::default() }
    }

    /// Takes one try, or says how long to wait.
    fn take(&self, key: &str, now: Timestamp) -> Result<(), SignedDuration> {
        let mut all = self.paid_at.lock();
        if all.len() >= KEYS_MAX {
            all.retain(|_, at| *at > now);
        }
        let paid_at = all.get(key).copied().unwrap_or(now).max(now);
        let next = paid_at.checked_add(self.interval).unwrap_or(paid_at);
        let ahead = next.duration_since(now);
        let most = self.interval * self.burst;
        if ahead > most {
            return Err(ahead - most);
        }
        all.insert(key.to_owned(), next);
        Ok(())
    }

    fn forgive(&self, key: &str) {
        self.paid_at.lock().remove(key);
    }
}

/// The limits on signing in.
#[derive(Debug)]
pub struct SignInLimits {
    by_name: Limit,
    by_address: Limit,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            by_name: Limit::new(10, SignedDuration::from_secs(15)),
            by_address: Limit::new(60, SignedDuration::from_secs(2)),
        }
    }
}

impl SignInLimits {
    /// Takes one try of this user name from this address.
    ///
    /// # Errors
    /// Too many lately, with the seconds to wait.
    pub fn take(&self, name: &str, from: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        let wait = |after: SignedDuration| {
            metrics::counter!("countersign_sign_ins_throttled_total").increment(1);
            too_many(after)
        };
        self.by_address.take(&from.to_string(), now).map_err(wait)?;
        self.by_name.take(&key(name), now).map_err(wait)
    }

    /// The try succeeded: the user name and the address start anew.
    pub fn succeeded(&self, name: &str, from: IpAddr) {
        self.by_name.forgive(&key(name));
        self.by_address.forgive(&from.to_string());
    }
}

/// The limits on reading calendar feeds: a calendar program looks every few minutes at the most.
#[derive(Debug)]
pub(crate) struct FeedLimits {
    by_link: Limit,
    unknown_by_address: Limit,
}

impl Default for FeedLimits {
    fn default() -> Self {
        Self {
            by_link: Limit::new(20, SignedDuration::from_secs(30)),
            unknown_by_address: Limit::new(60, SignedDuration::from_secs(2)),
        }
    }
}

impl FeedLimits {
    /// Takes one reading by a link that works.
    ///
    /// # Errors
    /// Too many lately, with the seconds to wait.
    pub(crate) fn take(&self, link: &str, now: Timestamp) -> Result<(), ApiError> {
        self.by_link.take(link, now).map_err(too_many)
    }

    /// Takes one try of a link that leads nowhere.
    ///
    /// # Errors
    /// Too many lately, with the seconds to wait.
    pub(crate) fn take_unknown(&self, from: IpAddr, now: Timestamp) -> Result<(), ApiError> {
        self.unknown_by_address.take(&from.to_string(), now).map_err(too_many)
    }
}

fn too_many(after: SignedDuration) -> ApiError {
    ApiError::TooMany { retry_after: u64::try_from(after.as_secs()).unwrap_or(0) + 1 }
}

fn key(name: &str) -> String {
    name.chars().take(100).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_run_out_and_come_back_with_time() {
        let limit = Limit::new(3, SignedDuration::from_secs(10));
        let at = |s: i64| Timestamp::from_second(1_000 + s).unwrap();
        for _ in 0..3 {
            limit.take("a", at(0)).unwrap();
        }
        assert_eq!(limit.take("a", at(0)), Err(SignedDuration::from_secs(10)));
        limit.take("b", at(0)).unwrap();
        limit.take("a", at(10)).unwrap();
        assert!(limit.take("a", at(10)).is_err());
        limit.forgive("a");
        limit.take("a", at(10)).unwrap();
    }
}
