//! What Countersign decides about: people in roles, changes, votes, gates, and the rules of their
//! states.
//!
//! Ring 0: no IO, no async, no clock, no randomness. Times, ids and random bits are arguments; a
//! decision is a pure function that returns events or a typed [`refusal::Refusal`].
#![deny(missing_docs)]

pub mod actor;
pub mod asking;
pub mod authentication;
pub mod cab;
pub mod change;
pub mod conflict;
pub mod decision;
pub mod detect;
pub mod drill;
pub mod duties;
pub mod eligibility;
pub mod event;
pub mod explanation;
pub mod freeze;
pub mod gate;
pub mod ids;
pub mod lazy;
pub mod maintenance;
pub mod matching;
pub mod moved;
pub mod notification;
pub mod organisation;
pub mod parties;
pub mod precedent;
pub mod private;
pub mod refusal;
pub mod requirement;
pub mod risk_history;
pub mod scheduling;
pub mod sealed;
pub mod service_history;
pub mod time;
pub mod weak_link;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
