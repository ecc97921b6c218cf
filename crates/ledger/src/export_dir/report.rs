//! What a verification is asked and what it answers.

use std::collections::BTreeMap;

use super::problem::Problem;
use super::signed::SignedVote;
use super::witnessed::TimeBound;
use crate::checkpoint::Checkpoint;
use crate::cosignature::WitnessKey;
use crate::note::VerifierKey;

/// Where the trusted key came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySource {
    /// Given by the caller, who got it some other way.
    Pinned,
    /// Read from the export: whoever made the export chose it. Proves nothing about who that was.
    Export,
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries looked at.
    pub done: u64,
    /// Entries in all.
    pub total: u64,
}

/// How to verify.
#[derive(Clone, Copy, Default)]
pub struct VerifyOptions<'a> {
    /// The log's first (or any later) key, as pinned by the auditor.
    pub key: Option<&'a VerifierKey>,
    /// Threads; 0 and 1 mean one.
    pub threads: usize,
    /// Also parse every entry as JSON and check that it is in canonical form.
    pub full: bool,
    /// Signed checkpoints kept from before, which the log must continue.
    pub known: &'a [String],
    /// Witnesses that the auditor trusts; with none, cosignatures are not looked at.
    pub witnesses: &'a [WitnessKey],
    /// How many of them must have seen an entry; 0 means all.
    pub quorum: usize,
    /// Called from any thread, now and then.
    pub progress: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// What was verified, or as far as it could be told, what is there.
#[derive(Debug, Clone, Default)]
pub struct VerifyReport {
    /// The signed head.
    pub checkpoint: Option<Checkpoint>,
    /// The head as it stands in the export.
    pub checkpoint_note: String,
    /// The key the verification started from.
    pub key: Option<VerifierKey>,
    /// Where that key came from.
    pub key_source: Option<KeySource>,
    /// Changes of key that were followed.
    pub rotations: usize,
    /// Checkpoints from before that the log was shown to continue.
    pub known_continued: usize,
    /// Until when entries existed, as enough witnesses saw; `None` without witnesses.
    pub bound: Option<TimeBound>,
    /// Entries read.
    pub entries: u64,
    /// Bytes of these entries.
    pub entry_bytes: u64,
    /// Time of the first entry.
    pub first_time: Option<String>,
    /// Time of the last entry.
    pub last_time: Option<String>,
    /// Number of entries of each kind.
    pub kinds: BTreeMap<String, u64>,
    /// Private values included, each checked against its entry.
    pub disclosed: u64,
    /// Commitments without their value: withheld, erased, or secret.
    pub withheld: u64,
    /// Votes with their voters' signatures, each verified.
    pub signed_votes: Vec<SignedVote>,
    /// Whether every entry was parsed and found canonical, or only hashed and looked at.
    pub full: bool,
    /// When the export was made, by its own account.
    pub exported_at: Option<String>,
    /// What made it, by its own account.
    pub tool: Option<String>,
    /// Oddities that break no proof.
    pub warnings: Vec<String>,
}

/// An export that does not verify.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What is wrong, in entry order; never empty.
    pub problems: Vec<Problem>,
    /// Further problems that are not listed.
    pub unlisted: u64,
    /// What could be read all the same.
    pub report: VerifyReport,
}
