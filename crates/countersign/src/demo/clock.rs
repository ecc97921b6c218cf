//! A clock that is moved through the past while the demo is made up, and then let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::ports::Clock;
use jiff::Timestamp;

/// Says the time is the real one.
const REAL: i64 = i64::MIN;

tokio::task_local! {
    /// The time within one step of one story, while several are played at once.
    static STEP: Timestamp;
}

/// Plays a step at its own time.
pub async fn at<T>(at: Timestamp, step: impl Future<Output = T>) -> T {
    STEP.scope(at, step).await
}

/// The real clock, unless it is set. The store has to ask it too: it compares deadlines.
pub struct DemoClock {
    real: Arc<dyn Clock>,
    set_ms: AtomicI64,
}

impl DemoClock {
    /// Shows the time of `real` until it is set.
    #[must_use]
    pub const fn new(real: Arc<dyn Clock>) -> Self {
        Self { real, set_ms: AtomicI64::new(REAL) }
    }

    /// Stands still at `at`.
    pub fn set(&self, at: Timestamp) {
        self.set_ms.store(at.as_millisecond(), Ordering::Release);
    }

    /// Shows the real time again.
    pub fn let_go(&self) {
        self.set_ms.store(REAL, Ordering::Release);
    }

    /// The real time, whatever is shown.
    #[must_use]
    pub fn real_now(&self) -> Timestamp {
        self.real.now()
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let ms = self.set_ms.load(Ordering::Acquire);
        if ms == REAL {
            return self.real.now();
        }
        let set = || Timestamp::from_millisecond(ms).unwrap_or_else(|_| self.real.now());
        STEP.try_with(|at| *at).unwrap_or_else(|_| set())
    }
}
