//! What one person is told of one event.

use domain::cab::BoardDigest;
use domain::change::{Change, ChangeType, DeploymentOutcome, Expired};
use domain::drill::DrillFailure;
use domain::ids::{
    AlignmentId, ChangeId, ChangeNumber, DelegationId, EnvironmentName, FindingId, HoldId,
    OverrideId, PersonId, RiskAcceptanceId, SealedOverrideId, ServiceName, SigningKeyId, VoteId,
};
use domain::notification::{Preferences, Topic};
use domain::organisation::FindingKind;
use domain::weak_link::{FoundLink, WeakLink, WeakNeed};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What is told. Texts that people wrote are not in it: they are read from the journal when it is
/// shown or sent, so that what was erased is not told any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// What happened.
    #[serde(flatten)]
    pub what: What,
    /// Whether it can't wait for quiet hours to end.
    #[serde(default, skip_serializing_if = "is_false")]
    pub urgent: bool,
    /// The change it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Subject>,
    /// Id of the person or machine that did it.
    pub by: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The change that something is told of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The change.
    pub id: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// Its service.
    pub service: ServiceName,
    /// Its environment.
    pub environment: EnvironmentName,
    /// Id of whoever asked for it.
    pub requester: String,
}

impl Subject {
    /// What to say of a change.
    #[must_use]
    pub fn of(change: &Change) -> Self {
        let material = &change.revision().material;
        Self {
            id: change.id.clone(),
            number: change.number,
            service: material.service.clone(),
            environment: material.environment.clone(),
            requester: change.requester.principal().to_owned(),
        }
    }
}

