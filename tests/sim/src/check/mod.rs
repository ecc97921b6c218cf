//! The invariants of the design, each as a small checker of its own.
//!
//! Those about an entry are asked before the model takes it in; those about the store after a step.
//! Beside them stands what holds of asking people: nobody is asked in vain, twice, or too late.

pub mod asking;
pub mod i1_allowed;
pub mod i1_overriding;
pub mod i2_durable;
pub mod i3_grows;
pub mod i4_counted_once;
pub mod i5_replay;
pub mod i6_stops_win;
pub mod i7_nothing_missing;
pub mod i8_says_why;
pub mod i9_rebuilt;

use crate::model::{Entry, Model};

/// What contradicts an invariant, in words.
pub type Found = Result<(), String>;

/// A checker that looks at one entry.
type Check = fn(&Model, &Entry) -> Found;

/// Everything that an entry must not be, given all before it.
///
/// # Errors
/// The first invariant it breaks.
pub fn entry(model: &Model, entry: &Entry) -> Found {
    let checks: [(&str, Check); 7] = [
        ("I1", i1_allowed::entry),
        ("I1", i1_overriding::entry),
        ("I4", i4_counted_once::entry),
        ("I6", i6_stops_win::entry),
        ("I7", i7_nothing_missing::entry),
        ("I8", i8_says_why::entry),
        ("asking", asking::entry),
    ];
    for (name, check) in checks {
        check(model, entry).map_err(|why| {
            format!("{name}: entry {} ({}): {why}\n{:#}", entry.index, entry.kind, entry.data)
        })?;
    }
    Ok(())
}

/// `Ok` if it holds, else what is said.
pub(crate) fn ensure(holds: bool, words: impl FnOnce() -> String) -> Found {
    if holds { Ok(()) } else { Err(words()) }
}
