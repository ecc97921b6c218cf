//! What the gate says of a log that its witnesses have not seen for long (H11).

use jiff::{SignedDuration, Timestamp};

use super::satisfied;
use crate::explanation::{Edge, Explanation, Outcome};

/// The tier whose deployments wait for witnesses.
pub const WITNESSED_TIER: u8 = 4;
/// After so many seconds it is worth to ask again.
const LOOK_AGAIN_SECONDS: i64 = 10;

/// How far the witnesses of the log are behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WitnessLag {
    /// When the oldest entry was recorded that too few witnesses have seen; `None` when enough have
    /// seen all.
    pub unseen_since: Option<Timestamp>,
    /// For how many minutes they may be behind.
    pub max_minutes: u32,
}

impl WitnessLag {
    /// For how long the oldest entry waits for witnesses.
    #[must_use]
    pub fn since(&self, now: Timestamp) -> SignedDuration {
        self.unseen_since.map_or(SignedDuration::ZERO, |at| now.duration_since(at))
    }

    /// Whether that is too long.
    #[must_use]
    pub fn is_behind(&self, now: Timestamp) -> bool {
        self.since(now) > SignedDuration::from_mins(i64::from(self.max_minutes))
    }
}

/// A record that nobody outside has seen for long is no ground for a deployment of the highest tier.
pub(super) fn check(lag: WitnessLag, now: Timestamp) -> Explanation {
    let max = lag.max_minutes;
    let Some(since) = lag.unseen_since.filter(|_| lag.is_behind(now)) else {
        return satisfied("witnesses", "enough witnesses have seen the log lately");
    };
    let title = format!("too few witnesses have seen the log since {since:.0}");
    let detail = format!(
        "a deployment into tier T{WITNESSED_TIER} waits when they are more than {max} minutes behind; \
         an operator makes them reachable, then ask again"
    );
    let mut node = Explanation::new(Outcome::Missing, "witnesses_behind", title).detail(detail);
    if let Ok(at) = now.checked_add(SignedDuration::from_secs(LOOK_AGAIN_SECONDS)) {
        node.next = Some(Edge { at, what: "the witnesses are looked at again".to_owned() });
    }
    node
}
