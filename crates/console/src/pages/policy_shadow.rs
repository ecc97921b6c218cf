//! What a proposal says beside the live bundle: verdicts first, then who would be asked, and which changes.

use askama::Template;

use crate::filters;
use crate::pages::policy_replay::{Bar, Progress};
use crate::view::{Badge, Digest, Layout, Link, Moment, Who};

/// The page, at `/policy/shadow`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_shadow.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Digest of the shadow's bundle.
    pub id: String,
    /// What its proposal says it is; empty when it is decided.
    pub proposal: String,
    /// The same bundle, shown.
    pub digest: Digest,
    /// The live bundle it is compared with.
    pub base: Digest,
    /// "Runs", or how it ended.
    pub state: Badge,
    /// Who started it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// Who ended it and when.
    pub ended: Option<(Who, Moment)>,
    /// Whether the reader may stop it.
    pub can_stop: bool,
    /// How far it was followed, when that is not to the end.
    pub progress: Option<Progress>,
    /// Verdicts of the gate that were compared.
    pub verdicts: u64,
    /// They by how the shadow's differ.
    pub verdict_ways: Vec<Bar>,
    /// Pairs of answers that differ.
    pub answers: Vec<Answers>,
    /// Assessments that were compared.
    pub assessments: u64,
    /// They by how the shadow's differ.
    pub assessment_ways: Vec<Bar>,
    /// Kinds of difference.
    pub differences: Vec<Difference>,
    /// Who would be asked more or less.
    pub roles: Vec<Role>,
    /// How many changes differ.
    pub moved: u64,
    /// The newest of them.
    pub changes: Vec<MovedChange>,
    /// Whether what is recorded came out again.
    pub reproduced: Badge,
    /// The same in a sentence.
    pub reproduced_words: String,
    /// What could not be compared: the entry, and why.
    pub uncompared: Vec<(Link, String)>,
}

/// Verdicts with one pair of answers.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// What the gate said.
    pub live: String,
    /// What it would have said.
    pub shadow: String,
    /// How often.
    pub count: u64,
}

/// A kind of difference.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// What it is.
    pub title: String,
    /// Stricter, looser or neither.
    pub way: Badge,
    /// Assessments.
    pub count: u64,
}

/// What would be asked of some roles.
#[derive(Debug, Clone, Default)]
pub struct Role {
    /// The roles.
    pub roles: String,
    /// Approvals more.
    pub added: u64,
    /// Approvals less.
    pub removed: u64,
}

/// A change of which the shadow says something else.
#[derive(Debug, Clone, Default)]
pub struct MovedChange {
    /// The change.
    pub change: Link,
    /// Its service and environment.
    pub what: String,
    /// When the last of it was said.
    pub at: Moment,
    /// How what policy asks for differs, in words.
    pub moves: String,
    /// How the last verdict differs, in words.
    pub verdict: String,
}

/// The shadow on the page of a proposal.
#[derive(Debug, Clone, Default)]
pub struct ShadowPart {
    /// Whether this proposal runs as the shadow.
    pub runs: bool,
    /// Whether it ever did, so that there is a report.
    pub has_report: bool,
    /// Whether the reader may start or stop it.
    pub may: bool,
    /// Why it can't be started; empty when it can.
    pub closed: String,
}
