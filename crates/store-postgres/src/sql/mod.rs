//! Every statement, one module for each group of tables: statements on top, their functions below.

pub(crate) mod audit;
pub(crate) mod change_list;
pub(crate) mod change_sets;
pub(crate) mod changes;
pub(crate) mod cosignatures;
pub(crate) mod deployments;
pub(crate) mod grants;
pub(crate) mod head;
pub(crate) mod idempotency;
pub(crate) mod journal;
pub(crate) mod notifications;
pub(crate) mod outbox;
pub(crate) mod sessions;
pub(crate) mod timers;
pub(crate) mod waiting;