/// What happened, as it matters to the one who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Their decision is asked for.
    ApprovalAsked {
        /// Keys of the requirements they can answer.
        requirements: Vec<String>,
        /// Whether they were asked before and have not answered.
        #[serde(default, skip_serializing_if = "is_false")]
        reminder: bool,
        /// Who can't answer any more, or was asked before and has not.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        instead_of: Vec<PersonId>,
        /// Since when those were waited for; none when they can't answer any more.
        #[serde(
            default,
            skip_serializing_if = "Option::is_none",
            with = "domain::time::ms::option"
        )]
        since: Option<Timestamp>,
    },
    /// No answer came in time to what they asked for or own, and the plan turned to others.
    Escalated {
        /// Keys of the requirements.
        requirements: Vec<String>,
    },
    /// Nobody is left who could answer for what they asked for or own.
    Stuck {
        /// Keys of the requirements.
        requirements: Vec<String>,
    },
    /// Somebody voted on what they asked for.
    VoteRecorded {
        /// The vote.
        vote: VoteId,
    },
    /// What they asked for is approved.
    Approved,
    /// What they asked for is rejected.
    Rejected {
        /// The vote that says so.
        vote: VoteId,
    },
    /// An approval does not stand any more.
    Lapsed,
    /// What they voted on was changed: their vote does not count any more.
    RevisionMade {
        /// The new revision.
        revision: u32,
        /// Material fields that moved.
        moved: Vec<String>,
    },
    /// It was put on hold.
    HoldPlaced {
        /// The hold.
        hold: HoldId,
    },
    /// A hold was lifted.
    HoldReleased {
        /// The hold.
        hold: HoldId,
    },
    /// Time is about to run out.
    ExpiresSoon {
        /// When.
        #[serde(with = "domain::time::ms")]
        at: Timestamp,
    },
    /// Time ran out.
    Expired {
        /// Undecided or undeployed.
        was: Expired,
    },
    /// What they voted on was taken back.
    Withdrawn,
    /// Another change took the place of what they voted on.
    Superseded,
    /// A deployment ended.
    DeploymentFinished {
        /// How.
        outcome: DeploymentOutcome,
    },
    /// What is their business may go on without its approvals, once; or did under a sealed override.
    Overridden {
        /// The override.
        id: OverrideId,
    },
    /// Their review of an override is asked for.
    OverrideReviewAsked {
        /// The override.
        id: OverrideId,
        /// Whether it was due before.
        #[serde(default, skip_serializing_if = "is_false")]
        overdue: bool,
    },
    /// The override they opened was reviewed.
    OverrideReviewed {
        /// The override.
        id: OverrideId,
    },
    /// A rule will approve a change unless somebody objects.
    ReviewBegun {
        /// The rule.
        rule: String,
    },
    /// The end of such a review comes near.
    ReviewEnds {
        /// The rule.
        rule: String,
        /// When it approves.
        #[serde(with = "domain::time::ms")]
        at: Timestamp,
    },
    /// A rule approved after a review in which nobody objected.
    ReviewOver {
        /// The rule.
        rule: String,
    },
    /// Somebody objected to what a rule would have approved.
    Objected,
    /// The plan of what they asked for can't be met any more.
    PlanFlagged,
    /// Changes that they planned fall into a freeze that was declared.
    FreezeDeclared {
        /// Its id.
        freeze: String,
        /// The changes.
        changes: Vec<ChangeNumber>,
    },
    /// A sealed override over what they own, or of which they hold a half, was issued.
    SealedOverrideIssued {
        /// Which.
        sealed: SealedOverrideId,
    },
    /// Such a sealed override was revoked.
    SealedOverrideRevoked {
        /// Which.
        sealed: SealedOverrideId,
    },
    /// They answer for a finding.
    FindingRaised {
        /// The finding.
        finding: FindingId,
        /// What kind.
        #[serde(default = "let_through")]
        kind: FindingKind,
    },
    /// The review or the end of a risk that they accepted, or that concerns what they own, comes near.
    AcceptanceEnds {
        /// The acceptance.
        acceptance: RiskAcceptanceId,
    },
    /// Somebody lets them answer for them.
    DelegationMade {
        /// The delegation.
        delegation: DelegationId,
    },
    /// The other side ended a delegation before its time.
    DelegationEnded {
        /// The delegation.
        delegation: DelegationId,
    },
    /// The calendar that their absences follow can't be read.
    AbsenceFeedFails {
        /// Where it is fetched from.
        host: String,
    },
    /// They answer for members of a group who are away.
    DeputyNamed {
        /// The standing delegation.
        deputy: DelegationId,
    },
    /// They don't any more.
    DeputyRemoved {
        /// The standing delegation.
        deputy: DelegationId,
    },
    /// Somebody of the group whose deputy they are is away, and they answer for them.
    DeputyAnswers {
        /// The standing delegation.
        deputy: DelegationId,
        /// Who is away.
        person: PersonId,
        /// Until when they answer.
        #[serde(with = "domain::time::ms")]
        until: Timestamp,
    },
    /// A key that signs votes was added in their name.
    SigningKeyAdded {
        /// The key.
        key: SigningKeyId,
    },
    /// They are invited to an alignment session, or lead it.
    AlignmentOpened {
        /// The session.
        alignment: AlignmentId,
    },
    /// A concern waits for their answer.
    ConcernRaised {
        /// The session.
        alignment: AlignmentId,
        /// Its number there.
        concern: u32,
    },
    /// Their concern was answered.
    ConcernAnswered {
        /// The session.
        alignment: AlignmentId,
        /// Its number there.
        concern: u32,
    },
    /// A session that they were in, or that was about what they asked for, is closed.
    AlignmentClosed {
        /// The session.
        alignment: AlignmentId,
    },
    /// A session that they take part in has another time.
    AlignmentMoved {
        /// The session.
        alignment: AlignmentId,
        /// Which of its moves it is, from 1.
        number: u32,
    },
    /// A session that they were to take part in, or that was about what they asked for, is not held.
    AlignmentCancelled {
        /// The session.
        alignment: AlignmentId,
    },
    /// Somebody proposes policy.
    PolicyProposed {
        /// Digest of the bundle.
        digest: String,
    },
    /// Policy that may ask for less waits before it is live; they can stop it.
    PolicyDelayed {
        /// Digest of the bundle.
        digest: String,
        /// When it goes live.
        #[serde(with = "domain::time::ms")]
        at: Timestamp,
    },
    /// What they proposed, or made live and it waited, is live.
    PolicyActivated {
        /// Digest of the bundle.
        digest: String,
    },
    /// What they proposed, or made live and it waited, was turned down.
    PolicyDeclined {
        /// Digest of the bundle.
        digest: String,
    },
    /// An alignment session that they take part in comes near.
    AlignmentNear {
        /// The session.
        alignment: AlignmentId,
    },
    /// The board that they sit on meets.
    BoardMeets {
        /// What it talks over.
        digest: Box<BoardDigest>,
    },
    /// Drills of the live bundle fail that did not before.
    DrillsFail {
        /// How many things fail in them.
        count: u32,
        /// The first of them.
        some: Vec<DrillFailure>,
    },
    /// Needs of the live bundle have become weak links, or are none any more.
    WeakLinksMoved {
        /// How many have.
        count: u32,
        /// The first of them, the worst first.
        some: Vec<WeakNeed<FoundLink>>,
        /// How many are none any more.
        mended: u32,
        /// The first of those.
        over: Vec<WeakNeed<WeakLink>>,
    },
    /// Somebody wants to see whether it arrives.
    Test,
}

