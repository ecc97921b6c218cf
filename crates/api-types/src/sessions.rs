//! Signing in, signing out, and the first start.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::Principal;
use crate::time::Time;

/// Signs in with a local account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The user name.
    pub user_name: String,
    /// The password.
    pub password: String,
}

/// A session. Its token travels in the cookie `countersign_session` only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Who signed in.
    pub principal: Principal,
    /// To be sent as `X-CSRF-Token` with each POST that is authenticated by the cookie.
    pub csrf: String,
    /// When the session ends by itself.
    pub expires_at: Time,
}

/// Makes the first admin, once, with the link that the first start printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// The token of the printed link.
    pub link_token: String,
    /// What the organisation is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// What the admin is called.
    pub name: String,
    /// The admin's user name.
    pub user_name: String,
    /// The admin's password.
    pub password: String,
}

/// What an event stream says: this stream grew. Data of the server-sent events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ServerEvent {
    /// The stream, e.g. `change/chg_…`.
    pub stream: String,
    /// Entries in the whole log by then.
    pub size: u64,
}
