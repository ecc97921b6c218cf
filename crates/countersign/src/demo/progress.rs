//! How far the making of a demo is, on standard error.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A line that is written over on a terminal, and written once elsewhere.
pub struct Progress {
    total: usize,
    shown: AtomicUsize,
    terminal: bool,
}

impl Progress {
    /// Says what is being made.
    #[must_use]
    pub fn begin(total: usize) -> Self {
        let progress = Self { total, shown: AtomicUsize::new(0), terminal: stderr().is_terminal() };
        if progress.terminal {
            progress.show(0);
        } else {
            eprintln!("seeding {total} changes …");
        }
        progress
    }

    /// So many changes were made.
    pub fn at(&self, made: usize) {
        let percent = (made.saturating_mul(100) / self.total.max(1)).min(100);
        if self.terminal && self.shown.swap(percent, Ordering::Relaxed) != percent {
            self.show(percent);
        }
    }

    /// All were made.
    pub fn end(&self) {
        if self.terminal {
            self.show(100);
            eprintln!();
        }
    }

    fn show(&self, percent: usize) {
        // A terminal that is gone is no reason to stop.
        let _ = write!(stderr(), "\rseeding {} changes … {percent} %", self.total);
        let _ = stderr().flush();
    }
}
