//! SHA-256 as the tree uses it (RFC 6962, section 2.1).
//!
//! Leaves and nodes are hashed through the block function directly: both are short, and setting
//! up a general hasher costs about as much as one of their blocks. Where there are many, the blocks
//! of a group are made before the first is hashed: a block that was written just now can't be read
//! back at once, and the wait would keep the processor from beginning the next hash meanwhile.
//! Must not know what a leaf means.

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

/// Hashes whose blocks are made together: few enough for the first-level cache.
const GROUP: usize = 16;

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
    LeafBlocks::of(leaf).hash()
}

/// The hash of an inner node: SHA-256 of `0x01` and both children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash_blocks(&node_blocks(left, right))
}

/// The hashes of many leaves, in order.
pub(crate) fn leaf_hashes(leaves: &[&[u8]]) -> Vec<Hash> {
    let mut hashes = Vec::with_capacity(leaves.len());
    let mut blocks = Vec::with_capacity(GROUP);
    for group in leaves.chunks(GROUP) {
        blocks.clear();
        blocks.extend(group.iter().map(|leaf| LeafBlocks::of(leaf)));
        hashes.extend(blocks.iter().map(LeafBlocks::hash));
    }
    hashes
}

/// The parents of nodes of one level; the last of an odd number has none.
pub(crate) fn parent_hashes(nodes: &[Hash]) -> Vec<Hash> {
    let (pairs, _) = nodes.as_chunks::<2>();
    let mut hashes = Vec::with_capacity(pairs.len());
    let mut blocks = Vec::with_capacity(GROUP);
    for group in pairs.chunks(GROUP) {
        blocks.clear();
        blocks.extend(group.iter().map(|[left, right]| node_blocks(left, right)));
        hashes.extend(blocks.iter().map(|blocks| hash_blocks(blocks)));
    }
    hashes
}

/// A leaf in blocks. Those with its prefix and its padding are copies, those between are its own.
struct LeafBlocks<'a> {
    /// With the prefix; none if the leaf is so short that prefix and padding share a block.
    head: Option<[u8; BLOCK_BYTES]>,
    middle: &'a [[u8; BLOCK_BYTES]],
    /// With the padding; the second only where the first has no room for the length.
    tail: [[u8; BLOCK_BYTES]; 2],
    tail_blocks: usize,
}

impl<'a> LeafBlocks<'a> {
    #[inline]
    fn of(leaf: &'a [u8]) -> Self {
        let bits = (leaf.len() as u64 + 1) * 8;
        match leaf.split_first_chunk::<{ BLOCK_BYTES - 1 }>() {
            Some((first, rest)) => {
                let mut head = [LEAF_PREFIX; BLOCK_BYTES];
                head[1..].copy_from_slice(first);
                let (middle, rest) = rest.as_chunks::<BLOCK_BYTES>();
                let (tail, tail_blocks) = pad(0, rest, bits);
                Self { head: Some(head), middle, tail, tail_blocks }
            }
            None => {
                let (tail, tail_blocks) = pad(1, leaf, bits);
                Self { head: None, middle: &[], tail, tail_blocks }
            }
        }
    }

    #[inline]
    fn hash(&self) -> Hash {
        let mut state = INITIAL_STATE;
        if let Some(head) = &self.head {
            compress256(&mut state, std::slice::from_ref(head));
        }
        if !self.middle.is_empty() {
            compress256(&mut state, self.middle);
        }
        compress256(&mut state, self.tail.get(..self.tail_blocks).unwrap_or_default());
        to_hash(state)
    }
}

/// The end of a message of `bits`: `start` zero bytes, the last bytes of it (at most 63 with those),
/// and the padding. Gives the number of blocks that it needs.
#[inline]
fn pad(start: usize, bytes: &[u8], bits: u64) -> ([[u8; BLOCK_BYTES]; 2], usize) {
    let mut blocks = [[0_u8; BLOCK_BYTES]; 2];
    let used = start + bytes.len();
    if let Some(place) = blocks[0].get_mut(start..used) {
        place.copy_from_slice(bytes);
    }
    if let Some(byte) = blocks[0].get_mut(used) {
        *byte = 0x80;
    }
    // One more block is needed when the padding byte leaves no room for the length.
    let last = usize::from(used + 9 > BLOCK_BYTES);
    if let Some(block) = blocks.get_mut(last) {
        block[56..].copy_from_slice(&bits.to_be_bytes());
    }
    (blocks, last + 1)
}

#[inline]
fn node_blocks(left: &Hash, right: &Hash) -> [[u8; BLOCK_BYTES]; 2] {
    const NODE_BITS: u16 = 8 * 65;
    let mut blocks = [[0_u8; BLOCK_BYTES]; 2];
    blocks[0][0] = NODE_PREFIX;
    blocks[0][1..33].copy_from_slice(&left.0);
    blocks[0][33..].copy_from_slice(&right.0[..31]);
    blocks[1][0] = right.0[31];
    blocks[1][1] = 0x80;
    blocks[1][62..].copy_from_slice(&NODE_BITS.to_be_bytes());
    blocks
}

#[inline]
fn hash_blocks(blocks: &[[u8; BLOCK_BYTES]]) -> Hash {
    let mut state = INITIAL_STATE;
    compress256(&mut state, blocks);
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
        fn many_at_once_are_the_same_as_one_by_one(
            leaves in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..70),
        ) {
            let one_by_one: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
            let leaves: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(leaf_hashes(&leaves), one_by_one.clone());
            let parents: Vec<Hash> =
                one_by_one.as_chunks::<2>().0.iter().map(|[l, r]| node_hash(l, r)).collect();
            prop_assert_eq!(parent_hashes(&one_by_one), parents);
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
