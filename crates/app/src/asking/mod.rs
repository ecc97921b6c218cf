//! Asking approvers, reminding them and escalating: what timers and changes of the organisation set
//! off.
//!
//! What follows is decided in [`domain::asking`]; here it is only run. Every node may run it: the
//! guards of an append let one of them record each event.

mod advance;
mod load;
mod places;
mod reroute;

pub use advance::Advanced;
pub(crate) use places::LivePlaces;

use parking_lot::Mutex;

/// What a node remembers between two looks. All of it may be lost without harm.
#[derive(Default)]
pub(crate) struct AskingState {
    load: Mutex<load::Loads>,
    seen: Mutex<Option<reroute::Seen>>,
}
