//! Keyed requests under way on this node, so that two at once with one key are answered one after
//! the other.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

use crate::state::AppState;

/// Whose turn it is, by principal and key.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// The turn of one request; the next one with its key waits until this is dropped.
pub(super) struct Turn {
    guard: Option<OwnedMutexGuard<()>>,
    _leave: Leave,
}

/// Forgets the key when the last request with it is done, also when one is cancelled.
struct Leave {
    state: AppState,
    key: String,
}

impl Turn {
    pub(super) async fn take(state: &AppState, key: String) -> Self {
        let turn = state.in_flight.0.lock().entry(key.clone()).or_default().clone();
        let leave = Leave { state: state.clone(), key };
        Self { guard: Some(turn.lock_owned().await), _leave: leave }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Before the key is left, so the last one out finds its turn unshared.
        self.guard = None;
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut all = self.state.in_flight.0.lock();
        if all.get(&self.key).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            all.remove(&self.key);
        }
    }
}
