//! SQLite against the contract of all stores, and what only SQLite promises.

mod own;

mod subject;

use subject::subject;

store::contract_suite!(subject);
