//! Entry bundles: entries one after another, each with its length before it (16 bits, big-endian).
//!
//! Reading borrows from the buffer, so that hashing a whole log copies nothing.

use crate::seal::MAX_LEAF_BYTES;

/// Why bytes are not a bundle, or an entry does not fit one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The bytes end inside an entry or its length.
    #[error("read entry {position} of a bundle: the bundle ends inside it")]
    CutOff {
        /// Position in the bundle, from 0.
        position: usize,
    },
    /// An entry longer than its length field can say.
    #[error("put an entry of {bytes} bytes into a bundle: at most {MAX_LEAF_BYTES} fit")]
    TooLarge {
        /// Bytes of the refused entry.
        bytes: usize,
    },
}

/// The entries of a bundle in order; after an error it ends.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> Entries<'a> {
    /// Reads a bundle.
    pub fn new(bundle: &'a [u8]) -> Self {
        Self { rest: bundle, position: 0 }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<&'a [u8], BundleError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let entry = self.rest.split_first_chunk::<2>().and_then(|(length, rest)| {
            rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
        });
        let Some((entry, rest)) = entry else {
            self.rest = &[];
            return Some(Err(BundleError::CutOff { position: self.position }));
        };
        self.rest = rest;
        self.position += 1;
        Some(Ok(entry))
    }
}

/// Appends one entry to a bundle.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), BundleError> {
    let length =
        u16::try_from(entry.len()).map_err(|_| BundleError::TooLarge { bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// The bundle of some entries.
pub fn encode_bundle<'a>(
    entries: impl IntoIterator<Item = &'a [u8]>,
) -> Result<Vec<u8>, BundleError> {
    let mut bundle = Vec::new();
    for entry in entries {
        push_entry(&mut bundle, entry)?;
    }
    Ok(bundle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bundle_bytes_are_pinned() {
        let bundle = encode_bundle([&b"ab"[..], b"", b"c"]).unwrap();
        assert_eq!(bundle, b"\x00\x02ab\x00\x00\x00\x01c");
        let read: Result<Vec<_>, _> = Entries::new(&bundle).collect();
        assert_eq!(read.unwrap(), [&b"ab"[..], b"", b"c"]);
    }

    #[test]
    fn entries_that_do_not_fit_and_cut_bundles_are_refused() {
        let long = vec![0; MAX_LEAF_BYTES + 1];
        assert_eq!(encode_bundle([&long[..]]), Err(BundleError::TooLarge { bytes: 65_536 }));
        let read: Vec<_> = Entries::new(b"\x00\x01a\x00\x02b").collect();
        assert_eq!(read, [Ok(&b"a"[..]), Err(BundleError::CutOff { position: 1 })]);
        assert_eq!(Entries::new(b"\x00").last(), Some(Err(BundleError::CutOff { position: 0 })));
    }

    proptest! {
        #[test]
        fn i11_any_bytes_are_entries_that_encode_to_them_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let read: Result<Vec<_>, _> = Entries::new(&bytes).collect();
            if let Ok(entries) = read {
                prop_assert_eq!(encode_bundle(entries).unwrap(), bytes);
            }
        }
    }
}
