//! What happened to a change: votes, revisions, grants, deployments, the timeline.

use crate::view::{Badge, Decision, Digest, Icon, Link, Moment, Tone, Who};

/// A vote.
#[derive(Debug, Clone, Default)]
pub struct Vote {
    /// Who voted.
    pub who: Who,
    /// Whose right they used, when not their own.
    pub on_behalf_of: Option<Who>,
    /// How.
    pub decision: Decision,
    /// The role it counts for; empty if none.
    pub role: String,
    /// What it means, e.g. "reviewed and accepted".
    pub meaning: String,
    /// Their reason; `None` when it was erased.
    pub justification: Option<String>,
    /// What they signed it with, e.g. "passkey"; empty if they did not, or it does not hold.
    pub signed_with: String,
    /// When.
    pub at: Moment,
    /// On which revision.
    pub revision: u32,
    /// Whether it counts now.
    pub counts: bool,
    /// Why it doesn't.
    pub why_not: String,
    /// Its ledger entry.
    pub entry: Option<Link>,
}

/// A revision in the history.
#[derive(Debug, Clone, Default)]
pub struct Revision {
    /// 1, 2, ….
    pub number: u32,
    /// Its digest.
    pub digest: Digest,
    /// Who made it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// What moved since the one before.
    pub changed: Vec<FieldChange>,
    /// What happened to the votes, e.g. "2 votes stopped counting".
    pub effect: String,
    /// Whether it is the current one.
    pub current: bool,
}

/// One field that moved between revisions.
#[derive(Debug, Clone, Default)]
pub struct FieldChange {
    /// Which.
    pub field: String,
    /// What it was; empty if it was not there.
    pub before: String,
    /// What it is; empty if it is gone.
    pub after: String,
}

/// Where a grant stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are those of the domain's grants")]
pub enum GrantState {
    #[default]
    Valid,
    Redeemed,
    Expired,
    Revoked,
}

impl GrantState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Valid => (Tone::Good, Icon::Key, "Valid"),
            Self::Redeemed => (Tone::Info, Icon::Check, "Redeemed"),
            Self::Expired => (Tone::Quiet, Icon::Clock, "Expired"),
            Self::Revoked => (Tone::Bad, Icon::Stop, "Revoked"),
        };
        Badge::new(tone, icon, word)
    }
}

/// A grant.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: GrantState,
    /// Who asked for it.
    pub asked_by: Who,
    /// On which revision.
    pub revision: u32,
    /// When it was given.
    pub issued: Moment,
    /// Until when it holds.
    pub expires: Moment,
    /// Its ledger entry.
    pub entry: Option<Link>,
    /// Receipt downloads.
    pub downloads: Vec<Link>,
}

/// How a deployment went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are those of the domain's outcomes")]
pub enum DeploymentOutcome {
    #[default]
    Running,
    Succeeded,
    WithIssues,
    Failed,
    RolledBack,
}

impl DeploymentOutcome {
    /// The outcome as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Running => (Tone::Busy, Icon::Play, "Running"),
            Self::Succeeded => (Tone::Good, Icon::Check, "Succeeded"),
            Self::WithIssues => (Tone::Warn, Icon::Alert, "With issues"),
            Self::Failed => (Tone::Bad, Icon::Cross, "Failed"),
            Self::RolledBack => (Tone::Bad, Icon::Undo, "Rolled back"),
        };
        Badge::new(tone, icon, word)
    }
}

/// A deployment.
#[derive(Debug, Clone, Default)]
pub struct Deployment {
    /// Its id.
    pub id: String,
    /// How it went.
    pub outcome: DeploymentOutcome,
    /// Who or what ran it.
    pub by: Who,
    /// When it started.
    pub started: Moment,
    /// When it ended.
    pub finished: Option<Moment>,
    /// E.g. "exit code 0, 41 s".
    pub note: String,
    /// Where it ran.
    pub link: Option<Link>,
    /// Its ledger entry.
    pub entry: Option<Link>,
}

/// Something that happened, from the journal.
#[derive(Debug, Clone, Default)]
pub struct TimelineEntry {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Who,
    /// What, e.g. "approved revision 3 as service owner".
    pub what: String,
    /// More about it; may be empty.
    pub detail: String,
    /// The symbol beside it.
    pub icon: Icon,
    /// Its tone.
    pub tone: Tone,
    /// Its position in the ledger.
    pub index: u64,
}
