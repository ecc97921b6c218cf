//! Machine identities and bearer tokens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::{PersonRef, Status};
use crate::time::Time;

/// What a token may be used for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Read changes and explanations.
    Read,
    /// Ask for changes and revise its own.
    Request,
    /// Ask the gate, redeem a grant, report the outcome.
    Gate,
    /// Act with all rights of the person it belongs to. Personal tokens only.
    Act,
    /// Keep people and groups up to date (SCIM), and nothing else. Service accounts only, by admins only.
    Provision,
}

impl Verb {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Request => "request",
            Self::Gate => "gate",
            Self::Act => "act",
            Self::Provision => "provision",
        }
    }
}

/// A machine identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServiceAccount {
    /// The machine identity.
    pub id: String,
    /// What it is called.
    #[schema(example = "checkout-pipeline")]
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Who answers for it. They can't approve what it asks for.
    pub owner: PersonRef,
    /// Whether it can be used.
    pub status: Status,
    /// Its tokens, without their texts.
    pub tokens: Vec<Token>,
}

/// A new machine identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceAccountRequest {
    /// What it is called.
    #[schema(min_length = 1)]
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// Id of the person who answers for it; the caller when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// A token, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// The token.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What it may be used for.
    pub verbs: Vec<Verb>,
    /// For these services only; empty means none, null means all.
    pub services: Option<Vec<String>>,
    /// In these environments only; empty means none, null means all.
    pub environments: Option<Vec<String>>,
    /// When it stops working.
    pub expires_at: Time,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is called.
    #[schema(min_length = 1)]
    pub label: String,
    /// What it may be used for.
    pub verbs: Vec<Verb>,
    /// For these services only; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub services: Option<Vec<String>>,
    /// In these environments only; all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environments: Option<Vec<String>>,
    /// Days until it stops working.
    #[schema(minimum = 1, maximum = 366, example = 90)]
    pub expires_in_days: u32,
}

/// A token just made. Its text is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// The token.
    pub token_id: String,
    /// The text for the `Authorization` header. It can't be shown again.
    pub token: String,
    /// When it stops working.
    pub expires_at: Time,
}
