//! Every statement, one module for each group of tables: statements on top, their functions below.

pub(crate) mod audit;
pub(crate) mod change_list;
pub(crate) mod change_sets;
pub(crate) mod changes;
pub(crate) mod cosignatures;
pub(crate) mod deployments;
pub(crate) mod grants;
pub(crate) mod idempotency;
pub(crate) mod journal;
pub(crate) mod notifications;
pub(crate) mod outbox;
#[cfg(test)]
mod plans;
pub(crate) mod sessions;
pub(crate) mod timers;
pub(crate) mod waiting;

use rusqlite::Connection;
use store::{PlacedWrite, Write};

/// Applies one read-model write.
pub(crate) fn apply(
    connection: &Connection,
    placed: &PlacedWrite<'_>,
) -> Result<(), rusqlite::Error> {
    match placed.write {
        Write::Change(row) => changes::put(connection, row),
        Write::Waiting { change, rows } => waiting::replace(connection, change, rows),
        Write::Grant { grant, entry } => grants::put(connection, grant, placed.index_of(*entry)),
        Write::GrantAt { grant, index } => grants::put(connection, grant, *index),
        Write::Timer { stream, due_at: Some(at) } => timers::put(connection, stream, *at),
        Write::Timer { stream, due_at: None } => timers::delete(connection, stream),
        Write::Deployed(row) => deployments::put(connection, row),
        Write::TakeKey { request, answer: None } => {
            idempotency::put_recorded(connection, request, placed.first_index)
        }
        Write::TakeKey { request, answer: Some(answer) } => {
            idempotency::put_answered(connection, request, answer)
        }
        Write::KeepAnswer { request, answer } => idempotency::answer(connection, request, answer),
        Write::Session(row) => sessions::put(connection, row),
        Write::EndSession { token_hash } => sessions::delete(connection, token_hash),
        Write::EndSessions { account } => sessions::delete_of_account(connection, account),
        Write::EndProviderSession { provider_session } => {
            sessions::delete_of_provider(connection, provider_session)
        }
        Write::Outbox(write) => outbox::apply(connection, write),
        Write::Cosignature(row) => cosignatures::put(connection, row),
    }
}
