//! The keys of the log, as the log itself says.

use ::ledger::note::VerifierKey;
use ::ledger::rotation::KeyHistory;
use domain::event::{Envelope, LedgerEvent};
use store::{Store, Stream};

use crate::journal::open;
use crate::{App, AppError};

const PAGE: usize = 200;

/// Every key a log was signed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerKeys {
    /// The first key.
    pub first: VerifierKey,
    /// The statement of each change of the key, with the index of its entry.
    pub statements: Vec<(u64, String)>,
    /// What each key may sign.
    pub history: KeyHistory,
}

impl LedgerKeys {
    /// The keys of a log that never changed its key.
    #[must_use]
    pub fn only(key: &VerifierKey) -> Self {
        let history = KeyHistory::pinned(key.clone());
        Self { first: key.clone(), statements: Vec::new(), history }
    }

    /// Reads them; `None` for a log without its first entry.
    ///
    /// Nothing here proves that it is the right log: compare the newest key with one you hold.
    ///
    /// # Errors
    /// The store does not answer, or a change of the key is not signed by both keys.
    pub async fn read(store: &dyn Store) -> Result<Option<Self>, AppError> {
        let mut keys: Option<Self> = None;
        let mut from = 0;
        loop {
            let page = store.stream(&Stream::ledger(), from, PAGE).await?;
            let Some(last) = page.last() else { return Ok(keys) };
            from = last.version + 1;
            for entry in &page {
                let read: Envelope<LedgerEvent> = open(entry)?;
                match (read.event, &mut keys) {
                    (LedgerEvent::LedgerBegun { key, .. }, None) => {
                        let key = VerifierKey::parse(&key).map_err(AppError::damaged)?;
                        keys = Some(Self::only(&key));
                    }
                    (LedgerEvent::LedgerKeyRotated { statement, .. }, Some(keys)) => {
                        keys.history.follow(entry.index, &statement).map_err(AppError::damaged)?;
                        keys.statements.push((entry.index, statement));
                    }
                    _ => {
                        let index = entry.index;
                        return Err(AppError::damaged(format_args!(
                            "entry {index} can't follow in stream `ledger`"
                        )));
                    }
                }
            }
        }
    }
}

impl App {
    /// Every key of this log; `None` before its first entry.
    ///
    /// # Errors
    /// As [`LedgerKeys::read`].
    pub async fn ledger_keys(&self) -> Result<Option<LedgerKeys>, AppError> {
        LedgerKeys::read(self.store()).await
    }
}
