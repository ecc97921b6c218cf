//! The rules of this crate, one test a rule.

mod acceptances;
mod added;
mod alignment;
mod asking;
mod automation;
mod briefings;
mod bulk;
mod cab;
mod conflicts;
mod delegation;
mod findings;
mod freezes;
mod gate;
mod joint;
mod lazy;
mod maintenance;
mod on_call;
mod overrides;
mod precedent;
mod properties;
mod scheduling;
mod sealed;
mod signed;
mod states;
mod supposed;
mod votes;
