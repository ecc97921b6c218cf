//! What a sealed override is opened with, and the record that a machine keeps of it while no server
//! answers (G03). Pure: files, clocks and codes are the caller's.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::change::{Artifact, DeploymentOutcome, Digest, Plan};
use crate::ids::{EnvironmentName, PersonId, SealedOverrideId, ServiceName};
use crate::organisation::{KnownSealed, SealedOverride};

/// Hex digits of one half of a code: 128 random bits.
const HALF_DIGITS: usize = 32;
/// How far the clock of the machine that opened it may be off (F02).
pub const SKEW: SignedDuration = SignedDuration::from_secs(60);
/// So many lines of a record are read at once.
pub const LINES_MAX: usize = 2_000;

/// One half as people write it down: groups of four hex digits.
#[must_use]
pub fn in_groups(half: &str) -> String {
    let digits: Vec<char> = half.chars().collect();
    let groups: Vec<String> = digits.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

/// One half as somebody typed it, without what only separates. `None` when it can't be one.
#[must_use]
pub fn half(typed: &str) -> Option<String> {
    let digits = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let half: String = digits.map(|c| c.to_ascii_lowercase()).collect();
    let good = half.len() == HALF_DIGITS && half.bytes().all(|b| b.is_ascii_hexdigit());
    good.then_some(half)
}

/// What shows that somebody knew a half without giving it away: SHA-256 over what it is for and the
/// half. The half has 128 random bits, so that nobody finds it from this.
#[must_use]
pub fn proof(sealed: &SealedOverrideId, holder: &PersonId, half: &str) -> Digest {
    Digest::of(format!("countersign sealed override v1\n{sealed}\n{holder}\n{half}").as_bytes())
}

/// What the journal and the sealed document keep of a half: SHA-256 of its proof.
#[must_use]
pub fn commitment(proof: &Digest) -> Digest {
    Digest::of(proof.as_str().as_bytes())
}

/// The command began, or was about to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The sealed override.
    pub sealed: SealedOverrideId,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// What was deployed.
    pub artifacts: Vec<Artifact>,
    /// The parameters that steered it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The plan that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// The incident.
    pub incident: String,
    /// Why it could not wait.
    pub reason: String,
    /// The account of the machine and its name, as it says.
    pub ran_by: String,
    /// The proofs of both halves, in the order of the holders.
    pub proofs: [Digest; 2],
}

/// How the command ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ended {
    /// SHA-256 of the line that says that it began.
    pub of: Digest,
    /// How.
    pub outcome: DeploymentOutcome,
    /// Exit code of the command.
    pub exit_code: Option<i32>,
}

/// What one line of a record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum Entry {
    /// The command began, or was about to.
    Opened(Box<Opened>),
    /// It ended.
    Ended(Ended),
}

/// One line of a record: JSON, chained to the line before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// SHA-256 of the line before; null in the first.
    pub previous: Option<Digest>,
    /// When, by the clock of the machine.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
    /// What happened.
    pub entry: Entry,
}

/// One use, as a record tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// SHA-256 of the line that it began with.
    pub record: Digest,
    /// When it began, as claimed.
    pub at: Timestamp,
    /// What was opened.
    pub opened: Opened,
    /// When and how it ended, if that was recorded.
    pub ended: Option<(Timestamp, Ended)>,
}

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The uses, oldest first.
    pub uses: Vec<Use>,
    /// Whether every line can be read and names the one before it.
    pub intact: bool,
}

impl Record {
    /// Reads the lines of a record. What can't be read makes it not intact, and the rest still counts:
    /// nothing that somebody did is dropped for what somebody else spoilt.
    #[must_use]
    pub fn read<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut record = Self { uses: Vec::new(), intact: true };
        let mut previous = None;
        for text in lines {
            let digest = Digest::of(text.as_bytes());
            match serde_json::from_str::<Line>(text) {
                Ok(line) => {
                    record.intact &= line.previous == previous;
                    record.put(line, &digest);
                }
                Err(_) => record.intact = false,
            }
            previous = Some(digest);
        }
        record
    }

    fn put(&mut self, line: Line, digest: &Digest) {
        match line.entry {
            Entry::Opened(opened) => {
                let (record, at) = (digest.clone(), line.at);
                self.uses.push(Use { record, at, opened: *opened, ended: None });
            }
            Entry::Ended(ended) => match self.uses.iter_mut().find(|u| u.record == ended.of) {
                Some(found) => found.ended = Some((line.at, ended)),
                None => self.intact = false,
            },
        }
    }
}

/// What is wrong with a use, as stable codes; empty when it was one that the seal allowed.
#[must_use]
pub fn problems(told: &Use, known: Option<&KnownSealed>, now: Timestamp) -> Vec<&'static str> {
    let Some(known) = known else { return vec!["unknown_seal"] };
    let SealedOverride { service, environment, holders, issued_at, valid_until, .. } =
        &known.issued;
    let opened = &told.opened;
    let proven = holders.iter().zip(&opened.proofs).all(|(h, p)| h.commitment == commitment(p));
    let revoked = known.revoked.as_ref().is_some_and(|revoked| told.at >= revoked.at);
    let late = told.at.duration_since(*valid_until) >= SKEW;
    let out_of_time =
        issued_at.duration_since(told.at) > SKEW || told.at.duration_since(now) > SKEW;
    [
        (!proven, "wrong_code"),
        (opened.service != *service || opened.environment != *environment, "wrong_target"),
        (!known.uses.is_empty(), "used_again"),
        (revoked, "used_after_revocation"),
        (late, "used_after_expiry"),
        (out_of_time, "implausible_time"),
    ]
    .into_iter()
    .filter_map(|(wrong, code)| wrong.then_some(code))
    .collect()
}
