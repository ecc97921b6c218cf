//! Sandbox: a copy of an organisation on a clock that is moved by hand, to play scenarios in (M7.6).
//!
//! A sandbox is another log: its first entry says what it is a copy of, and it signs with a key of its own,
//! so nothing in it is taken for the real thing. Secrets are not copied and tokens are revoked: nothing that
//! opens the original opens it, or can be learnt from it.

mod clock;
mod copy;
mod people;

use ::ledger::note::VerifierKey;
use domain::event::{Envelope, LedgerEvent, SandboxOf};
use store::Stream;

pub use self::clock::{Played, TestClock};
pub use self::copy::Source;
pub use self::people::SandboxPerson;

use crate::journal::open;
use crate::{App, AppError};

/// How the name of every sandbox's log begins, and of no other's.
pub const NAME_PREFIX: &str = "sandbox-";

/// Whether a log with this name is a sandbox's.
#[must_use]
pub fn is_sandbox(origin: &str) -> bool {
    origin.starts_with(NAME_PREFIX)
}

impl App {
    /// What this log is a copy of, if it is a sandbox's.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn sandbox_of(&self) -> Result<Option<SandboxOf>, AppError> {
        let first = self.store.stream(&Stream::ledger(), 0, 1).await?;
        let Some(entry) = first.first() else { return Ok(None) };
        let read: Envelope<LedgerEvent> = open(entry)?;
        Ok(match read.event {
            LedgerEvent::LedgerBegun { sandbox, .. } => sandbox,
            LedgerEvent::LedgerKeyRotated { .. } => None,
        })
    }

    /// Writes the first entry of a sandbox's log.
    pub(crate) async fn begin_sandbox(
        &self,
        key: &VerifierKey,
        of: SandboxOf,
    ) -> Result<(), AppError> {
        self.begin_log(key, Some(of)).await
    }
}
