//! Absences and delegations on the wire.

use api_types::absences as wire;
use app::organisation::CalendarImport;
use domain::eligibility::Capacity;
use domain::ids::PersonId;
use domain::organisation::{
    Absence, Cover, Directory, KnownAbsenceFeed, KnownDelegation, OrganisationEvent, Rota, access,
};
use jiff::Timestamp;

use super::Names;
use super::text::time;

impl Names<'_> {
    /// An absence, with its reason only for those it is meant for.
    #[must_use]
    pub fn absence(&self, absence: &Absence, reader: Option<&PersonId>) -> wire::Absence {
        let meant_for =
            |r: &PersonId| *r == absence.person || self.directory.holds(r, access::ADMIN);
        let reason = absence.reason.as_ref().filter(|_| reader.is_some_and(meant_for));
        wire::Absence {
            id: absence.id.to_string(),
            person: self.person(&absence.person),
            from: time(absence.from),
            until: time(absence.until),
            reason: reason.and_then(|r| r.reveal()).map(str::to_owned),
        }
    }

    /// What a calendar changes.
    #[must_use]
    pub fn absence_import(
        &self,
        import: &CalendarImport,
        recorded: bool,
        reader: Option<&PersonId>,
    ) -> wire::AbsenceImport {
        let entered = import.entered.iter().map(|(span, title)| wire::ImportedAbsence {
            from: time(span.from),
            until: time(span.until),
            title: title.clone(),
        });
        let skipped = import.skipped.iter();
        wire::AbsenceImport {
            recorded,
            entered: entered.collect(),
            cancelled: import.cancelled.iter().map(|a| self.absence(a, reader)).collect(),
            kept: import.kept,
            short: import.short,
            skipped: skipped
                .map(|(line, reason)| wire::SkippedEvent { line: *line, reason: reason.clone() })
                .collect(),
        }
    }

    /// A calendar that somebody's absences follow.
    #[must_use]
    pub fn absence_feed(&self, known: &KnownAbsenceFeed) -> wire::AbsenceFeed {
        wire::AbsenceFeed {
            person: self.person(&known.feed.person),
            host: known.feed.host.clone(),
            failing: known.failing,
        }
    }

    /// A delegation, and whether it carries anything now.
    #[must_use]
    pub fn delegation(&self, known: &KnownDelegation, now: Timestamp) -> wire::Delegation {
        let given = &known.given;
        let held = self.directory.scopes_of(&given.delegator, &given.role).next().is_some();
        wire::Delegation {
            id: given.id.to_string(),
            delegator: self.person(&given.delegator),
            delegate: self.person(&given.delegate),
            role: given.role.to_string(),
            scope: given.scope.to_string(),
            from: time(given.from),
            until: time(given.until),
            reason: given.reason.get().cloned(),
            ended_at: known.ended_at.map(time),
            in_force: known.is_open(now) && held && self.directory.is_active(&given.delegate),
        }
    }

    /// A rota, with who is on call now.
    #[must_use]
    pub fn rota(&self, rota: &Rota, now: Timestamp) -> api_types::rotas::Rota {
        api_types::rotas::Rota {
            id: rota.id.to_string(),
            name: rota.name.clone(),
            role: rota.role.to_string(),
            scope: rota.scope.to_string(),
            time_zone: rota.time_zone.clone(),
            first: rota.first.to_string(),
            days: rota.handover.days(),
            handover: rota.handover.rule().map(str::to_owned),
            people: rota.people.iter().map(|p| self.person(p)).collect(),
            hours: rota.hours.as_ref().map(|hours| api_types::rotas::RotaHours {
                weekdays: hours.weekdays.clone(),
                shifts: hours.shifts.clone(),
            }),
            on_call: self.directory.on_duty(rota, now).map(|p| self.person(p)),
            covers: self
                .directory
                .covers_of(&rota.id)
                .filter(|cover| now < cover.until)
                .map(|cover| self.cover(cover))
                .collect(),
        }
    }

    /// Turns on call that somebody takes over.
    #[must_use]
    pub fn cover(&self, cover: &Cover) -> api_types::rotas::Cover {
        api_types::rotas::Cover {
            id: cover.id.to_string(),
            rota: cover.rota.to_string(),
            person: self.person(&cover.person),
            by: self.person(&cover.by),
            from: time(cover.from),
            until: time(cover.until),
        }
    }

    /// Absences, delegations, rotas and signing keys in words, after the name of who did it; empty for other events.
    pub(super) fn of_people(&self, event: &OrganisationEvent) -> String {
        use OrganisationEvent as E;
        let name = |person| self.directory.person_name(person);
        match event {
            E::AbsenceEntered(absence) => {
                format!("entered that {} is away until {:.0}", name(&absence.person), absence.until)
            }
            E::AbsenceCancelled { .. } => "took an absence back".to_owned(),
            E::AbsenceFeedSubscribed(_)
            | E::AbsenceFeedEnded { .. }
            | E::AbsenceFeedFailed { .. }
            | E::AbsenceFeedRecovered { .. }
            | E::DeputyNamed(_)
            | E::DeputyTold { .. }
            | E::DeputyRemoved { .. } => standing(event, self.directory),
            E::DelegationMade(given) => format!(
                "lets {} answer as {} over {} for {} until {:.0}",
                name(&given.delegate),
                given.role,
                given.scope,
                name(&given.delegator),
                given.until
            ),
            E::DelegationEnded { .. } => "ended a delegation".to_owned(),
            E::RotaPut(rota) => format!("set the rota “{}” of {}", rota.name, rota.role),
            E::RotaRemoved { .. } => "removed a rota".to_owned(),
            E::ShiftCovered(cover) => format!(
                "entered that {} takes over the turns on call of {} from {:.0} until {:.0}",
                name(&cover.by),
                name(&cover.person),
                cover.from,
                cover.until
            ),
            E::CoverEnded { .. } => "gave turns on call back".to_owned(),
            _ => super::signing::key_event(event, self.directory),
        }
    }

    /// For whom somebody could vote, by delegation.
    #[must_use]
    pub fn acting_for(&self, capacities: &[Capacity]) -> Vec<wire::ActingFor> {
        let acting = |c: &Capacity| {
            let other = c.on_behalf_of.as_ref()?;
            Some(wire::ActingFor {
                person: self.person(&other.person),
                delegation: other.delegation.to_string(),
                counts_for: c.roles.iter().map(ToString::to_string).collect(),
            })
        };
        capacities.iter().filter_map(acting).collect()
    }
}

