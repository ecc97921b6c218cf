//! Changing the key of the log (H12).

use ::ledger::note::SigningKey;
use ::ledger::rotation::statement;
use domain::actor::Actor;
use domain::event::LedgerEvent;
use store::{Append, Guard, Stream};

use crate::{App, AppError};

impl App {
    /// Records that `new` takes over from `old`, signed by both, and returns the entry's index.
    ///
    /// The store must have been opened to sign with `new` and to believe `old`, so that the
    /// checkpoint over this entry is the first one by the new key. When it is recorded already,
    /// nothing happens.
    ///
    /// # Errors
    /// `old` is not the key in force, or the store does not answer.
    pub async fn rotate_ledger_key(
        &self,
        old: &SigningKey,
        new: &SigningKey,
    ) -> Result<u64, AppError> {
        let keys = self.ledger_keys().await?;
        let keys = keys.ok_or_else(|| AppError::damaged("the log has no first entry"))?;
        if let Some((index, _)) = keys.statements.last()
            && *keys.history.current() == new.verifier()
        {
            return Ok(*index);
        }
        if *keys.history.current() != old.verifier() {
            let (found, current) = (old.verifier(), keys.history.current());
            return Err(AppError::damaged(format_args!(
                "the key {found} is not the one in force, which is {current}"
            )));
        }
        let event = LedgerEvent::LedgerKeyRotated {
            old_key: old.verifier().to_string(),
            new_key: new.verifier().to_string(),
            statement: statement(old, new).map_err(AppError::damaged)?,
        };
        let stream = Stream::ledger();
        let version = 1 + u64::try_from(keys.statements.len()).unwrap_or(u64::MAX);
        let entry = self.entry(stream.clone(), &Actor::System, event, self.ports().now())?;
        let guards = vec![Guard { stream, version }];
        let append = Append { guards, entries: vec![entry], ..Append::default() };
        Ok(self.store().append(append).await?.first_index)
    }
}
