//! Absences, delegations, rotas and signing keys in words.

use domain::ids::DelegationId;
use domain::organisation::OrganisationEvent;

use super::reader::{Reader, scope};
use crate::wire::absences::standing;

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
            E::AbsenceFeedSubscribed(_)
            | E::AbsenceFeedEnded { .. }
            | E::AbsenceFeedFailed { .. }
            | E::AbsenceFeedRecovered { .. }
            | E::DeputyNamed(_)
            | E::DeputyTold { .. }
            | E::DeputyRemoved { .. } => standing(event, self.directory),
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
