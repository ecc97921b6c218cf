//! Change of the log's key: a statement signed by the old and the new key, as an entry of the log.
//!
//! Whoever pinned the first key can follow the statements to the newest one. A rotated-out key is
//! end-dated by the log itself: it may sign only checkpoints that do not yet hold the rotation
//! entry, so one that is stolen later can sign nothing new (H12).

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{self, NoteError, SigningKey, VerifierKey};
use crate::receipt::{Receipt, ReceiptError};

/// The kind of a rotation entry. Its `data.statement` is the signed note of [`statement`].
pub const ROTATION_KIND: &str = "ledger_key_rotated";

const HEADER: &str = "countersign.ledger-key-rotation.v1";

/// Why a change of key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// The statement's note.
    #[error("open the rotation statement in entry {index}")]
    Note {
        /// Index of the entry; 0 while no entry is made yet.
        index: u64,
        /// How it failed.
        #[source]
        source: NoteError,
    },
    /// The statement's text.
    #[error("read the rotation statement in entry {index}")]
    Malformed {
        /// Index of the entry.
        index: u64,
    },
    /// A statement that does not start from the key in force.
    #[error(
        "follow the rotation in entry {index}: it starts from another key than the one in force"
    )]
    NotCurrent {
        /// Index of the entry.
        index: u64,
    },
    /// A key that was in force before, or one of another log.
    #[error("follow the rotation in entry {index}: the new key is not a new key of this log")]
    NotNew {
        /// Index of the entry.
        index: u64,
    },
    /// Not signed by both keys.
    #[error("follow the rotation in entry {index}: it is not signed by both keys")]
    NotCrossSigned {
        /// Index of the entry.
        index: u64,
    },
    /// A checkpoint by a key that was not in force for that size.
    #[error(
        "believe a checkpoint of {size} entries: `{key}` did not sign for the log at that size"
    )]
    OutOfForce {
        /// Entries the checkpoint speaks of.
        size: u64,
        /// The key that signed it.
        key: String,
    },
}

/// The statement that `new` follows `old`, signed by both.
pub fn statement(old: &SigningKey, new: &SigningKey) -> Result<String, RotationError> {
    if old.name() != new.name() || old.verifier() == new.verifier() {
        return Err(RotationError::NotNew { index: 0 });
    }
    let text = format!("{HEADER}\n{}\n{}\n", old.verifier(), new.verifier());
    note::sign(&text, &[old, new]).map_err(|source| RotationError::Note { index: 0, source })
}

/// The keys of a log, each with the tree sizes it may sign for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    first: VerifierKey,
    // INVARIANT: indices rise, and no key stands twice.
    rotations: Vec<(u64, VerifierKey)>,
}

impl KeyHistory {
    /// The history of a log that starts with a pinned key.
    pub fn pinned(first: VerifierKey) -> Self {
        Self { first, rotations: Vec::new() }
    }

    /// The key in force.
    pub fn current(&self) -> &VerifierKey {
        self.rotations.last().map_or(&self.first, |(_, key)| key)
    }

    /// Every key, the oldest first.
    pub fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        std::iter::once(&self.first).chain(self.rotations.iter().map(|(_, key)| key))
    }

    /// Number of rotations followed.
    pub fn rotations(&self) -> usize {
        self.rotations.len()
    }

    /// Follows the statement of the rotation entry at `index`; entries come in log order.
    pub fn follow(&mut self, index: u64, statement: &str) -> Result<(), RotationError> {
        let text = note::unverified_text(statement)
            .map_err(|source| RotationError::Note { index, source })?;
        let (old, new) = parse_text(text).ok_or(RotationError::Malformed { index })?;
        if old != *self.current() || self.rotations.last().is_some_and(|(last, _)| index <= *last) {
            return Err(RotationError::NotCurrent { index });
        }
        if new.name() != old.name() || self.keys().any(|key| *key == new) {
            return Err(RotationError::NotNew { index });
        }
        let opened = note::open(statement, &[old, new.clone()])
            .map_err(|source| RotationError::Note { index, source })?;
        if opened.signers.len() != 2 {
            return Err(RotationError::NotCrossSigned { index });
        }
        self.rotations.push((index, new));
        Ok(())
    }

    /// Checks that `key` was in force for a tree of `size` leaves.
    ///
    /// A tree that holds a rotation entry must be signed by the newer key.
    fn check_in_force(&self, key: &VerifierKey, size: u64) -> Result<(), RotationError> {
        let in_force = self
            .rotations
            .iter()
            .rev()
            .find(|(index, _)| *index < size)
            .map_or(&self.first, |(_, key)| key);
        if in_force == key {
            Ok(())
        } else {
            Err(RotationError::OutOfForce { size, key: key.to_string() })
        }
    }

    /// Opens a checkpoint that the key in force at its size has signed.
    pub fn open_checkpoint(&self, note: &str) -> Result<Checkpoint, HistoryError> {
        let keys: Vec<VerifierKey> = self.keys().cloned().collect();
        let (checkpoint, _) = Checkpoint::open_with_signer(note, &keys)?;
        let signers = note::open(note, &keys).map_err(CheckpointError::from)?.signers;
        let mut result = Ok(());
        for key in &signers {
            result = self.check_in_force(key, checkpoint.size);
            if result.is_ok() {
                break;
            }
        }
        result?;
        Ok(checkpoint)
    }

    /// Checks a receipt under the key that was in force for its checkpoint.
    pub fn verify_receipt(
        &self,
        receipt: &Receipt,
        leaf: &[u8],
    ) -> Result<Checkpoint, HistoryError> {
        let checkpoint = self.open_checkpoint(&receipt.checkpoint)?;
        receipt.verify_against(leaf, &checkpoint)?;
        Ok(checkpoint)
    }
}

