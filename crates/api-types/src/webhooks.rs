//! Where machines hear of events.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::Status;
use crate::time::Time;

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Where calls go. For admins only: a path may open the door it leads to.
    pub url: String,
    /// Types of events, or their beginnings with a `*`.
    pub events: Vec<String>,
    /// Whether calls are made.
    pub status: Status,
    /// While a secret is changed: until when calls are signed with the old one too.
    pub old_secret_until: Option<Time>,
}

/// A webhook to register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookRequest {
    /// What people call it.
    #[schema(example = "ITSM")]
    pub label: String,
    /// Where calls go.
    #[schema(example = "https://hooks.example.com/countersign")]
    pub url: String,
    /// Types of events, or their beginnings with a `*`.
    #[schema(example = json!(["change.approved", "policy.*"]))]
    pub events: Vec<String>,
    /// `whsec_` and base64 of 24 to 64 random bytes; made here when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// A webhook as it is to be from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookUpdate {
    /// What people call it.
    pub label: String,
    /// Where calls go.
    pub url: String,
    /// Types of events, or their beginnings with a `*`.
    pub events: Vec<String>,
}

/// A webhook just registered. The secret is shown this once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// What calls are signed with.
    pub secret: String,
}

/// A new secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookSecretRequest {
    /// `whsec_` and base64 of 24 to 64 random bytes; made here when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}
