//! Remembers the number of entries of recently used streams, so that a guard costs no query. Good for
//! a writer that knows that nobody else has written since.

use std::collections::HashMap;

use crate::Stream;

/// Streams of one generation.
const GENERATION_MAX: usize = 16_384;

/// Two generations: when the young one is full it becomes the old one, and what nobody asked for
/// meanwhile is forgotten. Never more than twice [`GENERATION_MAX`] streams.
#[derive(Debug, Default)]
pub struct Versions {
    young: HashMap<Stream, u64>,
    old: HashMap<Stream, u64>,
}

impl Versions {
    /// The number of entries of a stream, if it is remembered.
    pub fn get(&mut self, stream: &Stream) -> Option<u64> {
        if let Some(version) = self.young.get(stream) {
            return Some(*version);
        }
        let version = self.old.remove(stream)?;
        self.put(stream, version);
        Some(version)
    }

    /// Remembers the number of entries of a stream.
    pub fn put(&mut self, stream: &Stream, version: u64) {
        if let Some(known) = self.young.get_mut(stream) {
            *known = version;
            return;
        }
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.old.remove(stream);
        self.young.insert(stream.clone(), version);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_recent_streams_stay() {
        let mut versions = Versions::default();
        let busy = Stream::named("busy");
        versions.put(&busy, 7);
        for n in 0..(3 * GENERATION_MAX) {
            versions.put(&Stream::named(&format!("s{n}")), 1);
            assert_eq!(versions.get(&busy), Some(7));
        }
        assert!(versions.young.len() + versions.old.len() <= 2 * GENERATION_MAX);
        assert_eq!(versions.get(&Stream::named("s0")), None);
    }
}
