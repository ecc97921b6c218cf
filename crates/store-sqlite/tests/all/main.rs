//! SQLite against the contract of all stores, and what only SQLite promises.

mod own;

#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that has no database must stop")]
mod subject;

use subject::subject;

store::contract_suite!(subject);
