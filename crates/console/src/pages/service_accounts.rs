//! Service accounts and their tokens.
//!
//! Making a token posts to `/organisation/service-accounts/{id}/tokens`; the answer is [`NewTokenPage`], the
//! only time the token is shown. Revoking posts to `…/tokens/{token id}/revoke`.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, FormErrors, Layout, Moment, StatusChange, Who};

/// All service accounts, at `/organisation/service-accounts`. Posts a new one to the same path.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/service_accounts.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The accounts.
    pub accounts: Vec<Row>,
    /// Whether to show the form for a new one.
    pub can_create: bool,
    /// Field `name` of the new one, as typed before.
    pub name: String,
    /// Field `description` of the new one, as typed before.
    pub description: String,
    /// Fields `name`, `description`.
    pub errors: FormErrors,
}

/// A service account in the list.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who answers for it.
    pub owner: Who,
    /// How many tokens work.
    pub active_tokens: u32,
    /// When any of them was last used.
    pub last_used: Option<Moment>,
    /// The next expiry of a token.
    pub next_expiry: Option<Moment>,
    /// E.g. "Active", "Disabled".
    pub status: Badge,
}

/// One service account with its tokens.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/service_account.html")]
pub struct AccountPage {
    /// The frame.
    pub layout: Layout,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Who answers for it.
    pub owner: Who,
    /// E.g. "Active".
    pub status: Badge,
    /// Its tokens, working ones first.
    pub tokens: Vec<Token>,
    /// How its status can be changed, for admins.
    pub status_change: Option<StatusChange>,
    /// The form for a new token, if the reader may make one.
    pub form: Option<TokenForm>,
}

/// A token, without its secret.
#[derive(Debug, Clone, Default)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub verbs: Vec<String>,
    /// For which services; empty means none.
    pub services: Vec<String>,
    /// In which environments; empty means none.
    pub environments: Vec<String>,
    /// When it was made.
    pub created: Moment,
    /// By whom.
    pub created_by: Who,
    /// When it stops working.
    pub expires: Option<Moment>,
    /// When it was last used.
    pub last_used: Option<Moment>,
    /// "Active", "Expired", "Revoked".
    pub status: Badge,
    /// Whether to offer revoking.
    pub can_revoke: bool,
}

/// The form for a new token.
#[derive(Debug, Clone, Default)]
pub struct TokenForm {
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `label`.
    pub label: String,
    /// Field `verb`, repeated.
    pub verbs: Vec<Choice>,
    /// Field `service`, repeated.
    pub services: Vec<Choice>,
    /// Field `environment`, repeated.
    pub environments: Vec<Choice>,
    /// Field `expires_days`.
    pub expiries: Vec<Choice>,
    /// Fields `label`, `verb`, `service`, `environment`, `expires_days`.
    pub errors: FormErrors,
}

/// A token just made: shown once.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/new_token.html")]
pub struct NewTokenPage {
    /// The frame.
    pub layout: Layout,
    /// The service account's name.
    pub account: String,
    /// Back to its page.
    pub account_href: String,
    /// What the token is for.
    pub label: String,
    /// The secret.
    pub secret: String,
    /// When it stops working.
    pub expires: Option<Moment>,
    /// What it may do, in words.
    pub scope: String,
    /// The server's base URL, for the example commands.
    pub server_url: String,
}
