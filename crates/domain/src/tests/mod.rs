//! The rules of this crate, one test a rule.

mod gate;
mod properties;
mod states;
mod votes;
