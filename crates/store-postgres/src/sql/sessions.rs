//! Signed-in sessions.

use deadpool_postgres::GenericClient;
use store::{SessionRow, StoreError};

use crate::row::{self, Cells};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO sessions
        (token_hash, account, csrf, signed_in_at_ms, expires_at_ms, authentication,
         provider_session)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[],
                         $6::text[], $7::text[])
    ON CONFLICT (token_hash) DO UPDATE SET
        account = excluded.account, csrf = excluded.csrf,
        signed_in_at_ms = excluded.signed_in_at_ms, expires_at_ms = excluded.expires_at_ms,
        authentication = excluded.authentication,
        provider_session = excluded.provider_session";
const DELETE_SOME_OLD: &str = "
    DELETE FROM sessions WHERE ctid = ANY (ARRAY (
        SELECT ctid FROM sessions WHERE expires_at_ms < $1 ORDER BY expires_at_ms LIMIT $2))";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = ANY ($1::text[])";
const DELETE_OF_ACCOUNTS: &str = "DELETE FROM sessions WHERE account = ANY ($1::text[])";
const DELETE_OF_PROVIDER: &str = "DELETE FROM sessions WHERE provider_session = ANY ($1::text[])";
const FIND: &str = "
    SELECT token_hash, account, csrf, signed_in_at_ms, expires_at_ms, authentication,
           provider_session
    FROM sessions WHERE token_hash = $1";

/// Starts sessions, each token named at most once.
pub(crate) fn put<'a>(rows: &[&'a SessionRow]) -> Vec<Step<'a>> {
    let Some(newest) = rows.iter().map(|row| row.signed_in_at.as_millisecond()).max() else {
        return Vec::new();
    };
    let delete = Step::new(DELETE_SOME_OLD).with(newest).with(row::limit(4 * rows.len()));
    let put = Step::new(PUT)
        .with(rows.iter().map(|row| row.token_hash.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.account.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.csrf.as_str()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.signed_in_at.as_millisecond()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.expires_at.as_millisecond()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.authentication.as_deref()).collect::<Vec<_>>())
        .with(rows.iter().map(|row| row.provider_session.as_deref()).collect::<Vec<_>>());
    vec![delete, put]
}

pub(crate) fn delete<'a>(token_hashes: &[&'a str]) -> Option<Step<'a>> {
    (!token_hashes.is_empty()).then(|| Step::new(DELETE).with(token_hashes.to_vec()))
}

pub(crate) fn delete_of_accounts<'a>(accounts: &[&'a str]) -> Option<Step<'a>> {
    (!accounts.is_empty()).then(|| Step::new(DELETE_OF_ACCOUNTS).with(accounts.to_vec()))
}

pub(crate) fn delete_of_providers<'a>(provider_sessions: &[&'a str]) -> Option<Step<'a>> {
    let any = !provider_sessions.is_empty();
    any.then(|| Step::new(DELETE_OF_PROVIDER).with(provider_sessions.to_vec()))
}

pub(crate) async fn find(
    client: &impl GenericClient,
    token_hash: &str,
) -> Result<Option<SessionRow>, StoreError> {
    let read = |cells: &Cells<'_>| {
        Ok(SessionRow {
            token_hash: cells.text(0)?,
            account: cells.text(1)?,
            csrf: cells.text(2)?,
            signed_in_at: cells.time(3)?,
            expires_at: cells.time(4)?,
            authentication: cells.optional_text(5)?,
            provider_session: cells.optional_text(6)?,
        })
    };
    row::first(client, "sessions", FIND, &[&token_hash], read).await
}
