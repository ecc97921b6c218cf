//! Service accounts and their tokens.

use console::pages::service_accounts::{Row, Token, TokenForm};
use console::view::{Badge, Choice, Icon, Moment, Tone, Who};
use domain::ids::ServiceAccountId;
use domain::organisation::{self, ServiceAccount, TokenOwner, Verb};
use policy::Bundle;

use super::reader::Reader;
use super::status;

fn tokens_of<'a>(
    reader: &Reader<'a>,
    id: &'a ServiceAccountId,
) -> impl Iterator<Item = &'a organisation::Token> {
    let own = move |owner: &TokenOwner| matches!(owner, TokenOwner::ServiceAccount(a) if a == id);
    reader.directory.tokens().filter(move |(owner, _)| own(owner)).map(|(_, token)| token)
}

/// A service account in the list.
pub(crate) fn row(reader: &Reader<'_>, account: &ServiceAccount) -> Row {
    let working = |t: &&organisation::Token| !t.revoked && t.expires_at > reader.now;
    let working: Vec<_> = tokens_of(reader, &account.id).filter(working).collect();
    Row {
        href: format!("/organisation/service-accounts/{}", account.id),
        name: account.name.clone(),
        description: account.purpose.clone(),
        owner: reader.person(&account.owner),
        active_tokens: u32::try_from(working.len()).unwrap_or(u32::MAX),
        last_used: None,
        next_expiry: working.iter().map(|t| t.expires_at).min().map(|at| reader.moment(at)),
        status: status::active(account.status),
    }
}

/// Its tokens, working ones first, then by expiry.
pub(crate) fn tokens(reader: &Reader<'_>, id: &ServiceAccountId, may_revoke: bool) -> Vec<Token> {
    let mut list: Vec<_> = tokens_of(reader, id).collect();
    list.sort_by_key(|t| (t.revoked, t.expires_at <= reader.now, t.expires_at));
    list.into_iter().map(|t| token(reader, t, may_revoke)).collect()
}

fn token(reader: &Reader<'_>, from: &organisation::Token, may_revoke: bool) -> Token {
    let expired = from.expires_at <= reader.now;
    let status = if from.revoked {
        Badge::new(Tone::Bad, Icon::Stop, "Revoked")
    } else if expired {
        Badge::new(Tone::Quiet, Icon::Clock, "Expired")
    } else {
        Badge::new(Tone::Good, Icon::Check, "Active")
    };
    Token {
        id: from.id.to_string(),
        label: from.label.clone(),
        verbs: from.verbs.iter().map(|v| verb(*v).to_owned()).collect(),
        services: limits(from.services.as_ref(), "all services"),
        environments: limits(from.environments.as_ref(), "all environments"),
        created: Moment::default(),
        created_by: Who::default(),
        expires: Some(reader.moment(from.expires_at)),
        last_used: None,
        status,
        can_revoke: may_revoke && !from.revoked && !expired,
    }
}

fn limits<T: std::fmt::Display>(
    names: Option<&std::collections::BTreeSet<T>>,
    all: &str,
) -> Vec<String> {
    names.map_or_else(|| vec![all.to_owned()], |n| n.iter().map(ToString::to_string).collect())
}

/// What a token may do, in a word.
pub(crate) const fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Read => "read",
        Verb::Request => "request",
        Verb::Gate => "gate",
        Verb::Act => "act",
        Verb::Provision => "provision",
    }
}

/// A verb as the form sends it.
pub(crate) fn verb_sent(value: &str) -> Option<Verb> {
    match value {
        "read" => Some(Verb::Read),
        "request" => Some(Verb::Request),
        "gate" => Some(Verb::Gate),
        _ => None,
    }
}

/// What was typed into the form for a token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Typed {
    pub(crate) label: String,
    pub(crate) verbs: Vec<String>,
    pub(crate) services: Vec<String>,
    pub(crate) environments: Vec<String>,
    pub(crate) expires_days: String,
}

/// The form for a new token.
pub(crate) fn form(reader: &Reader<'_>, bundle: Option<&Bundle>, typed: &Typed) -> TokenForm {
    let check = |value: &str, label: &str, chosen: &[String]| Choice {
        selected: chosen.iter().any(|c| c == value),
        ..Choice::new(value, label)
    };
    let verbs = [
        ("gate", "ask the gate, redeem grants and report outcomes"),
        ("request", "ask for changes and revise its own"),
        ("read", "read changes and explanations"),
    ];
    let environments = bundle.map(Bundle::environments).unwrap_or_default();
    let days = if typed.expires_days.is_empty() { "90" } else { &typed.expires_days };
    let expiry = |(value, label): (&str, &str)| Choice {
        selected: value == days,
        ..Choice::new(value, label)
    };
    let expiries =
        [("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year")];
    TokenForm {
        label: typed.label.clone(),
        verbs: verbs.iter().map(|(v, label)| check(v, label, &typed.verbs)).collect(),
        services: reader
            .directory
            .services()
            .map(|s| check(s.name.as_str(), s.name.as_str(), &typed.services))
            .collect(),
        environments: environments
            .iter()
            .map(|e| check(e.name.as_str(), e.name.as_str(), &typed.environments))
            .collect(),
        expiries: expiries.into_iter().map(expiry).collect(),
        ..TokenForm::default()
    }
}
