//! What a witness accepts (C2SP tlog-witness `add-checkpoint`), without a network or a disk.
//!
//! The request is what a log sends; [`Witness`] is the other side, for whoever runs one. A witness
//! cosigns a checkpoint only if it is signed by a key of its log and continues the last one it
//! cosigned, so a log that shows it two pasts is refused. Must not trust what it is sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::checkpoint::Checkpoint;
use crate::cosignature::{WitnessKey, WitnessSigningKey, without_cosignatures};
use crate::hash::Hash;
use crate::note::{self, VerifierKey};
use crate::proof::{parse_decimal, verify_consistency};

/// The media type of the size in a conflict.
pub const SIZE_MEDIA: &str = "text/x.tlog.size";
/// The most hashes of a consistency proof.
pub const MAX_PROOF_HASHES: usize = 63;

/// A checkpoint that is offered to a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Size of the checkpoint that the witness is thought to have cosigned last; 0 for none.
    pub old: u64,
    /// Consistency proof from that size.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Offer {
    /// The body of the request.
    pub fn to_body(&self) -> String {
        let mut body = format!("old {}\n", self.old);
        for hash in &self.proof {
            // Writing to a string cannot fail.
            let _ = writeln!(body, "{hash}");
        }
        body.push('\n');
        body.push_str(&self.checkpoint);
        body
    }

    /// Reads the body of a request.
    pub fn parse(body: &str) -> Option<Self> {
        let (head, checkpoint) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = parse_decimal(lines.next()?.strip_prefix("old ")?)?;
        let proof: Vec<Hash> =
            lines.map(|line| Hash::from_base64(line).ok()).collect::<Option<_>>()?;
        (proof.len() <= MAX_PROOF_HASHES).then(|| Self {
            old,
            proof,
            checkpoint: checkpoint.to_owned(),
        })
    }
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The body is not of the form, or the old size is above the new one.
    #[error("the request can't be read, or its sizes fall")]
    Malformed,
    /// No key of that log signed it.
    #[error("the checkpoint is not signed by the log's key")]
    Unsigned,
    /// A log this witness does not know.
    #[error("the witness does not know this log")]
    UnknownLog,
    /// The witness has seen another size last.
    #[error("the witness has cosigned {size} entries")]
    Conflict {
        /// What it cosigned last.
        size: u64,
    },
    /// The proof does not lead from what the witness saw to what it is shown.
    #[error("the log does not continue what the witness has cosigned")]
    Inconsistent,
}

impl Refused {
    /// The status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unsigned => 403,
            Self::UnknownLog => 404,
            Self::Conflict { .. } => 409,
            Self::Inconsistent => 422,
        }
    }
}

/// The logs a witness watches, and how far it has seen each.
#[derive(Debug, Clone)]
pub struct Witness {
    key: WitnessSigningKey,
    logs: BTreeMap<String, Watched>,
}

#[derive(Debug, Clone)]
struct Watched {
    keys: Vec<VerifierKey>,
    seen: Option<Checkpoint>,
}

impl Witness {
    /// A witness that watches no log yet.
    pub fn new(key: WitnessSigningKey) -> Self {
        Self { key, logs: BTreeMap::new() }
    }

    /// Watches a log; a further key of a log that is watched is believed as well.
    pub fn watch(&mut self, key: VerifierKey) {
        let log = self.logs.entry(key.name().to_owned());
        log.or_insert(Watched { keys: Vec::new(), seen: None }).keys.push(key);
    }

    /// The key that its cosignatures verify with.
    pub fn key(&self) -> WitnessKey {
        self.key.verifier()
    }

    /// The checkpoint of a log that was cosigned last; whoever keeps it on disk must do so before the
    /// cosignature is given out.
    pub fn seen(&self, origin: &str) -> Option<&Checkpoint> {
        self.logs.get(origin)?.seen.as_ref()
    }

    /// Cosigns the checkpoint in the body of a request, at `time` (POSIX seconds), or refuses it.
    pub fn add_checkpoint(&mut self, body: &str, time: u64) -> Result<String, Refused> {
        let offer = Offer::parse(body).ok_or(Refused::Malformed)?;
        let claimed =
            Checkpoint::parse_unverified(&offer.checkpoint).map_err(|_| Refused::Malformed)?;
        let log = self.logs.get_mut(&claimed.origin).ok_or(Refused::UnknownLog)?;
        let own = without_cosignatures(&offer.checkpoint).map_err(|_| Refused::Malformed)?;
        let head = Checkpoint::open(&own, &log.keys).map_err(|_| Refused::Unsigned)?;
        if offer.old > head.size {
            return Err(Refused::Malformed);
        }
        let (size, root) =
            log.seen.as_ref().map_or((0, crate::hash::empty_root()), |seen| (seen.size, seen.root));
        if offer.old != size {
            return Err(Refused::Conflict { size });
        }
        if size == head.size && root != head.root {
            // The same size with another root: the log has two pasts.
            return Err(Refused::Conflict { size });
        }
        verify_consistency(size, &root, head.size, &head.root, &offer.proof)
            .map_err(|_| Refused::Inconsistent)?;
        let text = note::unverified_text(&own).map_err(|_| Refused::Malformed)?;
        let line = self.key.cosign(text, time);
        log.seen = Some(head);
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{empty_root, leaf_hash};
    use crate::note::SigningKey;
    use crate::tree::Frontier;
    use crate::tree::tests::numbered_leaves;
    use proptest::prelude::*;

    const ORIGIN: &str = "example.com/log";

    fn log_key() -> SigningKey {
        SigningKey::from_seed(ORIGIN, &[1; 32]).unwrap()
    }

    fn witness() -> Witness {
        let key = WitnessSigningKey::from_seed("witness.example", &[2; 32]).unwrap();
        let mut witness = Witness::new(key);
        witness.watch(log_key().verifier());
        witness
    }

    fn head(frontier: &Frontier) -> String {
        let (size, root) = (frontier.size(), frontier.root());
        Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&log_key()).unwrap()
    }

