//! Turns the read-model writes of a batch into few statements.
//!
//! Writes apply in order; one statement can touch a row only once. So they are folded first: of
//! several writes to one row the last one counts.

use std::collections::BTreeMap;

use domain::ids::{ChangeId, GrantId};
use jiff::Timestamp;
use store::{ChangeRow, IdempotencyRow, PlacedWrite, SessionRow, Stream, WaitingRow, Write};

use crate::sql::{changes, grants, idempotency, sessions, timers, waiting};
use crate::step::Step;

/// What each row becomes.
#[derive(Default)]
pub(crate) struct Writes<'a> {
    changes: BTreeMap<&'a ChangeId, &'a ChangeRow>,
    waiting: BTreeMap<&'a ChangeId, &'a [WaitingRow]>,
    grants: BTreeMap<&'a GrantId, u64>,
    timers: BTreeMap<&'a Stream, Option<Timestamp>>,
    idempotency: BTreeMap<(&'a str, &'a str), &'a IdempotencyRow>,
    sessions: BTreeMap<&'a str, Option<&'a SessionRow>>,
    ended_accounts: Vec<&'a str>,
    ended_providers: Vec<&'a str>,
}

impl<'a> Writes<'a> {
    pub(crate) fn fold(writes: &[PlacedWrite<'a>]) -> Self {
        let mut folded = Self::default();
        for placed in writes {
            folded.add(placed);
        }
        folded
    }

    fn add(&mut self, placed: &PlacedWrite<'a>) {
        match placed.write {
            Write::Change(row) => {
                self.changes.insert(&row.id, row);
            }
            Write::Waiting { change, rows } => {
                self.waiting.insert(change, rows);
            }
            Write::Grant { grant, entry } => {
                self.grants.insert(grant, placed.index_of(*entry));
            }
            Write::GrantAt { grant, index } => {
                self.grants.insert(grant, *index);
            }
            Write::Timer { stream, due_at } => {
                self.timers.insert(stream, *due_at);
            }
            Write::Idempotency(row) => {
                self.idempotency.insert((&row.principal, &row.key), row);
            }
            Write::Session(row) => {
                self.sessions.insert(&row.token_hash, Some(row));
            }
            Write::EndSession { token_hash } => {
                self.sessions.insert(token_hash, None);
            }
            Write::EndSessions { account } => {
                // Those that are stored already; those of this batch are forgotten here.
                self.ended_accounts.push(account);
                self.sessions.retain(|_, row| row.is_none_or(|row| row.account != *account));
            }
            Write::EndProviderSession { provider_session } => {
                self.ended_providers.push(provider_session);
                let ended =
                    |row: &SessionRow| row.provider_session.as_ref() == Some(provider_session);
                self.sessions.retain(|_, row| row.is_none_or(|row| !ended(row)));
            }
        }
    }

    /// The statements, in an order that does not matter beyond sessions: those end before others
    /// start.
    pub(crate) fn steps(self) -> Vec<Step<'a>> {
        let mut steps = changes::put(&Vec::from_iter(self.changes.into_values()));
        steps.extend(waiting::replace(&Vec::from_iter(self.waiting)));
        steps.extend(grants::put(&Vec::from_iter(self.grants)));
        steps.extend(timers::put(&Vec::from_iter(self.timers)));
        steps.extend(idempotency::put(&Vec::from_iter(self.idempotency.into_values())));
        let (started, ended): (Vec<_>, Vec<_>) =
            self.sessions.into_iter().partition(|(_, row)| row.is_some());
        steps.extend(sessions::delete_of_accounts(&self.ended_accounts));
        steps.extend(sessions::delete_of_providers(&self.ended_providers));
        steps.extend(sessions::delete(&Vec::from_iter(ended.into_iter().map(|(token, _)| token))));
        steps
            .extend(sessions::put(&Vec::from_iter(started.into_iter().filter_map(|(_, row)| row))));
        steps
    }
}
