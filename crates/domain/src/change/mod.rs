//! A change: immutable revisions, votes, holds, grants, deployments, and its state.
//!
//! [`Change`] is the fold of its stream: [`Change::begin`] takes the first event and
//! [`Change::apply`] each later one. What may happen next is decided in the sibling modules, one
//! file an action, as pure functions that return events or a refusal.

mod added;
mod apply;
mod assess;
mod automatic;
mod briefing;
pub mod bulk;
mod deadlines;
mod declared;
mod event;
mod exception;
mod hold;
mod lazy;
mod lifecycle;
mod material;
mod overriding;
mod rapid;
mod set;
mod signed;
mod state;
mod supposed;
mod vote;

pub use added::Added;
pub use apply::Inconsistent;
pub use assess::{Assessment, EvidenceRequirement, RiskFactor, RiskSummary};
pub use automatic::{AutomaticApproval, AutomaticRule, MatchedCondition, MatchedValue};
pub use briefing::{Acknowledged, Ask, Briefing, Informed, ReadReceipt, RoleBriefing, Uninformed};
pub use bulk::{InBulk, NotInBulk};
pub use deadlines::{Deadlines, Due};
pub use event::{ChangeEvent, Counted, Expired};
pub use exception::{ExceptionClaim, FreezeException};
pub use hold::Hold;
pub use lazy::{
    Arrival, HeldReview, LazyReview, LazyStep, Notice, Objection, ReviewTerms, ReviewTime, RoleTold,
};
pub use material::{
    Artifact, ChangeType, Contribution, Contributor, Digest, DigestError, Evidence, Level,
    Material, MaterialError, Moved, Plan, Revision, Source, TemplateRef, Window,
};
pub use overriding::{
    NotBy, Override, OverrideClaim, OverrideReview, OverrideTerms, ReviewClaim, ReviewOutcome,
    SealedUse,
};
pub use set::{ITEMS_MAX as SET_ITEMS_MAX, SetMembership};
pub use signed::{HandedSignature, VoteSignature};
pub use state::{Deployment, DeploymentOutcome, Grant, State, StateName};
pub use vote::{Ballot, Decision as VoteDecision, OnBehalfOf, Vote, check_justification};

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::asking::Asking;
use crate::ids::{ChangeId, ChangeNumber, VoteId};
use crate::private::Private;

/// One change with everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The change.
    pub id: ChangeId,
    /// The number people use.
    pub number: ChangeNumber,
    /// Who asked for it.
    pub requester: Actor,
    /// When it was made.
    #[serde(with = "crate::time::ms")]
    pub created_at: Timestamp,
    /// When its stream last grew.
    #[serde(with = "crate::time::ms")]
    pub updated_at: Timestamp,
    /// The set it is an item of, from its first entry on and for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Box<SetMembership>>,
    /// All revisions, oldest first. Never empty.
    // INVARIANT: revisions[n].number == n + 1, and a revision never changes.
    revisions: Vec<Revision>,
    /// Where it stands.
    pub state: State,
    /// Holds in force. A hold is a flag over any state.
    pub holds: Vec<Hold>,
    /// All votes ever, on any revision.
    pub votes: Vec<Vote>,
    /// What policy asked for when the current revision was submitted.
    pub assessment: Option<Assessment>,
    /// What policy that went live since asks for beyond that, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Added>,
    /// Deployments begun, oldest first.
    pub deployments: Vec<Deployment>,
    /// Overrides opened, oldest first. None of them is an approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
    /// Exceptions from freezes that were asked for, on any revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freeze_exceptions: Vec<FreezeException>,
    /// Who was asked for what, for the current revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asking: Vec<Asking>,
    /// Keys of requirements without a response plan that nobody was left to answer when it was looked last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswerable: Vec<String>,
    /// What rules approved by themselves, on any revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub automatic_approvals: Vec<AutomaticApproval>,
    /// Reviews of the current revision under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lazy_reviews: Vec<LazyReview>,
    /// Objections to what rules do by themselves, on any revision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objections: Vec<Objection>,
    /// Who opened the briefing of which revision, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_receipts: Vec<ReadReceipt>,
    /// Why the plan of the current revision was flagged, until it can be met again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_trouble: Option<Private<String>>,
    /// Votes whose signature verified. Never stored: whoever can write the store could say so.
    #[serde(skip)]
    pub(crate) verified: BTreeSet<VoteId>,
}

impl Change {
    /// The revision that votes and grants are about.
    #[must_use]
    pub fn revision(&self) -> &Revision {
        // INVARIANT: `begin` puts the first revision in and nothing takes one out.
        &self.revisions[self.revisions.len() - 1]
    }

    /// All revisions, oldest first.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// Votes on the current revision that were not replaced by a later one of the same person.
    pub fn current_votes(&self) -> impl Iterator<Item = &Vote> {
        let number = self.revision().number;
        self.votes.iter().enumerate().filter_map(move |(n, vote)| {
            let later = self.votes.iter().skip(n + 1);
            let replaced = later.clone().any(|v| v.revision == number && v.person == vote.person);
            (vote.revision == number && !replaced).then_some(vote)
        })
    }

    /// Whether anything holds it.
    #[must_use]
    pub fn is_held(&self) -> bool {
        !self.holds.is_empty()
    }
}
