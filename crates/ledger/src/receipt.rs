//! Receipts: that one entry is in the log, provable offline with the pinned key.
//!
//! Leaf index, audit path and signed checkpoint. One signature serves every entry of a batch, and
//! an entry outside the log cannot have one, not even with a stolen key that signs nothing else.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{Hash, leaf_hash};
use crate::note::VerifierKey;
use crate::proof::{ProofError, TlogProof, TlogProofError, verify_inclusion};

/// Proof that one leaf is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Index of the leaf, from 0.
    pub index: u64,
    /// Hash of the leaf: a convenience for finding it, checked when present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf_hash: Option<Hash>,
    /// The audit path, from the leaf's sibling upwards.
    pub proof: Vec<Hash>,
    /// The checkpoint as a signed note.
    pub checkpoint: String,
}

/// Why a receipt does not prove its leaf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The checkpoint in it.
    #[error("open the receipt's checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// The receipt is for another leaf.
    #[error("use the receipt for this entry: it is for another one")]
    OtherLeaf,
    /// The proof in it.
    #[error("prove that the entry is in the log")]
    Proof(#[from] ProofError),
    /// The text form.
    #[error("read the receipt")]
    Text(#[from] TlogProofError),
}

impl Receipt {
    /// Checks that exactly these leaf bytes are in the log of this key; gives the checkpoint.
    pub fn verify(&self, leaf: &[u8], key: &VerifierKey) -> Result<Checkpoint, ReceiptError> {
        self.verify_with_keys(leaf, std::slice::from_ref(key))
    }

    /// As [`Receipt::verify`], for a log that has had several keys.
    ///
    /// Keys that were rotated out must be limited first, see [`crate::rotation::KeyHistory`].
    pub fn verify_with_keys(
        &self,
        leaf: &[u8],
        keys: &[VerifierKey],
    ) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, keys)?;
        self.verify_against(leaf, &checkpoint)?;
        Ok(checkpoint)
    }

    /// Checks the proof against a checkpoint that is already believed.
    pub(crate) fn verify_against(
        &self,
        leaf: &[u8],
        checkpoint: &Checkpoint,
    ) -> Result<(), ReceiptError> {
        let hash = leaf_hash(leaf);
        if self.leaf_hash.is_some_and(|claimed| claimed != hash) {
            return Err(ReceiptError::OtherLeaf);
        }
        verify_inclusion(&hash, self.index, checkpoint.size, &checkpoint.root, &self.proof)?;
        Ok(())
    }

    /// The C2SP text form (`.tlog-proof`).
    pub fn to_tlog_proof(&self) -> String {
        TlogProof {
            extra: None,
            index: self.index,
            proof: self.proof.clone(),
            checkpoint: self.checkpoint.clone(),
        }
        .encode()
    }

    /// Reads the C2SP text form; nothing is checked yet.
    pub fn from_tlog_proof(text: &str) -> Result<Self, ReceiptError> {
        let parsed = TlogProof::parse(text)?;
        Ok(Self {
            index: parsed.index,
            leaf_hash: None,
            proof: parsed.proof,
            checkpoint: parsed.checkpoint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::SigningKey;
    use crate::tree::Frontier;
    use crate::tree::tests::numbered_leaves;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("example.com/log", &[seed; 32]).unwrap()
    }

    fn receipt(leaf: &[u8]) -> Receipt {
        let mut leaves = numbered_leaves(9);
        leaves.push(leaf_hash(leaf));
        let old = Frontier::new().extend(numbered_leaves(30)).into_frontier();
        let batch = old.extend(leaves);
        let checkpoint = Checkpoint {
            origin: "example.com/log".to_owned(),
            size: batch.size(),
            root: batch.root(),
        };
        Receipt {
            index: 39,
            leaf_hash: Some(leaf_hash(leaf)),
            proof: batch.inclusion_proof(39).unwrap(),
            checkpoint: checkpoint.sign(&key(1)).unwrap(),
        }
    }

    #[test]
    fn a_receipt_proves_its_leaf_and_no_other() {
        let receipt = receipt(b"vote");
        let checkpoint = receipt.verify(b"vote", &key(1).verifier()).unwrap();
        assert_eq!(checkpoint.size, 40);
        assert_eq!(receipt.verify(b"veto", &key(1).verifier()), Err(ReceiptError::OtherLeaf));
        let bare = Receipt { leaf_hash: None, ..receipt };
        assert!(bare.verify(b"vote", &key(1).verifier()).is_ok());
        assert!(matches!(
            bare.verify(b"veto", &key(1).verifier()),
            Err(ReceiptError::Proof(ProofError::RootMismatch { .. }))
        ));
    }

    #[test]
    fn h06_a_receipt_by_an_unknown_key_is_refused() {
        let error = receipt(b"vote").verify(b"vote", &key(2).verifier()).unwrap_err();
        assert!(matches!(error, ReceiptError::Checkpoint(CheckpointError::Note(_))));
    }

    #[test]
    fn h07_a_receipt_with_a_changed_part_is_refused() {
        let good = receipt(b"vote");
        let refuse = |changed: Receipt| {
            assert!(changed.verify(b"vote", &key(1).verifier()).is_err(), "{changed:?}");
        };
        refuse(Receipt { index: 38, ..good.clone() });
        refuse(Receipt { index: u64::MAX, ..good.clone() });
        refuse(Receipt { proof: good.proof[1..].to_vec(), ..good.clone() });
        refuse(Receipt {
            proof: [good.proof.clone(), vec![Hash([0; 32])]].concat(),
            ..good.clone()
        });
        refuse(Receipt { checkpoint: good.checkpoint.replacen("40", "41", 1), ..good });
    }

    #[test]
    fn json_and_tlog_proof_forms_round_trip() {
        let receipt = receipt(b"vote");
        let json = serde_json::to_string(&receipt).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
        let from_text = Receipt::from_tlog_proof(&receipt.to_tlog_proof()).unwrap();
        assert_eq!(from_text, Receipt { leaf_hash: None, ..receipt });
        assert!(serde_json::from_str::<Receipt>(&json.replacen("index", "indez", 1)).is_err());
    }
}
