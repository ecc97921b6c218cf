//! A sandbox's clock: it stands still, and is moved forward past everything that time sets off, in order.

use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};

use crate::ports::Clock;
use crate::{App, AppError};

/// How far one move goes at most.
const FARTHEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Moments one move stops at, at most.
const MOST_STEPS: usize = 100_000;

/// A clock that stands still until it is set.
pub trait TestClock: Clock {
    /// Sets it, and keeps that for the next start.
    ///
    /// # Errors
    /// It can't be kept.
    fn set(&self, at: Timestamp) -> std::io::Result<()>;
}

/// What a move of the clock came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Played {
    /// What the clock shows now.
    pub now: Timestamp,
    /// Changes for which time set something off on the way: asked, reminded, escalated, expired, settled.
    pub moved: usize,
}

impl App {
    /// Moves a clock forward to a time, stopping at every moment at which something is due.
    ///
    /// # Errors
    /// It would go back or too far, or the store does not answer; then it stands where it came to.
    pub async fn play_until(
        &self,
        clock: &dyn TestClock,
        until: Timestamp,
    ) -> Result<Played, AppError> {
        let began = self.ports.now();
        if until < began {
            let words = format!("it is {began} here already, and time does not go back");
            return Err(Refusal::field("to", &words).into());
        }
        if until.duration_since(began) > FARTHEST {
            return Err(Refusal::field("to", "move it by a year at most").into());
        }
        let mut moved = 0;
        let mut last = None;
        for _ in 0..MOST_STEPS {
            let now = self.ports.now();
            let Some(next) = self.next_moment(now, until).await? else { break };
            // Due, and nothing came of it: the rest waits for the next look.
            if last == Some(next) && next <= now {
                break;
            }
            last = Some(next);
            set(clock, next.max(now))?;
            moved += self.moved_by_time().await?;
        }
        set(clock, until)?;
        moved += self.moved_by_time().await?;
        Ok(Played { now: until, moved })
    }

    /// The next moment up to a time at which a timer is due, or somebody's absence, delegation or role
    /// begins or ends.
    async fn next_moment(
        &self,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Timestamp>, AppError> {
        let timer = self.store.due_timers(until, 1).await?.first().map(|timer| timer.due_at);
        let edge = self.live().directory.next_edge(now).filter(|edge| *edge <= until);
        Ok(timer.into_iter().chain(edge).min())
    }

    async fn moved_by_time(&self) -> Result<usize, AppError> {
        let done = self.advance_due().await?;
        let rerouted = self.reroute().await?;
        Ok(done.expired + done.reviews + done.asked + done.settled + rerouted)
    }
}

fn set(clock: &dyn TestClock, at: Timestamp) -> Result<(), AppError> {
    clock.set(at).map_err(|e| AppError::damaged(format_args!("the clock can't be kept: {e}")))
}
