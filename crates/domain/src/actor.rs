//! Who did something.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::{AccountId, PersonId, ServiceAccountId};

/// Who did something: a person through one of their accounts, a machine, or the product itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Actor {
    /// A human being.
    Person {
        /// Who.
        person: PersonId,
        /// The account they were signed in with.
        account: AccountId,
    },
    /// A machine identity. It can ask and attest; it never votes (I4, B22).
    ServiceAccount {
        /// Which.
        service_account: ServiceAccountId,
    },
    /// Countersign itself: a timer, the first start.
    System,
}

impl Actor {
    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::Person { person, .. } => Some(person),
            Self::ServiceAccount { .. } | Self::System => None,
        }
    }

    /// The id that lists filter by: of the person or the service account.
    #[must_use]
    pub fn principal(&self) -> &str {
        match self {
            Self::Person { person, .. } => person.as_str(),
            Self::ServiceAccount { service_account } => service_account.as_str(),
            Self::System => "system",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.principal())
    }
}
