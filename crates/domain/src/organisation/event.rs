//! Events of the stream `organisation`.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Absence, AbsenceFeed, AcceptanceReview, Account, Alignment, AlignmentCancellation,
    AlignmentClosing, AlignmentConclusion, AlignmentMove, AutomationResumption, AutomationStop,
    Concern, ConcernAnswer, Cover, Delegation, Deputy, Finding, FindingAcknowledgement,
    FindingResolution, Group, Person, ProvisionedGroup, ProvisionedPerson, RegisteredOverride,
    RiskAcceptance, RoleBinding, Rota, SealedOverride, SealedRevocation, Service, ServiceAccount,
    SigningKey, Status, Token, TokenOwner,
};
use crate::freeze::Freeze;
use crate::ids::{
    AbsenceId, AccountId, AlignmentId, CoverId, DelegationId, DomainName, GroupId, OverrideId,
    PersonId, RiskAcceptanceId, RotaId, ServiceAccountId, SigningKeyId, TokenId,
};
use crate::private::{Private, Secret};

/// What happened to the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum OrganisationEvent {
    /// The organisation got its name.
    OrganisationNamed {
        /// The name.
        name: String,
        /// Marks organisations that hold invented data.
        demo: bool,
    },
    /// A person joined, or their record changed.
    PersonPut(Person),
    /// A person left or came back. Their accounts and tokens follow.
    PersonStatusSet {
        /// Who.
        person: PersonId,
        /// What they are now.
        status: Status,
    },
    /// A person got an account.
    AccountAdded(Account),
    /// An account was disabled or enabled.
    AccountStatusSet {
        /// Which.
        account: AccountId,
        /// What it is now.
        status: Status,
    },
    /// An account got a password.
    PasswordSet {
        /// Which.
        account: AccountId,
        /// Argon2id, PHC form.
        password: Secret,
    },
    /// A group was made or its members changed.
    GroupPut(Group),
    /// A group was removed.
    GroupRemoved {
        /// Which.
        group: GroupId,
    },
    /// A role was given.
    RoleBound(RoleBinding),
    /// A role was taken.
    RoleUnbound(RoleBinding),
    /// Somebody will be away, or is.
    AbsenceEntered(Absence),
    /// They are there after all, or came back early.
    AbsenceCancelled {
        /// Which.
        absence: AbsenceId,
    },
    /// Somebody's absences follow a calendar at an address from now on.
    AbsenceFeedSubscribed(AbsenceFeed),
    /// They don't any more.
    AbsenceFeedEnded {
        /// Whose.
        person: PersonId,
    },
    /// That calendar could not be read for a while.
    AbsenceFeedFailed {
        /// Whose.
        person: PersonId,
    },
    /// It can be read again.
    AbsenceFeedRecovered {
        /// Whose.
        person: PersonId,
    },
    /// Somebody lets another answer for them.
    DelegationMade(Delegation),
    /// Either side ended it before its time.
    DelegationEnded {
        /// Which.
        delegation: DelegationId,
        /// From when it carries nothing any more.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Somebody may answer for members of a group who are away.
    DeputyNamed(Deputy),
    /// They may not any more.
    DeputyRemoved {
        /// Which.
        deputy: DelegationId,
        /// From when they carry nothing any more.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// A member of their group is away: they were told that they answer for them.
    DeputyTold {
        /// Which deputy.
        deputy: DelegationId,
        /// By which absence.
        absence: AbsenceId,
    },
    /// A rota was made or changed.
    RotaPut(Rota),
    /// A rota was removed.
    RotaRemoved {
        /// Which.
        rota: RotaId,
    },
    /// Somebody takes over a turn on call, or part of it.
    ShiftCovered(Cover),
    /// They don't any more.
    CoverEnded {
        /// Which.
        cover: CoverId,
    },
    /// A domain got its title.
    DomainPut {
        /// The domain.
        name: DomainName,
        /// What people call it.
        title: String,
    },
    /// A service was registered or changed.
    ServicePut(Service),
    /// A machine identity was made or changed.
    ServiceAccountPut(ServiceAccount),
    /// A machine identity was disabled or enabled.
    ServiceAccountStatusSet {
        /// Which.
        service_account: ServiceAccountId,
        /// What it is now.
        status: Status,
    },
    /// A token was issued.
    TokenIssued {
        /// Whose.
        owner: TokenOwner,
        /// The token, without its text.
        token: Token,
    },
    /// Somebody registered a key for signing votes.
    SigningKeyAdded(Box<SigningKey>),
    /// A key was removed; it signs nothing any more.
    SigningKeyRemoved {
        /// Which.
        key: SigningKeyId,
        /// From when on.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// What the directory that keeps a person says of them. Boxed: it is larger than most.
    PersonProvisioned(Box<ProvisionedPerson>),
    /// What the directory that keeps a group says of it.
    GroupProvisioned(ProvisionedGroup),
    /// A token was revoked.
    TokenRevoked {
        /// Which.
        token: TokenId,
    },
    /// Somebody overrode a change: kept here too, so that it is known before their next one (G04).
    OverrideRegistered(RegisteredOverride),
    /// An override was reviewed.
    OverrideSettled {
        /// Which.
        #[serde(rename = "override")]
        id: OverrideId,
    },
    /// Somebody issued an override that can be opened once without this server (G03). The entry with
    /// its receipt is the sealed document.
    SealedOverrideIssued(Box<SealedOverride>),
    /// Somebody ended one before its time.
    SealedOverrideRevoked(Box<SealedRevocation>),
    /// Somebody stopped automatic approvals.
    AutomationStopped(Box<AutomationStop>),
    /// Somebody let them go on.
    AutomationResumed(Box<AutomationResumption>),
    /// Somebody declared a freeze.
    FreezeDeclared(Box<Freeze>),
    /// A declared freeze ended before its time.
    FreezeEnded {
        /// Which.
        freeze: String,
        /// Why.
        reason: Private<String>,
        /// When.
        #[serde(with = "crate::time::ms")]
        at: Timestamp,
    },
    /// Something needs follow-up.
    FindingRaised(Box<Finding>),
    /// Somebody deals with it.
    FindingAcknowledged(Box<FindingAcknowledgement>),
    /// It was dealt with.
    FindingResolved(Box<FindingResolution>),
    /// Somebody accepted the risk of going off a rule.
    RiskAccepted(Box<RiskAcceptance>),
    /// An accepted risk was looked at again.
    RiskAcceptanceReviewed(Box<AcceptanceReview>),
    /// The review or the end of an accepted risk comes near.
    RiskAcceptanceReminded {
        /// Which.
        acceptance: RiskAcceptanceId,
    },
    /// Somebody called people together to align on changes.
    AlignmentOpened(Box<Alignment>),
    /// Somebody raised a concern there.
    ConcernRaised(Box<Concern>),
    /// Its owner answered it.
    ConcernAnswered(Box<ConcernAnswer>),
    /// The chair said what came out for one change.
    AlignmentConcluded(Box<AlignmentConclusion>),
    /// The chair closed the session: what came out counts from here on.
    AlignmentClosed(Box<AlignmentClosing>),
    /// It gets another time.
    AlignmentMoved(Box<AlignmentMove>),
    /// It is not held at all.
    AlignmentCancelled(Box<AlignmentCancellation>),
    /// The session comes near: those who take part were reminded.
    AlignmentReminded {
        /// Which.
        alignment: AlignmentId,
    },
}
