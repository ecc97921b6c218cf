//! Checking proofs, and the tlog-proof text form.
//!
//! Strict: a proof has exactly the length its index and sizes call for, and every hash is used.
//! Must not fetch anything: a proof either convinces by itself or is refused.

mod text;

pub(crate) use text::parse_decimal;
pub use text::{TlogProof, TlogProofError};

use crate::hash::{Hash, empty_root, node_hash};

/// Why a proof does not convince.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf lies outside the tree.
    #[error("prove leaf {index} in a tree of {size} leaves")]
    IndexOutOfRange {
        /// The leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The newer tree is the smaller one.
    #[error("prove that a tree of {new} leaves continues one of {old}")]
    Shrunk {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// Truncated, or with hashes to spare.
    #[error("use a proof of {actual} hashes where {expected} are needed")]
    Length {
        /// Hashes needed.
        expected: usize,
        /// Hashes found.
        actual: usize,
    },
    /// The proof leads to another root.
    #[error("reach the root `{expected}`: the proof leads to `{actual}`")]
    RootMismatch {
        /// The root claimed.
        expected: Hash,
        /// The root the proof leads to.
        actual: Hash,
    },
}

/// Checks that a leaf is at `index` of the tree with this size and root (RFC 9162, 2.1.3.2).
pub fn verify_inclusion(
    leaf_hash: &Hash,
    index: u64,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    let (inner, border) = shape(index, size);
    let (inner_part, border_part) = split(proof, inner, inner + border)?;
    let seed = climb_inner(*leaf_hash, inner_part, index);
    expect_root(root, climb_border(seed, border_part))
}

/// Checks that the tree of `new_size` starts with the one of `old_size` (RFC 9162, 2.1.4.2).
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::Shrunk { old: old_size, new: new_size });
    }
    if old_size == 0 {
        split(proof, 0, 0)?;
        return expect_root(old_root, empty_root());
    }
    if old_size == new_size {
        split(proof, 0, 0)?;
        return expect_root(new_root, *old_root);
    }
    let (inner, border) = shape(old_size - 1, new_size);
    // The largest perfect subtree that ends the old tree is where both climbs start.
    let level = old_size.trailing_zeros();
    let inner = inner - level as usize;
    let (seed, rest) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        let expected = 1 + inner + border;
        let (first, rest) =
            proof.split_first().ok_or(ProofError::Length { expected, actual: 0 })?;
        (*first, rest)
    };
    let (inner_part, border_part) = split(rest, inner, inner + border)?;
    let index = (old_size - 1) >> level;
    let old = climb_border(climb_inner_left_only(seed, inner_part, index), border_part);
    expect_root(old_root, old)?;
    let new = climb_border(climb_inner(seed, inner_part, index), border_part);
    expect_root(new_root, new)
}

/// Hashes below and above the point where the paths of the leaf and of the last leaf meet.
fn shape(index: u64, size: u64) -> (usize, usize) {
    let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
    let border = index.checked_shr(inner).unwrap_or(0).count_ones();
    (inner as usize, border as usize)
}

fn split(proof: &[Hash], inner: usize, expected: usize) -> Result<(&[Hash], &[Hash]), ProofError> {
    match proof.split_at_checked(inner) {
        Some(parts) if proof.len() == expected => Ok(parts),
        _ => Err(ProofError::Length { expected, actual: proof.len() }),
    }
}

fn climb_inner(seed: Hash, proof: &[Hash], index: u64) -> Hash {
    proof.iter().zip(0..).fold(seed, |node, (sibling, height)| {
        if (index >> height) & 1 == 0 {
            node_hash(&node, sibling)
        } else {
            node_hash(sibling, &node)
        }
    })
}

fn climb_inner_left_only(seed: Hash, proof: &[Hash], index: u64) -> Hash {
    let left = proof.iter().zip(0..).filter(|(_, height)| (index >> height) & 1 == 1);
    left.fold(seed, |node, (sibling, _)| node_hash(sibling, &node))
}

fn climb_border(seed: Hash, proof: &[Hash]) -> Hash {
    proof.iter().fold(seed, |node, left| node_hash(left, &node))
}

