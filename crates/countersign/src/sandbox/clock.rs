//! A clock that stands still until it is set, kept in a file for the next start.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context as _, Result};
use app::ports::Clock;
use app::sandbox::TestClock;
use jiff::Timestamp;

use crate::system;

const FILE: &str = "sandbox.clock";

/// The clock of a sandbox. The store has to ask it too: it compares deadlines.
pub struct StandingClock {
    ms: AtomicI64,
    path: PathBuf,
}

impl StandingClock {
    /// A new one in a folder.
    ///
    /// # Errors
    /// It can't be kept.
    pub fn new(folder: &Path, at: Timestamp) -> Result<Self> {
        let clock = Self { ms: AtomicI64::new(0), path: folder.join(FILE) };
        clock.set(at).context("failed to keep the clock of the sandbox")?;
        Ok(clock)
    }

    /// That of a folder.
    ///
    /// # Errors
    /// There is none, or it can't be read.
    pub fn of(folder: &Path) -> Result<Self> {
        let path = folder.join(FILE);
        let failed = || format!("failed to read `{}`", path.display());
        let text = std::fs::read_to_string(&path).with_context(failed)?;
        let at: Timestamp = text.trim().parse().with_context(failed)?;
        Ok(Self { ms: AtomicI64::new(at.as_millisecond()), path })
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        let ms = self.ms.load(Ordering::Acquire);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl TestClock for StandingClock {
    fn set(&self, at: Timestamp) -> io::Result<()> {
        system::write_private(&self.path, &format!("{at}\n"))?;
        self.ms.store(at.as_millisecond(), Ordering::Release);
        Ok(())
    }
}
