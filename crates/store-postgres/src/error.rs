//! Maps what PostgreSQL and its driver say to the one error of every store.

use store::StoreError;

/// A statement or a connection that failed.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(crate) fn unavailable(error: tokio_postgres::Error) -> StoreError {
    let reason = match error.as_db_error() {
        Some(said) => said.to_string(),
        None => with_sources(&error),
    };
    StoreError::Unavailable { reason }
}

/// No connection to be had.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(crate) fn no_connection(error: deadpool_postgres::PoolError) -> StoreError {
    StoreError::Unavailable { reason: with_sources(&error) }
}

/// Stored data that contradicts itself.
pub(crate) fn damaged(reason: String) -> StoreError {
    StoreError::Damaged { reason }
}

/// An error and what caused it, in one line.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
