//! Signed statements of how long the log is and what it holds (C2SP tlog-checkpoint).
//!
//! A checkpoint kept outside the database is what a truncated or rewritten log is held against.
//! Must not decide which key is trusted: keys are given.

use crate::hash::{Hash, empty_root, excerpt};
use crate::note::{self, NoteError, SigningKey, VerifierKey};
use crate::proof::{ProofError, parse_decimal, verify_consistency};

/// How long a log is and the root of its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// Leaves in the tree.
    pub size: u64,
    /// The root of the tree.
    pub root: Hash,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error("open the checkpoint's note")]
    Note(#[from] NoteError),
    /// The text is not origin, size and root.
    #[error("read a checkpoint: {0}")]
    Malformed(&'static str),
    /// Signed by a trusted key, but not by the key of its own log.
    #[error("believe a checkpoint of `{origin}`: it is signed by `{signer}`")]
    WrongSigner {
        /// The log it speaks of.
        origin: String,
        /// A trusted key that signed it.
        signer: String,
    },
}

/// Why a log's head does not continue a checkpoint that is known from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtendsError {
    /// Different logs.
    #[error("compare the logs `{known}` and `{head}`")]
    OtherLog {
        /// Origin of the known checkpoint.
        known: String,
        /// Origin of the head.
        head: String,
    },
    /// The log has lost entries.
    #[error(
        "continue the log: it has {head} entries, but {known} were signed for; \
         entries {head} to {} are missing", .known - 1
    )]
    Truncated {
        /// Entries known from outside.
        known: u64,
        /// Entries in the log.
        head: u64,
    },
    /// The log has other entries than it had.
    #[error("continue the log: its first {known} entries are not those that were signed for")]
    Forked {
        /// Entries known from outside.
        known: u64,
        /// How the proof failed.
        #[source]
        source: ProofError,
    },
}

impl Checkpoint {
    /// The note text: origin, size and root, a line each.
    pub fn encode(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the note text; extension lines are allowed and ignored.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let body = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed("it does not end in a newline"))?;
        let mut lines = body.split('\n');
        let origin = lines
            .next()
            .filter(|origin| !origin.is_empty())
            .ok_or(CheckpointError::Malformed("it has no origin"))?;
        let size = lines
            .next()
            .and_then(parse_decimal)
            .ok_or(CheckpointError::Malformed("its second line is not a tree size"))?;
        let root = lines
            .next()
            .and_then(|line| Hash::from_base64(line).ok())
            .ok_or(CheckpointError::Malformed("its third line is not a root hash"))?;
        if lines.any(str::is_empty) {
            return Err(CheckpointError::Malformed("it has an empty extension line"));
        }
        if size == 0 && root != empty_root() {
            return Err(CheckpointError::Malformed("an empty log with the root of another"));
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Signs it; the key's name should be the origin, or [`Checkpoint::open`] will refuse it.
    pub fn sign(&self, key: &SigningKey) -> Result<String, CheckpointError> {
        if self.origin.contains('\n') || self.origin.is_empty() {
            return Err(CheckpointError::Malformed("its origin is not one line"));
        }
        Ok(note::sign(&self.encode(), &[key])?)
    }

    /// Reads a signed checkpoint, if one of the keys is its log's own and signed it.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, CheckpointError> {
        Ok(Self::open_with_signer(note, keys)?.0)
    }

    /// As [`Checkpoint::open`], with the log key that signed it.
    pub fn open_with_signer(
        note: &str,
        keys: &[VerifierKey],
    ) -> Result<(Self, VerifierKey), CheckpointError> {
        let opened = note::open(note, keys)?;
        let checkpoint = Self::parse(opened.text)?;
        let mut signer = String::new();
        for key in opened.signers {
            if key.name() == checkpoint.origin {
                return Ok((checkpoint, key));
            }
            signer = key.to_string();
        }
        Err(CheckpointError::WrongSigner { origin: excerpt(&checkpoint.origin), signer })
    }

    /// Reads a signed checkpoint without checking who signed it; never to be acted upon alone.
    pub fn parse_unverified(note: &str) -> Result<Self, CheckpointError> {
        Self::parse(note::unverified_text(note)?)
    }
}

