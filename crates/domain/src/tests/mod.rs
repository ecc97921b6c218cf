//! The rules of this crate, one test a rule.

mod gate;
mod overrides;
mod properties;
mod states;
mod votes;
