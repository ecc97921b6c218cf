//! Turns the read-model writes of a batch into few statements.
//!
//! Writes apply in order; one statement can touch a row only once. So they are folded first: of
//! several writes to one row the last one counts.

use std::collections::BTreeMap;

use domain::ids::{ChangeId, DeploymentId, GrantId};
use jiff::Timestamp;
use store::{
    ChangeRow, CosignatureRow, DeploymentRow, KeptAnswer, KeyedRequest, OutboxWrite, PlacedWrite,
    SessionRow, Stream, WaitingRow, Write,
};

use crate::sql::idempotency::{self, Taken};
use crate::sql::{changes, cosignatures, deployments, grants, outbox, sessions, timers, waiting};
use crate::step::Step;

/// What each row becomes.
#[derive(Default)]
pub(crate) struct Writes<'a> {
    changes: BTreeMap<&'a ChangeId, &'a ChangeRow>,
    waiting: BTreeMap<&'a ChangeId, &'a [WaitingRow]>,
    grants: BTreeMap<&'a GrantId, u64>,
    timers: BTreeMap<&'a Stream, Option<Timestamp>>,
    deployments: BTreeMap<&'a DeploymentId, &'a DeploymentRow>,
    keys: BTreeMap<(&'a str, &'a str), Taken<'a>>,
    answers: BTreeMap<(&'a str, &'a str), (&'a KeyedRequest, &'a KeptAnswer)>,
    sessions: BTreeMap<&'a str, Option<&'a SessionRow>>,
    ended_accounts: Vec<&'a str>,
    ended_providers: Vec<&'a str>,
    outbox: Vec<&'a OutboxWrite>,
    cosignatures: Vec<&'a CosignatureRow>,
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
            Write::Deployed(row) => {
                self.deployments.insert(&row.id, row);
            }
            Write::TakeKey { request, answer } => {
                let (first_index, answer) = (placed.first_index, answer.as_ref());
                let taken = Taken { request, first_index, answer };
                self.keys.insert((&request.principal, &request.key), taken);
            }
            Write::KeepAnswer { request, answer } => {
                // The first one counts.
                self.answers.entry((&request.principal, &request.key)).or_insert((request, answer));
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
            Write::Outbox(write) => self.outbox.push(write),
            Write::Cosignature(row) => self.cosignatures.push(row),
        }
    }

    /// The statements, in an order that does not matter beyond sessions and keys: sessions end
    /// before others start, keys are taken before they are answered.
    pub(crate) fn steps(self) -> Vec<Step<'a>> {
        let mut steps = changes::put(&Vec::from_iter(self.changes.into_values()));
        steps.extend(waiting::replace(&Vec::from_iter(self.waiting)));
        steps.extend(grants::put(&Vec::from_iter(self.grants)));
        steps.extend(timers::put(&Vec::from_iter(self.timers)));
        steps.extend(deployments::put(&Vec::from_iter(self.deployments.into_values())));
        steps.extend(idempotency::put(&Vec::from_iter(self.keys.into_values())));
        steps.extend(idempotency::answer(&Vec::from_iter(self.answers.into_values())));
        let (started, ended): (Vec<_>, Vec<_>) =
            self.sessions.into_iter().partition(|(_, row)| row.is_some());
        steps.extend(sessions::delete_of_accounts(&self.ended_accounts));
        steps.extend(sessions::delete_of_providers(&self.ended_providers));
        steps.extend(sessions::delete(&Vec::from_iter(ended.into_iter().map(|(token, _)| token))));
        steps
            .extend(sessions::put(&Vec::from_iter(started.into_iter().filter_map(|(_, row)| row))));
        steps.extend(outbox::steps(&self.outbox));
        steps.extend(cosignatures::put(&self.cosignatures));
        steps
    }
}
