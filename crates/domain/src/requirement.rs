//! What policy asks for before a change may be deployed, and where a role's authority reaches.

use std::collections::BTreeMap;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::asking::{ResponseClock, ResponsePlan};
use crate::change::RoleBriefing;
use crate::ids::{DomainName, RoleName, ServiceName};

/// Where a role is held, and where a requirement wants it held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// The whole organisation.
    Organisation,
    /// The services of one domain.
    Domain(DomainName),
    /// One service.
    Service(ServiceName),
}

impl Scope {
    /// How much it holds, for telling who is closest to a service: less is closer.
    #[must_use]
    pub const fn breadth(&self) -> u8 {
        match self {
            Self::Service(_) => 0,
            Self::Domain(_) => 1,
            Self::Organisation => 2,
        }
    }

    /// Whether authority held here reaches `service` of `domain`.
    #[must_use]
    pub fn covers(&self, service: &ServiceName, domain: Option<&DomainName>) -> bool {
        match self {
            Self::Organisation => true,
            Self::Domain(name) => Some(name) == domain,
            Self::Service(name) => name == service,
        }
    }

    /// Whether some service lies in both.
    #[must_use]
    pub fn meets<'a>(
        &self,
        other: &Self,
        domain_of: impl Fn(&ServiceName) -> Option<&'a DomainName>,
    ) -> bool {
        match (self, other) {
            (Self::Service(service), other) | (other, Self::Service(service)) => {
                other.covers(service, domain_of(service))
            }
            (Self::Organisation, _) | (_, Self::Organisation) => true,
            (Self::Domain(one), Self::Domain(other)) => one == other,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation => f.write_str("organisation"),
            Self::Domain(name) => write!(f, "domain:{name}"),
            Self::Service(name) => write!(f, "service:{name}"),
        }
    }
}

/// A text that is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope: write `organisation`, `domain:NAME` or `service:NAME`")]
pub struct ScopeError(String);

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        let refuse = || ScopeError(text.to_owned());
        match text.split_once(':') {
            None if text == "organisation" => Ok(Self::Organisation),
            Some(("domain", name)) => name.parse().map(Self::Domain).map_err(|_| refuse()),
            Some(("service", name)) => name.parse().map(Self::Service).map_err(|_| refuse()),
            _ => Err(refuse()),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = ScopeError;
    fn try_from(text: String) -> Result<Self, ScopeError> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> String {
        scope.to_string()
    }
}

/// How far away from the service a role may be held to count for a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// Held on the service, its domain or the organisation.
    Covering,
    /// Held on the service or its domain: the decentralised authority of its owners.
    Domain,
    /// Held on the service itself.
    Service,
    /// Held on the organisation: the central authority.
    Organisation,
}

impl Reach {
    /// Whether a role held at `scope` counts for `service` of `domain`.
    #[must_use]
    pub fn admits(self, scope: &Scope, service: &ServiceName, domain: Option<&DomainName>) -> bool {
        scope.covers(service, domain)
            && match self {
                Self::Covering => true,
                Self::Domain => *scope != Scope::Organisation,
                Self::Service => matches!(scope, Scope::Service(_)),
                Self::Organisation => *scope == Scope::Organisation,
            }
    }

    /// Whether every scope it admits is admitted by another.
    #[must_use]
    pub fn is_within(self, other: Self) -> bool {
        self == other
            || other == Self::Covering
            || matches!((self, other), (Self::Service, Self::Domain))
    }
}

/// A place in policy, for people who want to read the rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RuleRef {
    /// Id of the rule.
    pub id: String,
    /// File within the bundle.
    pub file: String,
    /// 1-based line.
    pub line: u32,
}

/// One thing that must be answered: so many distinct people holding any of these roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Unique within an assessment: `rule-id/role`.
    pub key: String,
    /// The rule that asks for it.
    pub rule: RuleRef,
    /// Any of these roles counts. Never empty.
    pub roles: Vec<RoleName>,
    /// Where the role must be held.
    pub reach: Reach,
    /// Distinct people needed; at least 1.
    pub count: u32,
    /// Those of the roles whose holders may let somebody else answer for them. Empty in entries made
    /// before there was delegation: then nobody's delegate counts (I7).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegable: Vec<RoleName>,
    /// By role, the roles of which its delegate must hold one that reaches the service, where policy
    /// wants one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub competence: BTreeMap<RoleName, Vec<RoleName>>,
    /// Why, in a sentence for the approver.
    pub why: String,
    /// What an approval by this role states, shown beside the vote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// What policy wants holders of its roles to see and confirm.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub briefings: Vec<RoleBriefing>,
    /// Minutes after submission by which an answer is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_minutes: Option<u32>,
    /// Whose minutes these are.
    #[serde(default, skip_serializing_if = "ResponseClock::is_wall")]
    pub due_clock: ResponseClock,
    /// Whom to ask and what follows when no answer comes, as policy had it. Boxed: it is large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<Box<ResponsePlan>>,
    /// Compliance controls this requirement serves (`SOX-ITGC-CM-1`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// Who may accept the risk of going off its rule, where policy lets anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptable: Option<AcceptanceTerms>,
}

/// Who may accept the risk of going off a rule, and for how long. Without terms nobody may (I7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceTerms {
    /// Any of these roles.
    pub roles: Vec<RoleName>,
    /// Where the role must be held.
    pub reach: Reach,
    /// How long it may stand, at most.
    pub longest_minutes: u32,
}

/// The keys under which holders of a role find what waits for them in their inbox, for a service.
#[must_use]
pub fn inbox_keys(
    role: &RoleName,
    reach: Reach,
    service: &ServiceName,
    domain: Option<&DomainName>,
) -> Vec<String> {
    let scopes = [
        Some(Scope::Organisation),
        domain.cloned().map(Scope::Domain),
        Some(Scope::Service(service.clone())),
    ];
    let scopes = scopes.into_iter().flatten().filter(|s| reach.admits(s, service, domain));
    scopes.map(|scope| inbox_key(role, &scope)).collect()
}

/// The key under which whoever holds a role in a scope finds what waits for it.
#[must_use]
pub fn inbox_key(role: &RoleName, scope: &Scope) -> String {
    format!("{role}@{scope}")
}
