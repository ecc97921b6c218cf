//! What is different from one nightly look to the next: told once, and not every night.

use std::collections::BTreeSet;

/// What has begun and what is over since the look before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved<T> {
    /// What is found now and was not before.
    pub begun: Vec<T>,
    /// What was found before and is not any more.
    pub ended: Vec<T>,
}

/// Compares what is known with what is found now. `None` when nothing is different.
#[must_use]
pub fn moved<T: Ord + Clone>(known: &BTreeSet<T>, found: &BTreeSet<T>) -> Option<Moved<T>> {
    let begun: Vec<_> = found.difference(known).cloned().collect();
    let ended: Vec<_> = known.difference(found).cloned().collect();
    let same = begun.is_empty() && ended.is_empty();
    (!same).then_some(Moved { begun, ended })
}
