//! Signed-in sessions.

use rusqlite::{Connection, params};
use store::{SessionRow, StoreError};

use crate::row;

const PUT: &str = "
    INSERT OR REPLACE INTO sessions
        (token_hash, account, csrf, signed_in_at_ms, expires_at_ms, authentication,
         provider_session)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const DELETE_SOME_OLD: &str = "
    DELETE FROM sessions WHERE token_hash IN (
        SELECT token_hash FROM sessions INDEXED BY sessions_by_expiry
        WHERE expires_at_ms < ?1 ORDER BY expires_at_ms LIMIT 4)";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = ?1";
const DELETE_OF_ACCOUNT: &str = "DELETE FROM sessions WHERE account = ?1";
const DELETE_OF_PROVIDER: &str = "DELETE FROM sessions WHERE provider_session = ?1";
pub(crate) const FIND: &str = "
    SELECT token_hash, account, csrf, signed_in_at_ms, expires_at_ms, authentication,
           provider_session
    FROM sessions WHERE token_hash = ?1";

pub(crate) fn put(connection: &Connection, row: &SessionRow) -> Result<(), rusqlite::Error> {
    let signed_in_at_ms = row.signed_in_at.as_millisecond();
    row::run(connection, DELETE_SOME_OLD, [signed_in_at_ms])?;
    let expires_at_ms = row.expires_at.as_millisecond();
    let params = params![
        row.token_hash,
        row.account,
        row.csrf,
        signed_in_at_ms,
        expires_at_ms,
        row.authentication,
        row.provider_session
    ];
    row::run(connection, PUT, params).map(drop)
}

pub(crate) fn delete(connection: &Connection, token_hash: &str) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE, [token_hash]).map(drop)
}

pub(crate) fn delete_of_account(
    connection: &Connection,
    account: &str,
) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE_OF_ACCOUNT, [account]).map(drop)
}

pub(crate) fn delete_of_provider(
    connection: &Connection,
    provider_session: &str,
) -> Result<(), rusqlite::Error> {
    row::run(connection, DELETE_OF_PROVIDER, [provider_session]).map(drop)
}

pub(crate) fn find(
    connection: &Connection,
    token_hash: &str,
) -> Result<Option<SessionRow>, StoreError> {
    row::first(connection, "sessions", FIND, [token_hash], |cells| {
        Ok(SessionRow {
            token_hash: cells.text(0)?,
            account: cells.text(1)?,
            csrf: cells.text(2)?,
            signed_in_at: cells.time(3)?,
            expires_at: cells.time(4)?,
            authentication: cells.optional_text(5)?,
            provider_session: cells.optional_text(6)?,
        })
    })
}