/// Checks that `head` continues the log that `known` speaks of.
///
/// `known` comes from outside the database; `proof` is the consistency proof between both sizes.
pub fn extends(known: &Checkpoint, head: &Checkpoint, proof: &[Hash]) -> Result<(), ExtendsError> {
    if known.origin != head.origin {
        return Err(ExtendsError::OtherLog {
            known: excerpt(&known.origin),
            head: excerpt(&head.origin),
        });
    }
    if head.size < known.size {
        return Err(ExtendsError::Truncated { known: known.size, head: head.size });
    }
    verify_consistency(known.size, &known.root, head.size, &head.root, proof)
        .map_err(|source| ExtendsError::Forked { known: known.size, source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Frontier;
    use crate::tree::tests::numbered_leaves;
    use proptest::prelude::*;

    const ORIGIN: &str = "example.com/log";

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed(ORIGIN, &[seed; 32]).unwrap()
    }

    fn of(frontier: &Frontier) -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: frontier.size(), root: frontier.root() }
    }

    #[test]
    fn a_signed_checkpoint_comes_back_and_says_who_signed() {
        let checkpoint = of(Frontier::new().extend(numbered_leaves(3)).frontier());
        let note = checkpoint.sign(&key(1)).unwrap();
        let keys = [key(2).verifier(), key(1).verifier()];
        let opened = Checkpoint::open_with_signer(&note, &keys).unwrap();
        assert_eq!(opened, (checkpoint, key(1).verifier()));
    }

    #[test]
    fn h06_a_checkpoint_by_another_logs_key_is_refused() {
        let checkpoint = of(Frontier::new().extend(numbered_leaves(3)).frontier());
        let other = SigningKey::from_seed("example.com/other", &[1; 32]).unwrap();
        let note = checkpoint.sign(&other).unwrap();
        assert!(matches!(
            Checkpoint::open(&note, &[other.verifier()]),
            Err(CheckpointError::WrongSigner { .. })
        ));
        let new_key = checkpoint.sign(&key(9)).unwrap();
        assert!(Checkpoint::open(&new_key, &[key(1).verifier()]).is_err());
    }

    #[test]
    fn h02_a_log_behind_an_outside_checkpoint_is_refused_naming_the_missing_entries() {
        let old = Frontier::new().extend(numbered_leaves(90)).into_frontier();
        let batch = old.extend(numbered_leaves(10));
        let (known, head) = (of(batch.frontier()), of(&old));
        let error = extends(&known, &head, &[]).unwrap_err();
        assert_eq!(error, ExtendsError::Truncated { known: 100, head: 90 });
        assert_eq!(
            error.to_string(),
            "continue the log: it has 90 entries, but 100 were signed for; \
             entries 90 to 99 are missing"
        );
        extends(&head, &known, &batch.consistency_proof()).unwrap();
        extends(&head, &head, &[]).unwrap();
        let nothing = of(&Frontier::new());
        extends(&nothing, &known, &[]).unwrap();
        assert!(matches!(extends(&known, &nothing, &[]), Err(ExtendsError::Truncated { .. })));
    }

    #[test]
    fn h04_a_log_rewritten_with_the_right_key_contradicts_saved_checkpoints() {
        let saved = of(Frontier::new().extend(numbered_leaves(90)).frontier());
        let mut leaves = numbered_leaves(90);
        leaves[17] = crate::hash::leaf_hash(b"another vote");
        let rewritten = Frontier::new().extend(leaves).into_frontier();
        assert!(matches!(extends(&saved, &of(&rewritten), &[]), Err(ExtendsError::Forked { .. })));
        let grown = rewritten.extend(numbered_leaves(10));
        let proof = grown.consistency_proof();
        assert!(matches!(
            extends(&saved, &of(grown.frontier()), &proof),
            Err(ExtendsError::Forked { known: 90, .. })
        ));
        let other = Checkpoint { origin: "example.com/other".to_owned(), ..saved.clone() };
        assert!(matches!(extends(&saved, &other, &[]), Err(ExtendsError::OtherLog { .. })));
    }

    #[test]
    fn other_forms_are_refused() {
        let good = of(Frontier::new().extend(numbered_leaves(3)).frontier()).encode();
        assert!(Checkpoint::parse(&good).is_ok());
        assert!(Checkpoint::parse(&format!("{good}extension\n")).is_ok());
        let root = Hash([0; 32]);
        for text in [
            String::new(),
            "\n".to_owned(),
            good.trim_end().to_owned(),
            format!("\n3\n{root}\n"),
            format!("o\n03\n{root}\n"),
            format!("o\n-3\n{root}\n"),
            format!("o\n3 \n{root}\n"),
            format!("o\n99999999999999999999\n{root}\n"),
            "o\n3\nAAAA\n".to_owned(),
            "o\n3\n".to_owned(),
            format!("o\n0\n{root}\n"),
            format!("o\n3\n{root}\n\n"),
        ] {
            assert!(Checkpoint::parse(&text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn i11_mutated_checkpoints_never_open(at in any::<prop::sample::Index>(), byte: u8) {
            let note = of(Frontier::new().extend(numbered_leaves(3)).frontier()).sign(&key(1)).unwrap();
            let mut bytes = note.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) && text != note {
                prop_assert!(Checkpoint::open(&text, &[key(1).verifier()]).is_err());
                let _ = Checkpoint::parse_unverified(&text);
                let _ = Checkpoint::parse(&text);
            }
        }
    }
}
