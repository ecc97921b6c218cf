//! What is told of events of the organisation, and to whom. Sessions, keys, findings and sealed
//! overrides are told where they are recorded.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::PersonId;
use domain::organisation::{Directory, OrganisationEvent as E};
use jiff::Timestamp;
use store::Write;

use super::queue::Place;
use super::telling::{Telling, What};
use crate::{App, Live};

/// Who is told what. Nobody is told of their own act, as everywhere.
fn told(event: &E, directory: &Directory) -> Option<(BTreeSet<PersonId>, What)> {
    Some(match event {
        E::RiskAcceptanceReminded { acceptance } => {
            let accepted = &directory.acceptance(acceptance)?.accepted;
            let mut people = directory.owners_of(&accepted.service);
            people.insert(accepted.by.clone());
            (people, What::AcceptanceEnds { acceptance: acceptance.clone() })
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
