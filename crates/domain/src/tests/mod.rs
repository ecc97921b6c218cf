//! The rules of this crate, one test a rule.

mod acceptances;
mod asking;
mod automation;
mod briefings;
mod delegation;
mod findings;
mod freezes;
mod gate;
mod joint;
mod lazy;
mod overrides;
mod properties;
mod signed;
mod states;
mod votes;
