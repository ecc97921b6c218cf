//! What is told of events of the organisation, to people and to webhooks. People hear of sessions, keys,
//! findings and sealed overrides where those are recorded.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::PersonId;
use domain::organisation::{Directory, OrganisationEvent as E};
use jiff::Timestamp;
use store::Write;

use super::queue::{Content, Place};
use super::telling::{Telling, What};
use crate::{App, Live};

/// Types of events that webhooks hear of beside those of changes and policy: the kind of the entry, the
/// type, and where the id of what it is about stands. Listed in `docs/book/notifications.md`.
const TYPES: [(&str, &str, &str); 29] = [
    ("absence_entered", "absence.entered", "/data/id"),
    ("absence_cancelled", "absence.cancelled", "/data/absence"),
    ("alignment_opened", "alignment.opened", "/data/id"),
    ("concern_raised", "alignment.concern_raised", "/data/alignment"),
    ("concern_answered", "alignment.concern_answered", "/data/alignment"),
    ("alignment_concluded", "alignment.concluded", "/data/alignment"),
    ("alignment_closed", "alignment.closed", "/data/alignment"),
    ("alignment_moved", "alignment.moved", "/data/alignment"),
    ("alignment_cancelled", "alignment.cancelled", "/data/alignment"),
    ("alignment_reminded", "alignment.begins_soon", "/data/alignment"),
    ("automation_stopped", "automation.stopped", "/data/id"),
    ("automation_resumed", "automation.resumed", "/data/stop"),
    ("delegation_made", "delegation.made", "/data/id"),
    ("delegation_ended", "delegation.ended", "/data/delegation"),
    ("deputy_named", "deputy.named", "/data/id"),
    ("deputy_removed", "deputy.removed", "/data/deputy"),
    ("deputy_told", "deputy.answers", "/data/deputy"),
    ("finding_raised", "finding.raised", "/data/id"),
    ("finding_acknowledged", "finding.acknowledged", "/data/finding"),
    ("finding_resolved", "finding.resolved", "/data/finding"),
    ("freeze_declared", "freeze.declared", "/data/id"),
    ("freeze_ended", "freeze.ended", "/data/freeze"),
    ("risk_accepted", "risk_acceptance.made", "/data/id"),
    ("risk_acceptance_reviewed", "risk_acceptance.reviewed", "/data/acceptance"),
    ("risk_acceptance_reminded", "risk_acceptance.ends_soon", "/data/acceptance"),
    ("rota_put", "rota.put", "/data/id"),
    ("rota_removed", "rota.removed", "/data/rota"),
    ("sealed_override_issued", "sealed_override.issued", "/data/id"),
    ("sealed_override_revoked", "sealed_override.revoked", "/data/sealed"),
];

/// The call that an event is to webhooks, if they hear of it. It says what it is about by id alone: what
/// people wrote, and whom it concerns, is for those who may read it.
fn call(event: &E, place: &Place<'_>, actor: &Actor) -> Option<Content> {
    let event = serde_json::to_value(event).ok()?;
    let kind = event.get("kind")?.as_str()?;
    let (_, kind, id) = TYPES.iter().find(|(entry, _, _)| *entry == kind)?;
    Some(Content::Webhook {
        kind: (*kind).to_owned(),
        change: None,
        state: None,
        revision: None,
        about: event.pointer(id).and_then(|id| id.as_str()).map(str::to_owned),
        stream: place.stream.to_owned(),
        version: place.version,
        by: actor.principal().to_owned(),
    })
}

/// Who is told what. Nobody is told of their own act, as everywhere.
fn told(event: &E, directory: &Directory) -> Option<(BTreeSet<PersonId>, What)> {
    Some(match event {
        E::RiskAcceptanceReminded { acceptance } => {
            let accepted = &directory.acceptance(acceptance)?.accepted;
            let mut people = directory.owners_of(&accepted.service);
            people.insert(accepted.by.clone());
            (people, What::AcceptanceEnds { acceptance: acceptance.clone() })
        }
        E::DelegationMade(given) => {
            ([given.delegate.clone()].into(), What::DelegationMade { delegation: given.id.clone() })
        }
        E::DelegationEnded { delegation, .. } => {
            let given = &directory.delegation(delegation)?.given;
            let both = [given.delegator.clone(), given.delegate.clone()];
            (both.into(), What::DelegationEnded { delegation: delegation.clone() })
        }
        E::AbsenceFeedFailed { person } => {
            let host = directory.absence_feed(person)?.feed.host.clone();
            ([person.clone()].into(), What::AbsenceFeedFails { host })
        }
        E::DeputyNamed(named) => {
            ([named.person.clone()].into(), What::DeputyNamed { deputy: named.id.clone() })
        }
        E::DeputyRemoved { deputy, .. } => {
            let person = directory.deputy(deputy)?.named.person.clone();
            ([person].into(), What::DeputyRemoved { deputy: deputy.clone() })
        }
        E::DeputyTold { deputy, absence } => {
            let named = &directory.deputy(deputy)?.named;
            let absence = directory.absence(absence)?;
            let (person, until) = (absence.person.clone(), named.until(absence));
            let what = What::DeputyAnswers { deputy: deputy.clone(), person, until };
            ([named.person.clone()].into(), what)
        }
        _ => return None,
    })
}

impl App {
    /// The rows that tell of events of the organisation; the first gets the version that the directory
    /// has now.
    pub(crate) fn tell_of_organisation<'a>(
        &self,
        events: impl Iterator<Item = &'a E>,
        live: &Live,
        actor: &Actor,
        at: Timestamp,
    ) -> Vec<Write> {
        let (settings, outlets) = (self.notification_settings(), self.outlets());
        let mut rows = Vec::new();
        for (version, event) in (live.organisation_version..).zip(events) {
            let place = Place { stream: "organisation", version, at };
            if settings.webhooks().next().is_some()
                && let Some(content) = call(event, &place, actor)
            {
                rows.extend(settings.webhook_rows(&place, place.stream, &content));
            }
            let Some((people, what)) = told(event, &live.directory) else { continue };
            let by = actor.principal().to_owned();
            let telling = Telling { what, urgent: false, change: None, by };
            let others = people.iter().filter(|person| actor.person() != Some(*person));
            for person in others.filter(|person| live.directory.is_active(person)) {
                rows.extend(settings.rows_for(&outlets, &place, person, &telling));
            }
        }
        rows.into_iter().map(|row| Write::Outbox(Box::new(row))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_webhooks_hear_of_is_documented() {
        let book = include_str!("../../../../docs/book/notifications.md");
        for (_, kind, _) in TYPES {
            assert!(book.contains(&format!("`{kind}`")), "{kind}");
        }
    }
}
