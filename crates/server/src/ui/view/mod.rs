//! From domain values to the contexts of pages, one place for each context. Must not ask the store
//! and must not decide anything: what a page says was decided before.

mod absence_events;
mod asking_events;
mod ballot;
pub(crate) mod bulk;
pub(crate) mod change;
mod change_events;
pub(crate) mod change_set;
pub(crate) mod changes;
pub(crate) mod diff;
pub(crate) mod events;
pub(crate) mod freezes;
pub(crate) mod inbox;
pub(crate) mod ledger;
pub(crate) mod organisation;
pub(crate) mod overrides;
pub(crate) mod policy;
pub(crate) mod reader;
pub(crate) mod record;
pub(crate) mod schedule;
pub(crate) mod service_accounts;
pub(crate) mod status;
pub(crate) mod tree;
