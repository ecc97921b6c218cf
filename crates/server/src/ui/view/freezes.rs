//! Freezes and accepted risks in words.

use app::Live;
use app::change::Explained;
use console::pages::calendar::{FreezeOnChange, FreezeRow, RiskRow, RiskState};
use domain::change::ChangeType;
use domain::freeze::Freeze;
use domain::ids::{EnvironmentName, PersonId};
use domain::organisation::{AcceptanceOutcome, AcceptanceReview, AcceptanceState, KnownAcceptance};
use domain::private::Private;
use domain::requirement::Scope;

use super::reader::{Reader, joined, roles};

/// A freeze in the list.
pub(crate) fn row(reader: &Reader<'_>, from: &Freeze, can_end: bool) -> FreezeRow {
    FreezeRow {
        id: from.id.clone(),
        title: from.title.text().to_owned(),
        reason: from.reason.text().to_owned(),
        about: about(from),
        from: reader.moment(from.from),
        until: reader.moment(from.until),
        in_force: from.is_in_force(reader.now),
        exceptions_by: roles(&from.approvers),
        by: from.by.as_ref().map(|p| reader.person(p)),
        can_end,
    }
}

/// `domain:payments in production, T3; emergencies pass`.
pub(crate) fn about(freeze: &Freeze) -> String {
    covered(&freeze.scope, &freeze.environments, &freeze.tiers, &freeze.lets_through)
}

/// The same for anything that covers changes.
pub(crate) fn covered(
    scope: &Scope,
    environments: &[EnvironmentName],
    tiers: &[u8],
    lets_through: &[ChangeType],
) -> String {
    let mut words = scope.to_string();
    let environments = environments.iter().map(EnvironmentName::as_str);
    let environments: Vec<&str> = environments.collect();
    if !environments.is_empty() {
        words = format!("{words} in {}", joined(&environments));
    }
    let tiers: Vec<String> = tiers.iter().map(|t| format!("T{t}")).collect();
    if !tiers.is_empty() {
        words = format!("{words}, {}", tiers.join(" "));
    }
    let pass: Vec<&str> = lets_through.iter().map(|k| k.as_str()).collect();
    if !pass.is_empty() {
        words = format!("{words}; {} changes pass", joined(&pass));
    }
    words
}

/// Freezes that concern a change, and whether the reader may ask for an exception.
pub(crate) fn on_change(reader: &Reader<'_>, explained: &Explained) -> Vec<FreezeOnChange> {
    use domain::change::State;
    let change = &explained.facts.change;
    let open = matches!(change.state, State::AwaitingApproval { .. } | State::Approved { .. });
    if change.state.is_final() {
        return Vec::new();
    }
    let all = explained.facts.freezes().into_iter();
    all.map(|freeze| {
        let asked = change.exceptions().any(|e| e.freeze == freeze.id);
        let may = explained.you.owns && open && !asked;
        FreezeOnChange {
            freeze: row(reader, &freeze, false),
            asked,
            can_ask: may.then(|| change.revision().number.to_string()),
        }
    })
    .collect()
}

/// An accepted risk in the list.
pub(crate) fn risk(
    reader: &Reader<'_>,
    from: &KnownAcceptance,
    person: &PersonId,
    live: &Live,
) -> RiskRow {
    let accepted = &from.accepted;
    let terms = live.acceptance_terms(&accepted.rule, &accepted.environment);
    let may = |outcome| {
        let review = AcceptanceReview {
            acceptance: accepted.id.clone(),
            by: person.clone(),
            outcome,
            findings: Private::from("-"),
            at: reader.now,
        };
        reader.directory.review_acceptance(&review, terms).is_ok()
    };
    RiskRow {
        id: accepted.id.to_string(),
        rule: accepted.rule.clone(),
        target: format!("{} → {}", accepted.service, accepted.environment),
        by: reader.person(&accepted.by),
        reason: accepted.reason.text().to_owned(),
        state: match from.state(reader.now) {
            AcceptanceState::Live => RiskState::Live,
            AcceptanceState::ReviewOverdue => RiskState::ReviewOverdue,
            AcceptanceState::Expired => RiskState::Expired,
            AcceptanceState::Ended => RiskState::Ended,
        },
        review: reader.moment(accepted.review_at),
        until: reader.moment(accepted.expires_at),
        can_review: may(AcceptanceOutcome::End),
        can_keep: may(AcceptanceOutcome::Keep),
    }
}