/// Subscribed calendars and deputies in words, after the name of who did it; empty for other events.
pub(crate) fn standing(event: &OrganisationEvent, directory: &Directory) -> String {
    use OrganisationEvent as E;
    let name = |person| directory.person_name(person);
    let group = |id| directory.group(id).map_or_else(|| id.to_string(), |g| g.name.clone());
    match event {
        E::AbsenceFeedSubscribed(feed) => {
            format!("lets absences of {} follow a calendar at {}", name(&feed.person), feed.host)
        }
        E::AbsenceFeedEnded { person } => format!("ended the subscription of {}", name(person)),
        E::AbsenceFeedFailed { person } => {
            format!("could not read the calendar of {} for a while", name(person))
        }
        E::AbsenceFeedRecovered { person } => {
            format!("can read the calendar of {} again", name(person))
        }
        E::DeputyNamed(named) => {
            let (who, of) = (name(&named.person), group(&named.group));
            format!("named {who} deputy of {of} as {}", named.role)
        }
        E::DeputyTold { deputy, absence } => {
            let named = directory.deputy(deputy).map(|known| &known.named);
            let who = named.map_or_else(|| "a deputy".to_owned(), |named| name(&named.person));
            let away = directory.absence(absence).map(|absence| name(&absence.person));
            let away = away.unwrap_or_else(|| "a member of their group".to_owned());
            format!("told {who} that they answer for {away} while they are away")
        }
        E::DeputyRemoved { deputy, .. } => match directory.deputy(deputy).map(|d| &d.named) {
            Some(named) => {
                let (who, of) = (name(&named.person), group(&named.group));
                format!("removed {who} as deputy of {of} as {}", named.role)
            }
            None => "removed a deputy".to_owned(),
        },
        _ => String::new(),
    }
}
