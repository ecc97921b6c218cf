//! Every page of the console, one module each: its context, and the template it fills.
//!
//! Fill a `Page`, then call [`crate::render`]. Where forms post to is in [`crate::routes`].

pub mod absence;
pub mod alignments;
pub mod automation;
pub mod automation_audit;
pub mod automation_rule;
pub mod briefing;
pub mod bulk_approval;
pub mod calendar;
pub mod calendar_feeds;
pub mod change;
pub mod change_overrides;
pub mod change_record;
pub mod change_set;
pub mod change_sets;
pub mod changes;
pub mod confirm;
pub mod findings;
pub mod inbox;
pub mod ledger;
pub mod ledger_entry;
pub mod new_change;
pub mod notifications;
pub mod organisation;
pub mod organisation_forms;
pub mod policy;
pub mod policy_delay;
pub mod policy_drills;
pub mod policy_editor;
pub mod policy_feasibility;
pub mod policy_replay;
pub mod policy_shadow;
pub mod policy_windows;
pub mod problem;
pub mod risk_history;
pub mod rotas;
pub mod sandbox;
pub mod service_accounts;
pub mod setup;
pub mod sign_in;
pub mod sign_vote;
pub mod signing_keys;
pub mod step_up;
