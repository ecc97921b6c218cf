//! The wire: what requests and answers of the HTTP API look like, one file per resource.
//!
//! OpenAPI and JSON Schema are made from these structs, and server and client both speak them, so
//! that they can't disagree. Requests refuse unknown fields; answers may grow fields.
//!
//! This crate must not know domain rules, storage or HTTP libraries. Ids, names and digests are
//! plain strings here; whoever receives them checks them.
#![deny(missing_docs)]

pub mod absences;
pub mod acceptances;
pub mod alignments;
pub mod assessment;
pub mod automation;
pub mod automation_audit;
pub mod briefings;
pub mod bulk_approvals;
pub mod calendar;
pub mod calendar_feeds;
pub mod change_sets;
pub mod changes;
pub mod deployments;
pub mod drill;
pub mod explanation;
pub mod feasibility;
pub mod findings;
pub mod freezes;
pub mod gate;
pub mod grants;
pub mod inbox;
pub mod ledger;
pub mod material;
pub mod notifications;
pub mod overrides;
pub mod page;
pub mod people;
pub mod policy;
pub mod policy_windows;
pub mod problem;
pub mod replay;
pub mod risk_history;
pub mod roles;
pub mod rotas;
pub mod sandbox;
pub mod schedule;
pub mod schema;
pub mod sealed;
pub mod service_accounts;
pub mod services;
pub mod sessions;
pub mod shadow;
pub mod signing;
pub mod time;
pub mod votes;
pub mod webhooks;

pub use page::{Page, PageQuery};
pub use people::{PersonRef, Principal, PrincipalType};
pub use problem::{FieldProblem, Problem};
pub use schema::change_schema;
pub use time::Time;
