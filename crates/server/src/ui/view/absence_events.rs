//! Absences, delegations, rotas and signing keys in words.

use domain::ids::DelegationId;
use domain::organisation::OrganisationEvent;

use super::reader::{Reader, scope};

impl Reader<'_> {
    /// What happened, after the name of who did it; empty for other events.
    pub(super) fn say_of_people(&self, event: &OrganisationEvent) -> String {
        use OrganisationEvent as E;
        let name = |person| self.directory.person_name(person);
        match event {
            E::AbsenceEntered(absence) => format!(
                "entered that {} is away from {} until {}",
                name(&absence.person),
                self.zone.words(absence.from),
                self.zone.words(absence.until)
            ),
            E::AbsenceCancelled { .. } => "took an absence back".to_owned(),
            E::AbsenceFeedSubscribed(feed) => {
                format!(
                    "lets absences of {} follow a calendar at {}",
                    name(&feed.person),
                    feed.host
                )
            }
            E::AbsenceFeedEnded { person } => {
                format!("ended the subscription of {}", name(person))
            }
            E::AbsenceFeedFailed { person } => {
                format!("could not read the calendar of {} for a while", name(person))
            }
            E::AbsenceFeedRecovered { person } => {
                format!("can read the calendar of {} again", name(person))
            }
            E::DelegationMade(given) => format!(
                "lets {} answer as {} of {} for {} until {}",
                name(&given.delegate),
                given.role,
                scope(&given.scope),
                name(&given.delegator),
                self.zone.words(given.until)
            ),
            E::DelegationEnded { delegation, .. } => {
                format!("ended the delegation {}", self.delegation(delegation))
            }
            E::DeputyNamed(named) => format!(
                "named {} deputy of {} as {}",
                name(&named.person),
                self.group(&named.group),
                named.role
            ),
            E::DeputyRemoved { deputy, .. } => match self.directory.deputy(deputy) {
                Some(known) => format!("removed the deputy {}", name(&known.named.person)),
                None => "removed a deputy".to_owned(),
            },
            E::RotaPut(rota) => format!("set the rota {} of {}", rota.name, rota.role),
            E::RotaRemoved { .. } => "removed a rota".to_owned(),
            E::ShiftCovered(cover) => format!(
                "entered that {} takes over the turns on call of {} from {} until {}",
                name(&cover.by),
                name(&cover.person),
                self.zone.words(cover.from),
                self.zone.words(cover.until)
            ),
            E::CoverEnded { .. } => "gave turns on call back".to_owned(),
            _ => crate::wire::signing::key_event(event, self.directory),
        }
    }

    /// A delegation by its two people.
    fn delegation(&self, id: &DelegationId) -> String {
        let name = |person| self.directory.person_name(person);
        self.directory.delegation(id).map_or_else(
            || id.to_string(),
            |known| {
                format!("of {} to {}", name(&known.given.delegator), name(&known.given.delegate))
            },
        )
    }
}
