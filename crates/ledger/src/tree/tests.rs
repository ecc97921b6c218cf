//! The tree against pinned vectors and against a reference that is RFC 6962 word for word.

use proptest::prelude::*;

use super::*;
use crate::proof::{verify_consistency, verify_inclusion};

/// `MTH` of RFC 6962, section 2.1, over leaf hashes.
pub(crate) fn reference_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split_point(leaves.len()));
            node_hash(&reference_root(left), &reference_root(right))
        }
    }
}

/// `PATH` of RFC 6962, section 2.1.1.
pub(crate) fn reference_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(split_point(leaves.len()));
    let (mut path, sibling) = if index < left.len() {
        (reference_path(index, left), reference_root(right))
    } else {
        (reference_path(index - left.len(), right), reference_root(left))
    };
    path.push(sibling);
    path
}

/// `PROOF` of RFC 6962, section 2.1.2.
pub(crate) fn reference_consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![reference_root(leaves)] };
        }
        let (left, right) = leaves.split_at(split_point(leaves.len()));
        let (mut proof, sibling) = if old <= left.len() {
            (subproof(old, left, whole), reference_root(right))
        } else {
            (subproof(old - left.len(), right, false), reference_root(left))
        };
        proof.push(sibling);
        proof
    }
    subproof(old, leaves, true)
}

fn split_point(count: usize) -> usize {
    count.next_power_of_two() / 2
}

pub(crate) fn numbered_leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

/// The eight leaves and roots that every CT implementation is tested with.
const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

const CT_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hex(hash: Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn roots_are_those_of_the_certificate_transparency_vectors() {
    let leaves: Vec<Hash> = CT_LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect();
    let mut pushed = Frontier::new();
    for (count, expected) in (1..).zip(CT_ROOTS) {
        pushed.push(leaves[count - 1]);
        assert_eq!(hex(Frontier::new().extend(leaves[..count].to_vec()).root()), expected);
        assert_eq!(hex(pushed.root()), expected);
    }
    assert_eq!(
        hex(Frontier::new().root()),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_leaf_of_every_small_batch_has_the_reference_proof() {
    let leaves = numbered_leaves(70);
    let mut old = Frontier::new();
    for start in 0..40 {
        for end in start..leaves.len() {
            let batch = old.extend(leaves[start..end].to_vec());
            assert_eq!(batch.root(), reference_root(&leaves[..end]));
            for index in start..end {
                let proof = batch.inclusion_proof(index as u64).unwrap();
                assert_eq!(
                    proof,
                    reference_path(index, &leaves[..end]),
                    "{index} of {start}..{end}"
                );
            }
            let expected = match start {
                0 => Vec::new(),
                _ => reference_consistency(start, &leaves[..end]),
            };
            assert_eq!(batch.consistency_proof(), expected);
            assert_eq!(batch.inclusion_proof(end as u64), None);
            assert_eq!(start.checked_sub(1).and_then(|i| batch.inclusion_proof(i as u64)), None);
        }
        old.push(leaves[start]);
    }
}

#[test]
fn batches_over_tile_borders_hand_out_exactly_the_completed_tiles() {
    let leaves = numbered_leaves(256 * 256 + 600);
    let mut frontier = Frontier::new();
    let mut stored: Vec<(u8, u64, Hash)> = Vec::new();
    let mut start = 0;
    for count in [1, 254, 1, 1, 255, 700, 3, 64_000, 1000, 5, 200].into_iter().cycle() {
        let end = leaves.len().min(start + count);
        let batch = frontier.extend(leaves[start..end].to_vec());
        stored.extend(batch.tile_hashes());
        frontier = batch.into_frontier();
        start = end;
        if start == leaves.len() {
            break;
        }
    }
    let mut level_1: Vec<_> = stored.iter().filter(|(level, ..)| *level == 1).collect();
    level_1.sort();
    assert_eq!(level_1.len(), leaves.len() / 256);
    for ((tile, (_, index, hash)), at) in leaves.chunks_exact(256).zip(level_1).zip(0_u64..) {
        assert_eq!((*index, *hash), (at, reference_root(tile)));
    }
    let level_2: Vec<_> = stored.iter().filter(|(level, ..)| *level == 2).copied().collect();
    assert_eq!(level_2, [(2, 0, reference_root(&leaves[..65_536]))]);
    assert!(stored.iter().all(|(level, ..)| *level <= 2));
}

#[test]
fn h09_a_bit_flipped_after_hashing_is_seen_before_signing() {
    let leaves: [&[u8]; 3] = [b"a", b"b", b"c"];
    let old = Frontier::new().extend(numbered_leaves(5)).into_frontier();
    let mut hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    assert_eq!(old.extend(hashes.clone()).root(), old.recompute_root(leaves));
    hashes[1].0[9] ^= 4;
    assert_ne!(old.extend(hashes).root(), old.recompute_root(leaves));
}

#[test]
fn a_stored_frontier_of_the_wrong_length_is_refused() {
    let bytes = Frontier::new().extend(numbered_leaves(11)).frontier().encode();
    assert_eq!(Frontier::decode(&bytes).unwrap().size(), 11);
    assert_eq!(Frontier::decode(&bytes[..7]), Err(FrontierError::NoSize));
    assert!(matches!(
        Frontier::decode(&bytes[..bytes.len() - 1]),
        Err(FrontierError::Length { size: 11, expected: 104, actual: 103 })
    ));
    assert!(Frontier::decode(&[bytes, vec![0; 32]].concat()).is_err());
    assert_eq!(Frontier::decode(&[0xff; 8]), Err(FrontierError::TooLarge(u64::MAX)));
}

proptest! {
    #[test]
    fn batches_agree_with_the_reference_wherever_the_log_is_cut(
        cuts in proptest::collection::vec(0_usize..90, 1..8),
    ) {
        let leaves = numbered_leaves(cuts.iter().sum());
        let mut frontier = Frontier::new();
        let mut start = 0;
        for count in cuts {
            let end = start + count;
            let batch = frontier.extend(leaves[start..end].to_vec());
            prop_assert_eq!(batch.root(), reference_root(&leaves[..end]));
            for index in start..end {
                let proof = batch.inclusion_proof(index as u64).unwrap();
                prop_assert_eq!(&proof, &reference_path(index, &leaves[..end]));
                verify_inclusion(&leaves[index], index as u64, batch.size(), &batch.root(), &proof)
                    .unwrap();
            }
            verify_consistency(
                frontier.size(), &frontier.root(), batch.size(), &batch.root(),
                &batch.consistency_proof(),
            ).unwrap();
            frontier = Frontier::decode(&batch.frontier().encode()).unwrap();
            prop_assert_eq!(&frontier, batch.frontier());
            start = end;
        }
    }

    #[test]
    fn i11_any_bytes_are_a_frontier_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(frontier) = Frontier::decode(&bytes) {
            prop_assert_eq!(frontier.encode(), bytes);
        }
    }
}