/// Why a checkpoint or receipt does not hold under a log's key history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The checkpoint itself.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its key.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// The receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
}

fn parse_text(text: &str) -> Option<(VerifierKey, VerifierKey)> {
    let keys = text.strip_prefix(HEADER)?.strip_prefix('\n')?.strip_suffix('\n')?;
    let (old, new) = keys.split_once('\n')?;
    Some((VerifierKey::parse(old).ok()?, VerifierKey::parse(new).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("example.com/log", &[seed; 32]).unwrap()
    }

    fn signed(size: u64, seed: u8) -> String {
        let checkpoint =
            Checkpoint { origin: "example.com/log".to_owned(), size, root: Hash([7; 32]) };
        checkpoint.sign(&key(seed)).unwrap()
    }

    fn rotated_twice() -> KeyHistory {
        let mut history = KeyHistory::pinned(key(1).verifier());
        history.follow(10, &statement(&key(1), &key(2)).unwrap()).unwrap();
        history.follow(20, &statement(&key(2), &key(3)).unwrap()).unwrap();
        history
    }

    #[test]
    fn h12_the_first_pinned_key_leads_to_the_newest() {
        let history = rotated_twice();
        assert_eq!(history.current(), &key(3).verifier());
        for (size, seed) in [(5, 1), (10, 1), (11, 2), (20, 2), (21, 3), (1000, 3)] {
            assert_eq!(history.open_checkpoint(&signed(size, seed)).unwrap().size, size);
        }
    }

    #[test]
    fn h12_a_stolen_old_key_signs_nothing_new_and_receipts_before_stay_valid() {
        let history = rotated_twice();
        for (size, seed) in [(11, 1), (1000, 1), (21, 2), (10, 2), (20, 3)] {
            assert!(
                matches!(
                    history.open_checkpoint(&signed(size, seed)),
                    Err(HistoryError::Rotation(RotationError::OutOfForce { .. }))
                ),
                "{size} {seed}"
            );
        }
        let before = Receipt {
            index: 0,
            leaf_hash: None,
            proof: Vec::new(),
            checkpoint: {
                let root = crate::hash::leaf_hash(b"first");
                let checkpoint = Checkpoint { origin: "example.com/log".to_owned(), size: 1, root };
                checkpoint.sign(&key(1)).unwrap()
            },
        };
        assert!(history.verify_receipt(&before, b"first").is_ok());
        assert!(history.verify_receipt(&before, b"other").is_err());
    }

    #[test]
    fn h12_statements_not_signed_by_both_or_out_of_order_are_refused() {
        let good = statement(&key(1), &key(2)).unwrap();
        let pinned = || KeyHistory::pinned(key(1).verifier());
        let one_line: Vec<&str> = good.lines().collect();
        for missing in [4, 5] {
            let kept = one_line.iter().enumerate().filter(|(at, _)| *at != missing);
            let text: String = kept.map(|(_, line)| format!("{line}\n")).collect();
            let error = pinned().follow(3, &text).unwrap_err();
            assert_eq!(error, RotationError::NotCrossSigned { index: 3 });
        }
        assert!(matches!(
            KeyHistory::pinned(key(5).verifier()).follow(3, &good),
            Err(RotationError::NotCurrent { index: 3 })
        ));
        let mut back = pinned();
        back.follow(3, &good).unwrap();
        assert_eq!(back.follow(4, &good), Err(RotationError::NotCurrent { index: 4 }));
        let again = statement(&key(2), &key(1)).unwrap();
        assert_eq!(back.follow(5, &again), Err(RotationError::NotNew { index: 5 }));
        assert_eq!(statement(&key(1), &key(1)), Err(RotationError::NotNew { index: 0 }));
        let other = SigningKey::from_seed("example.com/other", &[2; 32]).unwrap();
        assert!(statement(&key(1), &other).is_err());
        for text in ["", "x\n\n— a AAAAAAAA\n", good.replacen("v1", "v2", 1).as_str()] {
            assert!(pinned().follow(3, text).is_err());
        }
    }

    #[test]
    fn h12_the_stolen_key_alone_cannot_name_its_successor() {
        let text = format!("{HEADER}\n{}\n{}\n", key(1).verifier(), key(9).verifier());
        let forged = note::sign(&text, &[&key(1)]).unwrap();
        let mut history = KeyHistory::pinned(key(1).verifier());
        assert!(matches!(
            history.follow(3, &forged),
            Err(RotationError::NotCrossSigned { index: 3 })
        ));
    }
}
