//! People, accounts, groups, roles, services and machine identities, and the events that change
//! them.

mod absence;
mod absence_feed;
mod absence_import;
mod acceptance;
mod alignment;
mod automation;
mod calendar_feed;
mod delegation;
mod deputy;
mod deviations;
mod directory;
mod duty;
mod event;
mod finding;
mod handover;
mod overrides;
mod provisioned;
mod roles;
mod rota;
mod sealed;
mod signing_key;

pub use absence::Absence;
pub use absence_feed::{AbsenceFeed, KnownAbsenceFeed, OF_FEED};
pub use absence_import::{AbsenceImport, CalendarSpan};
pub use acceptance::{
    AcceptanceClaim, AcceptanceOutcome, AcceptanceReview, AcceptanceState, KnownAcceptance,
    RiskAcceptance,
};
pub use alignment::{
    AGENDA_MAX, AgendaItem, Alignment, AlignmentCancellation, AlignmentClosing,
    AlignmentConclusion, AlignmentMove, AlignmentOutcome, AlignmentRefusal, Concern, ConcernAnswer,
    KnownAlignment, KnownConcern, Lacking,
};
pub use automation::{AutomationResumption, AutomationStop, AutomationTerms, KnownStop, StopScope};
pub use calendar_feed::{FeedSubject, FeedSubjectError};
pub use delegation::{Delegation, KnownDelegation};
pub use deputy::{Deputy, KnownDeputy};
pub use directory::Directory;
pub use duty::{Cover, Duty};
pub use event::OrganisationEvent;
pub use finding::{
    FINDING_DUE, Finding, FindingAcknowledgement, FindingFact, FindingKind, FindingResolution,
    FindingState, KnownFinding, LetThrough,
};
pub use overrides::{RegisteredOverride, RegisteredUse};
pub use provisioned::{ProvisionedGroup, ProvisionedPerson};
pub use rota::{Handover, Rota, RotaHours, Turn};
pub use sealed::{Holder, KnownSealed, SealedClaim, SealedOverride, SealedRevocation, SealedState};
pub use signing_key::{KeyHolder, KnownKey, STATEMENT_LASTS, SigningKey, check_recent};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{
    AccountId, DomainName, EnvironmentName, GroupId, PersonId, PlaceName, RoleName,
    ServiceAccountId, ServiceName, TokenId,
};
use crate::private::{Private, Secret};
use crate::requirement::Scope;

/// Roles that give rights in the product itself. Policy may name them too.
pub mod access {
    /// May change people, roles, services and machine identities.
    pub const ADMIN: &str = "admin";
    /// Answers for a service. Policy names it, and findings go to it.
    pub const SERVICE_OWNER: &str = "service-owner";
    /// May propose policy.
    pub const POLICY_AUTHOR: &str = "policy-author";
    /// May ask for changes.
    pub const REQUESTER: &str = "requester";
    /// May read everything and export, and do nothing else.
    pub const AUDITOR: &str = "auditor";
    /// All of them.
    pub const ALL: [&str; 4] = [ADMIN, POLICY_AUTHOR, REQUESTER, AUDITOR];
}

/// The issuer of accounts whose passwords we check ourselves.
pub const LOCAL_ISSUER: &str = "local";

/// Whether somebody is with the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Here.
    Active,
    /// Gone or disabled: holds no role, has no session, counts for nothing.
    Inactive,
}

/// A human being.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// What they are called.
    pub name: Private<String>,
    /// E-mail addresses that are known to be theirs; commits are matched by them.
    pub emails: Vec<Private<String>>,
    /// IANA time zone of their usual place.
    pub time_zone: String,
    /// The place of policy's calendars whose working hours and holidays are theirs. Without one,
    /// ordinary office hours in their time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceName>,
    /// Whether they are here.
    pub status: Status,
}

/// What a person signs in with. Keyed by issuer and subject (B04); a person may have several (B02).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The account.
    pub id: AccountId,
    /// Whose it is.
    pub person: PersonId,
    /// `local`, or the issuer URL of an identity provider.
    pub issuer: String,
    /// The user name (local), or the provider's subject.
    pub subject: String,
    /// Argon2id hash in PHC form, for local accounts that have a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Whether it can be used.
    pub status: Status,
}

/// A set of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The group; never its name (B14).
    pub id: GroupId,
    /// What it is called.
    pub name: String,
    /// Who is in it.
    pub members: BTreeSet<PersonId>,
}

/// Who holds a role: a person, or everybody in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// One person.
    Person(PersonId),
    /// Whoever is in the group when it is asked.
    Group(GroupId),
}

/// A role held at a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleBinding {
    /// The role.
    pub role: RoleName,
    /// Where.
    pub scope: Scope,
    /// By whom.
    pub member: Member,
}

/// How much hangs on a service.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Nobody notices for a day.
    Low,
    /// An inconvenience.
    #[default]
    Medium,
    /// Customers notice.
    High,
    /// The business stops.
    Critical,
}

/// A service that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// What people call it.
    pub title: String,
    /// The authority it belongs to.
    pub domain: Option<DomainName>,
    /// How much hangs on it.
    pub criticality: Criticality,
    /// Attributes for policy (`data: personal`, `sox: "true"`).
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The services it needs to work.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<ServiceName>,
    /// Whether it still exists.
    pub status: Status,
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Read changes and ask for explanations.
    Read,
    /// Ask for changes and revise its own.
    Request,
    /// Ask the gate, redeem a grant and report the outcome.
    Gate,
    /// Act with all rights of the person the token belongs to.
    Act,
    /// Keep people and groups up to date (SCIM), and nothing else.
    Provision,
}

/// A bearer token; only its SHA-256 is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The token.
    pub id: TokenId,
    /// What people call it.
    pub label: String,
    /// SHA-256 of the token text, hex.
    pub hash: String,
    /// What it may be used for.
    pub verbs: BTreeSet<Verb>,
    /// For these services only; empty means none, `None` means all.
    pub services: Option<BTreeSet<ServiceName>>,
    /// In these environments only; empty means none, `None` means all.
    pub environments: Option<BTreeSet<EnvironmentName>>,
    /// When it stops working.
    #[serde(with = "crate::time::ms")]
    pub expires_at: Timestamp,
    /// Whether it was revoked.
    pub revoked: bool,
    /// The one calendar feed that it reads; then it is the secret of a link, and no bearer token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<FeedSubject>,
}

impl Token {
    /// Whether it can still be used, if its owner can.
    #[must_use]
    pub fn works(&self, now: Timestamp) -> bool {
        !self.revoked && now < self.expires_at
    }
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOwner {
    /// A machine.
    ServiceAccount(ServiceAccountId),
    /// A person, through one account.
    Account(AccountId),
}

/// A machine identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccount {
    /// The machine identity.
    pub id: ServiceAccountId,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Who answers for it; it acts for them, so they can't approve what it asked for (I4).
    pub owner: PersonId,
    /// Whether it can be used.
    pub status: Status,
}