/// The kind of findings told of before there were others.
const fn let_through() -> FindingKind {
    FindingKind::LetThrough
}

impl What {
    /// What it is about.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::ApprovalAsked { .. }
            | Self::OverrideReviewAsked { .. }
            | Self::FindingRaised { .. }
            | Self::AcceptanceEnds { .. }
            | Self::DelegationMade { .. }
            | Self::DeputyNamed { .. }
            | Self::DeputyAnswers { .. }
            | Self::AlignmentOpened { .. }
            | Self::AlignmentNear { .. }
            | Self::AlignmentMoved { .. }
            | Self::AlignmentCancelled { .. }
            | Self::BoardMeets { .. }
            | Self::ConcernRaised { .. }
            | Self::ReviewBegun { .. }
            | Self::ReviewEnds { .. } => Topic::Asked,
            Self::VoteRecorded { .. } => Topic::Votes,
            Self::Approved
            | Self::Rejected { .. }
            | Self::Escalated { .. }
            | Self::Stuck { .. }
            | Self::Lapsed
            | Self::ExpiresSoon { .. }
            | Self::Expired { .. }
            | Self::Withdrawn
            | Self::Superseded
            | Self::Overridden { .. }
            | Self::OverrideReviewed { .. }
            | Self::ReviewOver { .. }
            | Self::Objected
            | Self::DelegationEnded { .. }
            | Self::AbsenceFeedFails { .. }
            | Self::DeputyRemoved { .. }
            | Self::PlanFlagged
            | Self::FreezeDeclared { .. }
            | Self::SigningKeyAdded { .. }
            | Self::SealedOverrideIssued { .. }
            | Self::SealedOverrideRevoked { .. }
            | Self::ConcernAnswered { .. }
            | Self::AlignmentClosed { .. }
            | Self::Test => Topic::Decisions,
            Self::RevisionMade { .. } => Topic::Revisions,
            Self::HoldPlaced { .. } | Self::HoldReleased { .. } => Topic::Holds,
            Self::DeploymentFinished { .. } => Topic::Deployments,
            Self::PolicyProposed { .. }
            | Self::PolicyDelayed { .. }
            | Self::PolicyActivated { .. }
            | Self::PolicyDeclined { .. }
            | Self::DrillsFail { .. }
            | Self::WeakLinksMoved { .. } => Topic::Policy,
        }
    }
}

impl What {
    /// Whether it is mailed at once whatever its receiver prefers: what may open their account to
    /// another, or policy or a gate to anybody.
    pub(super) const fn is_forced(&self) -> bool {
        matches!(
            self,
            Self::SigningKeyAdded { .. }
                | Self::SealedOverrideIssued { .. }
                | Self::PolicyDelayed { .. }
                | Self::Overridden { .. }
                | Self::OverrideReviewAsked { overdue: false, .. }
        )
    }

    /// Whether it is mailed to somebody who prefers this.
    pub(super) fn is_mailed(&self, preferences: &Preferences) -> bool {
        self.is_forced() || preferences.mail.contains(&self.topic())
    }

    /// The alignment session it is about.
    #[must_use]
    pub const fn alignment(&self) -> Option<&AlignmentId> {
        match self {
            Self::AlignmentOpened { alignment }
            | Self::AlignmentNear { alignment }
            | Self::AlignmentMoved { alignment, .. }
            | Self::AlignmentCancelled { alignment }
            | Self::ConcernRaised { alignment, .. }
            | Self::ConcernAnswered { alignment, .. }
            | Self::AlignmentClosed { alignment } => Some(alignment),
            _ => None,
        }
    }

    /// Whether something waits to know that it arrived.
    pub(super) const fn waits_for_arrival(&self) -> bool {
        matches!(self, Self::ReviewBegun { .. } | Self::ReviewEnds { .. })
    }
}

impl Telling {
    /// Something told of a change. What no preference turns off is urgent; so is an ask whose plan asks
    /// people when they are not at work, and of an emergency what asks for somebody's decision, or says
    /// that none comes.
    #[must_use]
    pub fn of_change(what: What, change: &Change, by: &str) -> Self {
        let emergency = change.revision().material.kind == ChangeType::Emergency;
        let urgent = match &what {
            What::ApprovalAsked { requirements, .. } => change.is_urgent(requirements),
            What::Escalated { .. } | What::Stuck { .. } => emergency,
            _ if matches!(what.topic(), Topic::Asked | Topic::Revisions) => emergency,
            _ => false,
        };
        let urgent = urgent || what.is_forced();
        Self { what, urgent, change: Some(Subject::of(change)), by: by.to_owned() }
    }
}