    fn offer(old: u64, proof: Vec<Hash>, frontier: &Frontier) -> String {
        Offer { old, proof, checkpoint: head(frontier) }.to_body()
    }

    #[test]
    fn f07_a_witness_cosigns_a_log_that_only_grows() {
        let mut witness = witness();
        let first = Frontier::new().extend(numbered_leaves(5)).into_frontier();
        let line = witness.add_checkpoint(&offer(0, vec![], &first), 100).unwrap();
        let note = format!("{}{line}", head(&first));
        assert_eq!(witness.key().verify(&note).unwrap().time, 100);
        let grown = first.extend(numbered_leaves(4));
        let body = offer(5, grown.consistency_proof(), grown.frontier());
        witness.add_checkpoint(&body, 200).unwrap();
        assert_eq!(witness.seen(ORIGIN).unwrap().size, 9);
        let again = witness.add_checkpoint(&offer(9, vec![], grown.frontier()), 300).unwrap();
        let note = format!("{}{again}", head(grown.frontier()));
        assert_eq!(witness.key().verify(&note).unwrap().time, 300);
        let refused = witness.add_checkpoint(&body, 400).unwrap_err();
        assert_eq!((refused, refused.status()), (Refused::Conflict { size: 9 }, 409));
    }

    #[test]
    fn h04_a_witness_refuses_a_history_rewritten_with_the_signing_key() {
        let mut witness = witness();
        let first = Frontier::new().extend(numbered_leaves(5)).into_frontier();
        witness.add_checkpoint(&offer(0, vec![], &first), 100).unwrap();
        let mut leaves = numbered_leaves(5);
        leaves[2] = leaf_hash(b"another vote");
        let rewritten = Frontier::new().extend(leaves).into_frontier();
        let same_size = witness.add_checkpoint(&offer(5, vec![], &rewritten), 101).unwrap_err();
        assert_eq!(same_size, Refused::Conflict { size: 5 });
        let grown = rewritten.extend(numbered_leaves(4));
        let body = offer(5, grown.consistency_proof(), grown.frontier());
        let refused = witness.add_checkpoint(&body, 101).unwrap_err();
        assert_eq!((refused, refused.status()), (Refused::Inconsistent, 422));
        assert_eq!(witness.seen(ORIGIN).unwrap().root, first.root(), "it keeps what it saw");
    }

    #[test]
    fn a_witness_says_what_is_wrong_as_the_standard_does() {
        let mut witness = witness();
        let log = Frontier::new().extend(numbered_leaves(5)).into_frontier();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 5, root: log.root() };
        let by_other = SigningKey::from_seed(ORIGIN, &[9; 32]).unwrap();
        let forged = checkpoint.sign(&by_other).unwrap();
        let unknown = Checkpoint { origin: "example.com/x".to_owned(), ..checkpoint.clone() };
        let unknown = unknown.sign(&log_key()).unwrap();
        let body = |old, checkpoint| Offer { old, proof: vec![], checkpoint }.to_body();
        let long = Offer { old: 0, proof: vec![empty_root(); 64], checkpoint: head(&log) };
        for (body, refused) in [
            (body(0, forged), Refused::Unsigned),
            (body(0, unknown), Refused::UnknownLog),
            (offer(6, vec![], &log), Refused::Malformed),
            (offer(3, vec![], &log), Refused::Conflict { size: 0 }),
            (offer(0, vec![empty_root()], &log), Refused::Inconsistent),
            (long.to_body(), Refused::Malformed),
            (String::new(), Refused::Malformed),
            ("old 0\n\n".to_owned(), Refused::Malformed),
            (format!("old 00\n\n{}", head(&log)), Refused::Malformed),
        ] {
            assert_eq!(witness.add_checkpoint(&body, 1).unwrap_err(), refused, "{body}");
        }
        assert_eq!(witness.seen(ORIGIN), None);
    }

    proptest! {
        #[test]
        fn i11_any_request_is_answered_without_panic(body in "(old [0-9]{1,3}\n)?\\PC*(\n\n)?\\PC*") {
            prop_assert!(witness().add_checkpoint(&body, 1).is_err());
        }
    }
}
