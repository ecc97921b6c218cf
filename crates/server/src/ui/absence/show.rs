//! The page.

use axum::response::Response;
use console::pages::absence::{AbsenceRow, DelegationRow, FeedRow, Page, Typed};
use console::view::{Badge, Choice, FormErrors, Icon, Section, Tone};
use domain::ids::PersonId;
use domain::organisation::{KnownAbsenceFeed, KnownDelegation};
use jiff::Timestamp;

use super::super::form::Form;
use super::super::view::reader::scope;
use super::super::visit::{Visit, refused_fields};
use crate::error::ApiError;

const SHOWN: usize = 30;

/// `GET /absence`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit, Typed::default(), FormErrors::default()).await;
    visit.ok(&page)
}

pub(super) async fn page(visit: &Visit, typed: Typed, errors: FormErrors) -> Page {
    let (directory, person) = (&visit.live.directory, &visit.person);
    let reader = visit.reader();
    let absence = |a: &domain::organisation::Absence| AbsenceRow {
        id: a.id.to_string(),
        from: reader.moment(a.from),
        until: reader.moment(a.until),
        reason: a.reason.as_ref().and_then(|r| r.reveal()).unwrap_or_default().to_owned(),
    };
    let row = |known: &KnownDelegation, other: &PersonId| DelegationRow {
        id: known.given.id.to_string(),
        who: reader.person(other),
        role: known.given.role.to_string(),
        scope: scope(&known.given.scope),
        from: reader.moment(known.given.from),
        until: reader.moment(known.given.until),
        status: status(known, visit.now),
        can_end: known.is_to_come(visit.now),
    };
    let mut given: Vec<DelegationRow> =
        directory.delegations_from(person).map(|d| row(d, &d.given.delegate)).collect();
    let mut received: Vec<DelegationRow> =
        directory.delegations_to(person).map(|d| row(d, &d.given.delegator)).collect();
    for list in [&mut given, &mut received] {
        list.reverse();
        list.truncate(SHOWN);
    }
    let to_come = directory.absences_of(person).iter().filter(|a| a.until > visit.now);
    Page {
        layout: visit.layout("Absence and delegation", Section::None).await,
        absences: to_come.map(absence).collect(),
        given,
        received,
        rights: rights(visit),
        feeds: feeds(visit),
        for_others: visit.is_admin(),
        zone: reader.zone.name().to_owned(),
        typed,
        idempotency_key: visit.new_key(),
        errors,
    }
}

/// The reader's own, for admins all.
fn feeds(visit: &Visit) -> Vec<FeedRow> {
    let app = &visit.state.app;
    let known = app.absence_feeds(&visit.signed_in.principal).unwrap_or_default();
    let row = |known: KnownAbsenceFeed| {
        let person = known.feed.person;
        let own = person == visit.person;
        FeedRow {
            name: if own { String::new() } else { visit.live.directory.person_name(&person) },
            person: person.to_string(),
            host: known.feed.host,
            failing: known.failing,
        }
    };
    known.into_iter().map(row).collect()
}

fn status(known: &KnownDelegation, now: Timestamp) -> Badge {
    if known.is_open(now) {
        Badge::new(Tone::Good, Icon::Check, "In force")
    } else if known.is_to_come(now) {
        Badge::new(Tone::Info, Icon::Clock, "To come")
    } else {
        Badge::new(Tone::Quiet, Icon::Stop, "Over")
    }
}

/// The roles of the reader that policy lets them delegate.
fn rights(visit: &Visit) -> Vec<Choice> {
    let held = visit.live.directory.roles_of(&visit.person);
    let may = |role: &domain::ids::RoleName| {
        visit.bundle().and_then(|b| b.role(role)).is_some_and(|r| r.delegation_minutes.is_some())
    };
    let choice = |(role, at): (&domain::ids::RoleName, &domain::requirement::Scope)| {
        Choice::new(format!("{role}@{at}"), format!("{role} of {}", scope(at)))
    };
    let mut all: Vec<Choice> = held.filter(|(role, _)| may(role)).map(choice).collect();
    all.sort_by(|a, b| a.value.cmp(&b.value));
    all.dedup_by(|a, b| a.value == b.value);
    all
}

/// A date and time by the reader's clock, as browsers send it.
pub(in crate::ui) fn time(
    visit: &Visit,
    form: &Form,
    field: &'static str,
) -> Result<Timestamp, ApiError> {
    let read = visit.reader().zone.at(form.trimmed(field));
    read.ok_or_else(|| ApiError::field(field, "write the time like 2026-11-23T08:00"))
}

/// The page again, with what was typed and why it was not recorded.
pub(super) async fn refused(visit: &Visit, form: &Form, error: ApiError) -> Response {
    let typed = Typed {
        person: form.get("person").to_owned(),
        from: form.get("from").to_owned(),
        until: form.get("until").to_owned(),
        reason: form.get("reason").to_owned(),
        to: form.get("to").to_owned(),
        delegated_from: form.get("delegated_from").to_owned(),
        delegated_until: form.get("delegated_until").to_owned(),
        why: form.get("why").to_owned(),
    };
    let delegates = !form.get("right").is_empty();
    let mut errors = FormErrors::default();
    for (field, message) in refused_fields(&error).unwrap_or_default() {
        let field = match field.as_str() {
            "delegate" | "name" => "to",
            "role" | "scope" => "right",
            "from" if delegates => "delegated_from",
            "until" if delegates => "delegated_until",
            "reason" if delegates => "why",
            other => other,
        };
        errors.add(field, message);
    }
    let plain = errors.list.is_empty();
    let mut page = page(visit, typed, errors).await;
    if plain {
        page.layout.flash.push(visit.refusal(&error));
    }
    visit.page(error.status(), &page)
}
