//! Which keys a log may be signed with, starting from the pinned one.

use anyhow::Result;
use client::ClientError;
use ledger::VerifierKey;
use ledger::rotation::KeyHistory;

use crate::context::Context;
use crate::deploy::offline;
use crate::exit::{Exit, Failure};
use crate::output::Line;

/// The keys of a log.
pub struct Keys {
    /// What each key may sign.
    pub history: KeyHistory,
    /// The first key, which an export names.
    pub first: VerifierKey,
    /// The key that was pinned, if one was.
    pinned: Option<VerifierKey>,
}

/// The keys that the server shows, if the pinned one is among them.
pub fn of_log(flag: Option<&str>, context: &Context) -> Result<Keys> {
    let pinned = flag.or(context.settings.ledger_key.as_deref()).map(offline::key).transpose()?;
    let shown = match context.anonymous()?.ledger_keys() {
        Ok(shown) => shown,
        // A server from before there were changes of the key.
        Err(ClientError::Problem(problem)) if problem.status == 404 => {
            let first = super::claimed_key(context)?;
            api_types::ledger::LedgerKeys { first, rotations: Vec::new() }
        }
        Err(other) => return Err(other.into()),
    };
    let first = offline::key(&shown.first)?;
    let mut history = KeyHistory::pinned(first.clone());
    for rotation in &shown.rotations {
        history.follow(rotation.entry, &rotation.statement).map_err(|e| {
            Failure::new(Exit::Error, format!("the server's keys don't hold: failed to {e}"))
        })?;
    }
    // Each change is signed by both keys, so the pinned one vouches for those before and after it.
    if let Some(pinned) = pinned.as_ref().filter(|p| !history.keys().any(|key| key == *p)) {
        let current = history.current();
        return Err(Failure::new(
            Exit::Error,
            format!("the log does not verify: its key is {current}, and {pinned} is pinned"),
        )
        .next("keep this output and the old checkpoint: they are evidence")
        .into());
    }
    Ok(Keys { history, first, pinned })
}

impl Keys {
    /// The key that everything was verified from.
    pub fn start(&self) -> &VerifierKey {
        self.pinned.as_ref().unwrap_or(&self.first)
    }

    /// Says when the key should be pinned, for the first time or again.
    pub fn advise(&self, context: &Context) {
        let current = self.history.current();
        match &self.pinned {
            None => super::warn_unpinned(context, current),
            Some(pinned) if pinned != current => context.out.note(
                &Line::new()
                    .warn("the key of the log has changed, and the pinned one vouches for it; ")
                    .plain("pin the new one: countersign config set ledger_key \"")
                    .plain(current.to_string())
                    .plain("\""),
            ),
            Some(_) => {}
        }
    }
}
