//! SHA-256 as the tree uses it (RFC 6962, section 2.1).
//!
//! Leaves and nodes are hashed through the block function directly: both are short, and setting
//! up a general hasher costs about as much as one of their blocks. Must not know what a leaf means.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;
use sha2::block_api::compress256;

/// Bytes in a hash.
pub const HASH_BYTES: usize = 32;

const LEAF_PREFIX: u8 = 0x00;
const NODE_PREFIX: u8 = 0x01;
const BLOCK_BYTES: usize = 64;

/// The initial state of SHA-256 (FIPS 180-4, section 5.3.3).
const INITIAL_STATE: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A SHA-256 value: the hash of a leaf, of a node, or the root of a tree.
///
/// Written as standard base64 in text and JSON.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; HASH_BYTES]);

/// Why a text is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the base64 of a 32-byte hash")]
pub struct ParseHashError {
    text: String,
}

impl Hash {
    /// Reads standard base64 with padding; anything but exactly 32 bytes is refused.
    pub fn from_base64(text: &str) -> Result<Self, ParseHashError> {
        decode_exact(text).map(Self).ok_or_else(|| ParseHashError { text: excerpt(text) })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// Takes a hash from a slice, if it has exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = ParseHashError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_base64(text)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_base64(&text).map_err(serde::de::Error::custom)
    }
}

/// Decodes standard base64 of exactly `N` bytes.
pub(crate) fn decode_exact<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// At most 60 characters of hostile input, for error messages.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(60).flat_map(char::escape_default).collect()
}

/// The root of the tree without leaves: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    sha256(&[])
}

/// Plain SHA-256, for files and key ids; never for leaves or nodes.
pub fn sha256(bytes: &[u8]) -> Hash {
    Hash(sha2::Sha256::digest(bytes).into())
}

/// The hash of a leaf: SHA-256 of `0x00` and its bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut state = INITIAL_STATE;
    let mut tail = [0_u8; 2 * BLOCK_BYTES];
    let used = match leaf.split_first_chunk::<{ BLOCK_BYTES - 1 }>() {
        Some((head, rest)) => {
            let mut first = [LEAF_PREFIX; BLOCK_BYTES];
            first[1..].copy_from_slice(head);
            compress256(&mut state, &[first]);
            let (blocks, rest) = rest.as_chunks::<BLOCK_BYTES>();
            if !blocks.is_empty() {
                compress256(&mut state, blocks);
            }
            copy_to_start(&mut tail, rest)
        }
        None => copy_to_start(&mut tail[1..], leaf) + 1,
    };
    finish(state, tail, used, leaf.len() as u64 + 1)
}

/// The hash of an inner node: SHA-256 of `0x01` and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    const NODE_BITS: u16 = 8 * 65;
    let mut state = INITIAL_STATE;
    let mut blocks = [[0_u8; BLOCK_BYTES]; 2];
    blocks[0][0] = NODE_PREFIX;
    blocks[0][1..33].copy_from_slice(&left.0);
    blocks[0][33..].copy_from_slice(&right.0[..31]);
    blocks[1][0] = right.0[31];
    blocks[1][1] = 0x80;
    blocks[1][62..].copy_from_slice(&NODE_BITS.to_be_bytes());
    compress256(&mut state, &blocks);
    to_hash(state)
}

fn copy_to_start(buffer: &mut [u8], bytes: &[u8]) -> usize {
    for (to, from) in buffer.iter_mut().zip(bytes) {
        *to = *from;
    }
    bytes.len()
}

/// Pads the last `used` bytes (at most 63) of a message of `message_bytes` and ends the hash.
fn finish(mut state: [u32; 8], mut tail: [u8; 128], used: usize, message_bytes: u64) -> Hash {
    if let Some(byte) = tail.get_mut(used) {
        *byte = 0x80;
    }
    let bits = (message_bytes * 8).to_be_bytes();
    let (blocks, _) = tail.as_chunks_mut::<BLOCK_BYTES>();
    // One more block is needed when the padding byte leaves no room for the length.
    let last = usize::from(used + 9 > BLOCK_BYTES);
    if let Some(block) = blocks.get_mut(last) {
        block[56..].copy_from_slice(&bits);
    }
    compress256(&mut state, blocks.get(..=last).unwrap_or_default());
    to_hash(state)
}

fn to_hash(state: [u32; 8]) -> Hash {
    let mut bytes = [0_u8; HASH_BYTES];
    for (chunk, word) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *chunk = word.to_be_bytes();
    }
    Hash(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reference(prefix: u8, parts: &[&[u8]]) -> Hash {
        let mut hasher = sha2::Sha256::new();
        hasher.update([prefix]);
        for part in parts {
            hasher.update(part);
        }
        Hash(hasher.finalize().into())
    }

    #[test]
    fn empty_root_is_the_known_value() {
        assert_eq!(empty_root().to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn every_short_leaf_length_agrees_with_the_general_hasher() {
        let bytes: Vec<u8> = (0..400_u16).map(|n| u8::try_from(n % 251).unwrap()).collect();
        for end in 0..bytes.len() {
            let leaf = &bytes[..end];
            assert_eq!(leaf_hash(leaf), reference(0, &[leaf]), "length {end}");
        }
    }

    proptest! {
        #[test]
        fn leaf_and_node_agree_with_the_general_hasher(
            leaf in proptest::collection::vec(any::<u8>(), 0..2000),
            left: [u8; 32],
            right: [u8; 32],
        ) {
            prop_assert_eq!(leaf_hash(&leaf), reference(0, &[&leaf]));
            prop_assert_eq!(node_hash(&Hash(left), &Hash(right)), reference(1, &[&left, &right]));
        }

        #[test]
        fn text_form_round_trips_and_refuses_the_rest(bytes: [u8; 32], other in ".{0,60}") {
            let hash = Hash(bytes);
            prop_assert_eq!(Hash::from_base64(&hash.to_string()), Ok(hash));
            if let Ok(parsed) = Hash::from_base64(&other) {
                prop_assert_eq!(parsed.to_string(), other);
            }
        }
    }
}