fn expect_root(expected: &Hash, actual: Hash) -> Result<(), ProofError> {
    if *expected == actual {
        Ok(())
    } else {
        Err(ProofError::RootMismatch { expected: *expected, actual })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Frontier;
    use crate::tree::tests::{
        numbered_leaves, reference_consistency, reference_path, reference_root,
    };
    use proptest::prelude::*;

    #[test]
    fn reference_proofs_convince_for_every_pair_of_sizes() {
        let leaves = numbered_leaves(40);
        for new in 1..=leaves.len() {
            let root = reference_root(&leaves[..new]);
            for old in 1..=new {
                let proof = reference_consistency(old, &leaves[..new]);
                let old_root = reference_root(&leaves[..old]);
                verify_consistency(old as u64, &old_root, new as u64, &root, &proof).unwrap();
                let path = reference_path(old - 1, &leaves[..new]);
                verify_inclusion(&leaves[old - 1], old as u64 - 1, new as u64, &root, &path)
                    .unwrap();
            }
        }
    }

    #[test]
    fn h07_truncated_and_over_long_proofs_are_refused() {
        let leaves = numbered_leaves(21);
        let root = reference_root(&leaves);
        let old_root = reference_root(&leaves[..13]);
        let inclusion = reference_path(7, &leaves);
        let consistency = reference_consistency(13, &leaves);
        for (proof, is_inclusion) in [(inclusion, true), (consistency, false)] {
            let check = |proof: &[Hash]| match is_inclusion {
                true => verify_inclusion(&leaves[7], 7, 21, &root, proof),
                false => verify_consistency(13, &old_root, 21, &root, proof),
            };
            check(&proof).unwrap();
            for end in 0..proof.len() {
                assert!(matches!(check(&proof[..end]), Err(ProofError::Length { .. })));
            }
            for extra in [proof[0], root, leaves[7]] {
                let long = [proof.as_slice(), &[extra]].concat();
                assert!(matches!(check(&long), Err(ProofError::Length { .. })));
            }
        }
    }

    #[test]
    fn h07_proofs_for_the_empty_and_the_same_tree_must_be_empty() {
        let root = reference_root(&numbered_leaves(3));
        verify_consistency(3, &root, 3, &root, &[]).unwrap();
        verify_consistency(0, &empty_root(), 3, &root, &[]).unwrap();
        assert!(verify_consistency(3, &root, 3, &root, &[root]).is_err());
        assert!(verify_consistency(0, &empty_root(), 3, &root, &[root]).is_err());
        assert!(verify_consistency(0, &root, 3, &root, &[]).is_err());
        assert!(verify_consistency(3, &root, 3, &empty_root(), &[]).is_err());
        assert!(verify_consistency(4, &root, 3, &root, &[]).is_err());
        assert!(verify_inclusion(&root, 0, 0, &root, &[]).is_err());
    }

    proptest! {
        #[test]
        fn h07_falsified_proofs_are_refused(
            size in 2_usize..300, old in any::<prop::sample::Index>(),
            at in any::<prop::sample::Index>(), bit in 0_usize..256,
        ) {
            let leaves = numbered_leaves(size);
            let old = old.index(size - 1) + 1;
            let (root, old_root) = (reference_root(&leaves), reference_root(&leaves[..old]));
            let mut path = reference_path(old - 1, &leaves);
            let slot = at.index(path.len());
            path[slot].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(verify_inclusion(&leaves[old - 1], old as u64 - 1, size as u64, &root, &path).is_err());
            let mut proof = reference_consistency(old, &leaves);
            let slot = at.index(proof.len());
            proof[slot].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(verify_consistency(old as u64, &old_root, size as u64, &root, &proof).is_err());
        }

        #[test]
        fn h07_a_proof_convinces_only_for_its_own_index_and_size(
            size in 2_u64..200, index in any::<prop::sample::Index>(), other in 0_u64..200, grown in 1_u64..200,
        ) {
            let batch = Frontier::new().extend(numbered_leaves(size as usize));
            let index = index.index(size as usize) as u64;
            let proof = batch.inclusion_proof(index).unwrap();
            let leaf = batch.leaf_hashes()[index as usize];
            prop_assert!(other == index || verify_inclusion(&leaf, other, size, &batch.root(), &proof).is_err());
            prop_assert!(verify_inclusion(&leaf, index, size, &leaf, &proof).is_err());
            let longer = Frontier::new().extend(numbered_leaves((size + grown) as usize));
            prop_assert!(verify_inclusion(&leaf, index, size + grown, &longer.root(), &proof).is_err());
        }

        #[test]
        fn i11_any_hashes_and_numbers_are_refused_without_panic(
            index: u64, size: u64, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..130),
        ) {
            let proof: Vec<Hash> = hashes.into_iter().map(Hash).collect();
            let any = Hash([3; 32]);
            prop_assert!(verify_inclusion(&any, index, size, &any, &proof).is_err() || size == 1);
            let _ = verify_consistency(index, &any, size, &any, &proof);
        }
    }
}
