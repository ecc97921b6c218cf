//! What happens by itself: timers, following the journal, copies of checkpoints.
