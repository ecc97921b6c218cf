//! People and their accounts; who did something.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::roles::HeldRole;

/// A person, by id and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct PersonRef {
    /// The person.
    #[schema(example = "prs_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// What they are called.
    #[schema(example = "Ada Lindqvist")]
    pub name: String,
}

/// What kind of principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrincipalType {
    /// A human being.
    Person,
    /// A machine identity.
    ServiceAccount,
    /// Countersign itself.
    System,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Principal {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: PrincipalType,
    /// `prs_…`, `sac_…` or `system`.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// The account a person used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

/// Whether somebody or something is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Here.
    Active,
    /// Gone or disabled.
    Inactive,
}

/// A person with their accounts and roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Person {
    /// The person.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// E-mail addresses known to be theirs; commits are matched by them.
    pub emails: Vec<String>,
    /// IANA time zone.
    #[schema(example = "Europe/Stockholm")]
    pub time_zone: String,
    /// The place of policy's calendars whose working hours and holidays are theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Until when they are away, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_until: Option<crate::time::Time>,
    /// Whether they are here.
    pub status: Status,
    /// What they sign in with.
    pub accounts: Vec<Account>,
    /// Roles they hold now, directly or through a group.
    pub roles: Vec<HeldRole>,
}

/// What a person signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The account.
    pub id: String,
    /// `local`, or the issuer URL of an identity provider.
    pub issuer: String,
    /// The user name, or the provider's subject.
    pub subject: String,
    /// Whether it can be used.
    pub status: Status,
    /// Whether it has a password.
    pub has_password: bool,
}

/// A new person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonRequest {
    /// What they are called.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// E-mail addresses known to be theirs.
    #[serde(default)]
    pub emails: Vec<String>,
    /// IANA time zone; UTC when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// A place of policy's calendars, whose working hours and holidays are theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A correction of a person's record. What is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonUpdate {
    /// What they are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All e-mail addresses known to be theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emails: Option<Vec<String>>,
    /// IANA time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// A place of policy's calendars, whose working hours and holidays are theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// What a person, account or service account shall be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusRequest {
    /// What it shall be.
    pub status: Status,
}

/// A new account for a person: a local one by its user name, or one of an identity provider by issuer
/// and subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountRequest {
    /// The user name of a local account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1)]
    pub user_name: Option<String>,
    /// Its first password; without one the account can't sign in yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The issuer URL of a configured identity provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// The provider's subject for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A new password. For one's own account, with the current one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordRequest {
    /// The new one.
    pub password: String,
    /// The current one, when it is one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_password: Option<String>,
}

/// Who is asking, and what they may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Who.
    pub principal: Principal,
    /// Roles held now. Empty for machines.
    pub roles: Vec<HeldRole>,
    /// What this principal may do, as stable words: `create_change`, `vote`, `administer`, ….
    pub rights: Vec<String>,
    /// The token that was used, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<crate::service_accounts::Token>,
    /// The organisation.
    pub organisation: String,
    /// Whether its data is invented.
    pub demo: bool,
    /// Whether it is a sandbox: a copy, in which nothing is real.
    #[serde(default)]
    pub sandbox: bool,
}
