//! PostgreSQL for tests, as the rest of the test kit wants it: asynchronous and unfailing.
//!
//! Starting and finding the server is `test-postgres`'s work; nothing here may know how.

pub use test_postgres::{TestDatabase, URL_VARIABLE};

/// The superuser's URL of a running server; see [`test_postgres::admin_url`].
#[must_use]
#[expect(clippy::panic, reason = "a test without its server must stop and say why")]
pub fn admin_url() -> String {
    test_postgres::admin_url().unwrap_or_else(|error| panic!("failed to {error}"))
}

/// A new empty database, dropped with the returned value.
#[expect(clippy::panic, reason = "a test without its database must stop and say why")]
pub async fn fresh_database() -> TestDatabase {
    match tokio::task::spawn_blocking(TestDatabase::create).await {
        Ok(Ok(database)) => database,
        Ok(Err(error)) => panic!("failed to {error}"),
        Err(error) => panic!("failed to create a database: {error}"),
    }
}
