//! The text form of an inclusion proof: `c2sp.org/tlog-proof@v1`.
//!
//! What an auditor downloads: index, path and signed checkpoint in one file, readable by tools we
//! did not write. Parsing says nothing about truth; [`crate::receipt`] checks.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::{Hash, excerpt};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// No tree has a longer path.
const MAX_PROOF_HASHES: usize = 64;

/// A parsed tlog-proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Opaque bytes beside the proof. Not authenticated by it.
    pub extra: Option<Vec<u8>>,
    /// Index of the leaf.
    pub index: u64,
    /// The audit path, from the leaf's sibling upwards.
    pub proof: Vec<Hash>,
    /// The checkpoint as a signed note.
    pub checkpoint: String,
}

/// Why a text is not a tlog-proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Another format, or another version.
    #[error("read a tlog-proof: the first line is not `{HEADER}`")]
    Header,
    /// The extra line is not base64.
    #[error("read the `extra` line of a tlog-proof")]
    Extra,
    /// No index line, or one with another number form.
    #[error("read the `index` line of a tlog-proof")]
    Index,
    /// A line of the path is not a hash.
    #[error("read line {line} of a tlog-proof: `{text}` is not a hash")]
    Hash {
        /// Line in the text, from 1.
        line: usize,
        /// How it starts.
        text: String,
    },
    /// More hashes than any tree needs.
    #[error("read a tlog-proof of more than {MAX_PROOF_HASHES} hashes")]
    TooLong,
    /// Nothing after the path.
    #[error("find the checkpoint after the empty line of a tlog-proof")]
    NoCheckpoint,
}

impl TlogProof {
    /// Writes the text form.
    pub fn encode(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(extra) = &self.extra {
            // Writing to a string cannot fail, here and below.
            let _ = writeln!(text, "extra {}", STANDARD.encode(extra));
        }
        let _ = writeln!(text, "index {}", self.index);
        for hash in &self.proof {
            let _ = writeln!(text, "{hash}");
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads the text form; the checkpoint is taken verbatim and not yet checked.
    pub fn parse(text: &str) -> Result<Self, TlogProofError> {
        let (head, checkpoint) = text.split_once("\n\n").ok_or(TlogProofError::NoCheckpoint)?;
        if checkpoint.is_empty() {
            return Err(TlogProofError::NoCheckpoint);
        }
        let mut lines = (1_usize..).zip(head.split('\n')).peekable();
        if lines.next().is_none_or(|(_, line)| line != HEADER) {
            return Err(TlogProofError::Header);
        }
        let extra = match lines.peek().and_then(|(_, line)| line.strip_prefix("extra ")) {
            Some(encoded) => {
                lines.next();
                Some(STANDARD.decode(encoded).map_err(|_| TlogProofError::Extra)?)
            }
            None => None,
        };
        let index = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix("index "))
            .and_then(parse_decimal)
            .ok_or(TlogProofError::Index)?;
        let mut proof = Vec::new();
        for (line, hash) in lines {
            if proof.len() == MAX_PROOF_HASHES {
                return Err(TlogProofError::TooLong);
            }
            proof.push(
                Hash::from_base64(hash)
                    .map_err(|_| TlogProofError::Hash { line, text: excerpt(hash) })?,
            );
        }
        Ok(Self { extra, index, proof, checkpoint: checkpoint.to_owned() })
    }
}

/// A decimal number in its only form: digits, no sign, no leading zero.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    (plain && shortest).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(extra: Option<Vec<u8>>, hashes: &[[u8; 32]]) -> TlogProof {
        TlogProof {
            extra,
            index: 73_894,
            proof: hashes.iter().copied().map(Hash).collect(),
            checkpoint: "example.com/log\n80000\nAAAA\n\n— example.com/log AAAA\n".to_owned(),
        }
    }

    #[test]
    fn the_text_has_the_form_of_the_specification() {
        let text = sample(Some(b"hi".to_vec()), &[[0; 32]]).encode();
        assert_eq!(
            text,
            "c2sp.org/tlog-proof@v1\nextra aGk=\nindex 73894\n\
             AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\
             example.com/log\n80000\nAAAA\n\n— example.com/log AAAA\n"
        );
    }

    #[test]
    fn h07_other_forms_are_refused() {
        let good = sample(None, &[[1; 32], [2; 32]]).encode();
        assert!(TlogProof::parse(&good).is_ok());
        for (from, to) in [
            ("@v1", "@v2"),
            ("index 73894", "index 073894"),
            ("index 73894", "index +73894"),
            ("index 73894\n", ""),
            ("index 73894", "extra ???\nindex 73894"),
            ("AQEB", "AQE?"),
            ("\n\nexample.com", "\nexample.com"),
        ] {
            assert!(TlogProof::parse(&good.replacen(from, to, 1)).is_err(), "{from:?} -> {to:?}");
        }
        let long = sample(None, &[[1; 32]; 65]).encode();
        assert_eq!(TlogProof::parse(&long), Err(TlogProofError::TooLong));
    }

    proptest! {
        #[test]
        fn text_round_trips(extra in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..50)),
                            hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..64)) {
            let proof = sample(extra, &hashes);
            prop_assert_eq!(TlogProof::parse(&proof.encode()), Ok(proof));
        }

        #[test]
        fn i11_mutated_text_is_an_error_or_written_back_the_same(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
            let mut bytes = sample(Some(vec![1, 2]), &[[1; 32], [2; 32]]).encode().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes)
                && let Ok(parsed) = TlogProof::parse(&text)
            {
                prop_assert_eq!(parsed.encode(), text);
            }
        }
    }
}
