//! Events of the stream of one change.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Acknowledged, Assessment, AutomaticApproval, Deadlines, Deployment, DeploymentOutcome, Digest,
    FreezeException, Hold, LazyStep, Objection, Override, OverrideReview, Revision, SetMembership,
    Vote,
};
use crate::actor::Actor;
use crate::asking::EscalationTarget;
use crate::explanation::{CountedVote, Edge};
use crate::ids::{
    ChangeId, ChangeNumber, DeploymentId, GrantId, HoldId, OverrideId, PersonId, VoteId,
};
use crate::private::Private;

/// What happened to a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum ChangeEvent {
    /// It was asked for.
    ChangeCreated {
        /// The change.
        id: ChangeId,
        /// Its number.
        number: ChangeNumber,
        /// Who asked.
        requester: Actor,
        /// The first revision.
        revision: Box<Revision>,
        /// The set it is an item of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        set: Option<Box<SetMembership>>,
    },
    /// A new revision: all votes on earlier ones are void.
    RevisionMade {
        /// The revision.
        revision: Box<Revision>,
        /// Names of the material fields that moved.
        moved: Vec<String>,
    },
    /// It was handed in; policy could not say yet what it needs.
    ChangeSubmitted {
        /// The revision.
        revision: u32,
        /// Why policy could not say.
        reason: String,
    },
    /// It was handed in, and policy said what it needs.
    ChangeAssessed(Box<Assessment>),
    /// Policy went live that asks for more: it is to be answered as well, and people are asked for it.
    RequirementsAdded(Box<Assessment>),
    /// Somebody voted.
    VoteRecorded(Box<Vote>),
    /// People were asked to answer a requirement.
    ApproversAsked {
        /// Key of the requirement.
        requirement: String,
        /// The step of its response plan; 0 is the first asking.
        step: u32,
        /// Who. Empty when nobody can be asked yet; `next` says when.
        people: Vec<PersonId>,
        /// Who can't answer any more: they left, are away, lost the role, or their turn on call is over.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        instead_of: Vec<PersonId>,
        /// Who of them was asked because a rota named them on call.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        on_call: Vec<PersonId>,
        /// Why these, in a few words.
        why: String,
        /// What happens next if nobody answers.
        next: Option<Edge>,
    },
    /// Those who have not answered were reminded.
    ApproversReminded {
        /// Key of the requirement.
        requirement: String,
        /// The step of its response plan.
        step: u32,
        /// Who.
        people: Vec<PersonId>,
        /// How many of the plan's reminders were due by now.
        reminder: u32,
        /// What happens next if nobody answers.
        next: Option<Edge>,
    },
    /// No answer came, or none could: the next step of the response plan was taken.
    RequirementEscalated {
        /// Key of the requirement.
        requirement: String,
        /// The step, from 1.
        step: u32,
        /// To whom. Their votes count from here on.
        to: Box<EscalationTarget>,
        /// Who was asked with it; those of the step are asked by the entry that follows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        people: Vec<PersonId>,
        /// Why, in a few words.
        why: String,
        /// What happens next if nobody answers.
        next: Option<Edge>,
    },
    /// Nobody is left who could answer a requirement without a response plan, or somebody is again.
    AnswererMissing {
        /// Key of the requirement.
        requirement: String,
        /// Whether nobody is left.
        missing: bool,
    },
    /// Every requirement is met.
    ChangeApproved {
        /// The revision.
        revision: u32,
        /// The policy bundle.
        policy: String,
        /// Which votes count for what.
        counted: Vec<Counted>,
        /// Until when it stands, where that is in working time.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "crate::time::ms::option"
        )]
        valid_until: Option<Timestamp>,
    },
    /// An approval does not stand any more: a voter left, or policy got stricter.
    ApprovalLapsed {
        /// The revision.
        revision: u32,
        /// Codes of what does not hold.
        reasons: Vec<String>,
        /// Until when people have time to answer again, where that is in working time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadlines: Option<Box<Deadlines>>,
    },
    /// Somebody entitled said no.
    ChangeRejected {
        /// The vote that says so.
        vote: VoteId,
    },
    /// Somebody holds it.
    HoldPlaced(Hold),
    /// A hold was lifted.
    HoldReleased {
        /// Which.
        hold: HoldId,
        /// Why.
        reason: Private<String>,
    },
    /// Those who asked took it back.
    ChangeWithdrawn {
        /// Why.
        reason: Private<String>,
    },
    /// Time ran out, undecided or undeployed.
    ChangeExpired {
        /// `pending` or `approved`.
        was: Expired,
    },
    /// Another change took its place.
    ChangeSuperseded {
        /// Which.
        by: ChangeId,
    },
    /// A grant was used.
    GrantRedeemed {
        /// Which.
        grant: GrantId,
        /// The deployment it lets through.
        deployment: Box<Deployment>,
    },
    /// A deployment ended.
    DeploymentFinished {
        /// Which.
        deployment: DeploymentId,
        /// How.
        outcome: DeploymentOutcome,
        /// Exit code of its command.
        exit_code: Option<i32>,
        /// What was said about it.
        note: Option<Private<String>>,
    },
    /// Somebody opened the gate for it without its approvals: what was missing stays missing.
    OverrideOpened(Box<Override>),
    /// Somebody with clean hands reviewed an override.
    OverrideReviewed {
        /// Which.
        #[serde(rename = "override")]
        id: OverrideId,
        /// What the review found.
        review: Box<OverrideReview>,
    },
    /// The review of an override is overdue.
    OverrideReviewEscalated {
        /// Which.
        #[serde(rename = "override")]
        id: OverrideId,
        /// 1 when it fell due, 2 a day later, 3 three days later.
        step: u32,
    },
    /// Somebody asks that a freeze makes an exception for it.
    FreezeExceptionAsked(Box<FreezeException>),
    /// A rule of policy approved a revision: the rule's word, nobody's vote.
    AutomaticallyApproved(Box<AutomaticApproval>),
    /// A review by stakeholders, at whose end a rule approves, went on.
    LazyReview(Box<LazyStep>),
    /// Nobody objected in time: a rule approved a revision after its review. Nobody's vote.
    LazilyApproved(Box<AutomaticApproval>),
    /// Somebody objected to what rules do by themselves: people decide on this revision.
    LazyObjected(Box<Objection>),
    /// Somebody who is asked opened their briefing: a read receipt.
    BriefingOpened {
        /// Who.
        person: PersonId,
        /// Of which revision.
        revision: u32,
        /// Digest of exactly what was shown.
        shown: Digest,
    },
    /// They confirmed the sentences that policy puts to their roles.
    BriefingAcknowledged {
        /// Who.
        person: PersonId,
        /// Of which revision.
        revision: u32,
        /// Digest of what they had opened.
        shown: Digest,
        /// What they confirmed.
        texts: Vec<Acknowledged>,
    },
    /// An absence, a freeze or another change broke its plan, or the plan can be met again.
    PlanFlagged {
        /// Of which revision.
        revision: u32,
        /// Why it can't be met, and what would have to give; `None` once it can be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trouble: Option<Private<String>>,
        /// A declared freeze that breaks it, when whoever asked for it was told of that freeze.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        told_by_freeze: Option<String>,
    },
    /// It was reviewed and closed.
    ChangeClosed {
        /// What the review found.
        review: Private<String>,
    },
}

/// The votes that meet one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// Key of the requirement.
    pub requirement: String,
    /// The votes.
    pub votes: Vec<CountedVote>,
    /// The automation rule that answers it instead of votes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic: Option<String>,
}

/// What a change was when its time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expired {
    /// Undecided.
    Pending,
    /// Approved and not deployed.
    Approved,
}
