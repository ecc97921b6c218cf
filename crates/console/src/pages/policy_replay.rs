//! What a proposed bundle would have said of past changes: sums first, then who, where and which.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Digest, Layout, Link};

/// The page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_replay.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Digest of the proposal.
    pub id: String,
    /// What the proposal says it is.
    pub proposal: String,
    /// The live bundle it is compared with.
    pub base: Digest,
    /// The day changes are counted from, `2026-06-01`; empty for all.
    pub since: String,
    /// What is wrong with that day.
    pub since_problem: String,
    /// How far it came, when it is not done.
    pub progress: Option<Progress>,
    /// Changes that were looked at.
    pub changes: u64,
    /// They by how their outcome moves.
    pub ways: Vec<Bar>,
    /// Kinds of difference.
    pub differences: Vec<Difference>,
    /// Who would be asked more or less.
    pub roles: Vec<Role>,
    /// Hours of waiting, in sentences.
    pub waiting: Vec<String>,
    /// By service and tier, only those that move.
    pub services: Vec<Service>,
    /// Failed changes, in sentences.
    pub failed: Vec<String>,
    /// Open changes, in a sentence.
    pub open: String,
    /// Open changes that would change.
    pub open_changes: Vec<Example>,
    /// Whether what is recorded came out again.
    pub reproduced: Badge,
    /// The same in a sentence.
    pub reproduced_words: String,
}

/// How far a replay came.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Entries of the journal it went through.
    pub entries: u64,
    /// Entries there are.
    pub of: u64,
    /// The same in percent.
    pub percent: u64,
}

/// A part of a whole.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// What it counts.
    pub label: String,
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The share, `12 %`.
    pub share: String,
}

/// A kind of difference.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// Stricter, looser or neither.
    pub way: Badge,
    /// How many changes.
    pub bar: Bar,
    /// The latest of them.
    pub examples: Vec<Link>,
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
    /// Approvals that a rule might have given instead.
    pub to_rules: u64,
    /// Approvals asked of them instead of a rule.
    pub to_people: u64,
    /// How long an answer took on average, or that it is not known.
    pub takes: String,
}

/// A service in a tier.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Its name.
    pub service: String,
    /// `T3`.
    pub tier: String,
    /// All its changes.
    pub changes: u64,
    /// Stricter.
    pub stricter: u64,
    /// Looser.
    pub looser: u64,
    /// Both.
    pub both: u64,
}

/// A change whose outcome moves.
#[derive(Debug, Clone, Default)]
pub struct Example {
    /// The change.
    pub change: Link,
    /// Its service.
    pub service: String,
    /// How it moves, in words.
    pub moves: String,
}
