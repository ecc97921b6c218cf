//! Where a drill takes place: the people it describes, or those there are, some of them away.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Place;
use domain::actor::Actor;
use domain::asking::Places;
use domain::ids::{AbsenceId, AccountId, PersonId, RoleName, RotaId};
use domain::organisation::{
    Absence, Account, Directory, Handover, Member, OrganisationEvent, Person, RoleBinding, Rota,
    Service, Status,
};
use domain::private::Private;
use domain::requirement::{Reach, Scope};
use jiff::{SignedDuration, Timestamp};

use super::report::DrillProblem;
use super::{Drill, LivePeople, Staff};
use crate::bundle::{Bundle, Calendars, facts_of};

/// How long those are away who are.
const AWAY: SignedDuration = SignedDuration::from_hours(24 * 14);
/// The name of whoever asks; nobody real.
const REQUESTER: &str = "the requester";

/// Everything a drill looks at.
pub(super) struct World<'b> {
    pub(super) directory: Directory,
    pub(super) service: Service,
    pub(super) start: Timestamp,
    pub(super) places: PolicyPlaces<'b>,
    accounts: BTreeMap<PersonId, AccountId>,
}

/// Where people work, by a bundle.
pub(super) struct PolicyPlaces<'b>(&'b Calendars);

impl Places for PolicyPlaces<'_> {
    fn of(&self, person: &Person) -> Place {
        self.0.place_of(person.place.as_ref(), &person.time_zone)
    }
    fn organisation(&self) -> Place {
        self.0.default_place().place.clone()
    }
}

/// The people a drill describes.
pub(super) fn described<'b>(bundle: &'b Bundle, drill: &Drill) -> Result<World<'b>, DrillProblem> {
    let facts =
        facts_of(&drill.given).map_err(|m| DrillProblem::impossible(m, "correct `given`"))?;
    let slug =
        |field: &str| DrillProblem::impossible(format!("`{field}` is no name"), "use a slug");
    let service = Service {
        name: facts.service.parse().map_err(|_| slug(facts.service))?,
        title: facts.service.to_owned(),
        domain: facts.domain.map(str::parse).transpose().map_err(|_| slug("domain"))?,
        criticality: facts.criticality,
        labels: facts.labels.clone(),
        status: Status::Active,
        depends_on: BTreeSet::new(),
    };
    let mut directory = Directory::default();
    if let Some(domain) = &service.domain {
        let event = OrganisationEvent::DomainPut { name: domain.clone(), title: String::new() };
        directory.apply(&event);
    }
    directory.apply(&OrganisationEvent::ServicePut(service.clone()));
    let mut numbers = BTreeMap::new();
    for staff in &drill.staff {
        join(&mut directory, &service, staff, &mut numbers);
    }
    Ok(World::new(bundle, directory, service, drill.start.at).with_away(drill))
}

/// The people there are.
pub(super) fn live<'b>(
    bundle: &'b Bundle,
    drill: &Drill,
    people: LivePeople<'_>,
) -> Result<World<'b>, DrillProblem> {
    let directory = bundle.mapped(people.directory).into_owned();
    if directory.service(&people.service.name).is_none_or(|s| s.status != Status::Active) {
        let message = format!("there is no active service `{}`", people.service.name);
        return Err(DrillProblem::impossible(message, "name one that is registered"));
    }
    let start = drill.start.not_before(people.now);
    Ok(World::new(bundle, directory, people.service.clone(), start).with_away(drill))
}

fn bits(number: usize) -> [u8; 10] {
    let mut bits = [0; 10];
    for (slot, byte) in bits.iter_mut().rev().zip(number.to_le_bytes()) {
        *slot = byte;
    }
    bits
}

/// Puts people of a role in: `operations 1`, `operations 2`.
fn join(
    directory: &mut Directory,
    service: &Service,
    staff: &Staff,
    numbers: &mut BTreeMap<RoleName, usize>,
) {
    let mut people = Vec::new();
    // Held at every scope, so that a role counts wherever policy wants it held.
    let mut scopes = vec![Scope::Organisation, Scope::Service(service.name.clone())];
    scopes.extend(service.domain.clone().map(Scope::Domain));
    for _ in 0..staff.count {
        let number = numbers.entry(staff.role.clone()).or_default();
        *number += 1;
        let id = PersonId::new(Timestamp::UNIX_EPOCH, bits(directory.people().count() + 1));
        directory.apply(&OrganisationEvent::PersonPut(Person {
            id: id.clone(),
            name: Private::new(format!("{} {number}", staff.role)),
            emails: Vec::new(),
            time_zone: String::new(),
            place: staff.place.clone(),
            status: Status::Active,
        }));
        for scope in &scopes {
            let member = Member::Person(id.clone());
            let (role, scope) = (staff.role.clone(), scope.clone());
            directory.apply(&OrganisationEvent::RoleBound(RoleBinding { role, scope, member }));
        }
        people.push(id);
    }
    if staff.on_call && !people.is_empty() {
        directory.apply(&OrganisationEvent::RotaPut(Rota {
            id: RotaId::new(Timestamp::UNIX_EPOCH, bits(directory.rotas().count() + 1)),
            name: format!("{} on call", staff.role),
            role: staff.role.clone(),
            scope: Scope::Organisation,
            time_zone: "UTC".to_owned(),
            first: jiff::civil::date(2000, 1, 1).at(0, 0, 0, 0),
            handover: Handover::Days(1),
            people,
            hours: None,
        }));
    }
}

impl<'b> World<'b> {
    fn new(
        bundle: &'b Bundle,
        mut directory: Directory,
        service: Service,
        start: Timestamp,
    ) -> Self {
        let places = PolicyPlaces(bundle.calendars());
        directory.apply(&OrganisationEvent::PersonPut(Person {
            id: requester(),
            name: Private::from(REQUESTER),
            emails: Vec::new(),
            time_zone: String::new(),
            place: None,
            status: Status::Active,
        }));
        let everybody: Vec<PersonId> = directory.people().map(|p| p.id.clone()).collect();
        let mut accounts = BTreeMap::new();
        for (number, person) in everybody.into_iter().enumerate() {
            // One each that only the drill has: a vote is cast through an account.
            let id = AccountId::new(Timestamp::UNIX_EPOCH, bits(number));
            directory.apply(&OrganisationEvent::AccountAdded(Account {
                id: id.clone(),
                person: person.clone(),
                issuer: "drill".to_owned(),
                subject: number.to_string(),
                password: None,
                status: Status::Active,
            }));
            accounts.insert(person, id);
        }
        Self { directory, service, start, places, accounts }
    }

    /// Sends so many holders of roles away: of those who are here, whoever is on call or at work when
    /// it begins, because their absence hurts most; then by id.
    fn with_away(mut self, drill: &Drill) -> Self {
        for (role, count) in &drill.away {
            let on_call = self.directory.on_call(
                role,
                &self.service.name,
                self.service.domain.as_ref(),
                self.start,
            );
            let admits = |scope: &Scope| {
                Reach::Covering.admits(scope, &self.service.name, self.service.domain.as_ref())
            };
            let here = |p: &&PersonId| self.directory.away_until(p, self.start).is_none();
            let holders = self.directory.holders(role, admits);
            let mut order: Vec<(bool, bool, &PersonId)> = holders
                .into_iter()
                .filter(here)
                .map(|p| (!on_call.contains(p), !self.is_at_work(p, self.start), p))
                .collect();
            order.sort();
            let away = order.into_iter().take(*count as usize).map(|(_, _, p)| p.clone());
            for person in away.collect::<Vec<_>>() {
                let number = self.directory.absences().count() + 1;
                let until = self.start.checked_add(AWAY).unwrap_or(Timestamp::MAX);
                self.directory.apply(&OrganisationEvent::AbsenceEntered(Absence {
                    id: AbsenceId::new(self.start, bits(number)),
                    person,
                    from: self.start,
                    until,
                    reason: None,
                    origin: None,
                }));
            }
        }
        self
    }

    pub(super) fn is_at_work(&self, person: &PersonId, at: Timestamp) -> bool {
        self.place_of(person).is_some_and(|place| place.is_working(at).unwrap_or(false))
    }

    pub(super) fn place_of(&self, person: &PersonId) -> Option<Place> {
        self.directory.person(person).map(|person| self.places.of(person))
    }

    /// The account through which somebody votes in the drill.
    pub(super) fn account_of(&self, person: &PersonId) -> Option<&AccountId> {
        self.accounts.get(person)
    }

    /// Whoever asks for the change: nobody real, and without a role.
    pub(super) fn asks(&self) -> Actor {
        let account = self.accounts.get(&requester()).cloned();
        let account = account.unwrap_or_else(|| AccountId::new(Timestamp::UNIX_EPOCH, bits(0)));
        Actor::Person { person: requester(), account }
    }
}

fn requester() -> PersonId {
    PersonId::new(Timestamp::UNIX_EPOCH, [255; 10])
}
