//! What people who come and go set off: open asks of somebody who left, moved or is away go to
//! others at once, and what nobody could be asked for goes to whoever came. What is complete by that is
//! settled in the same look.
//!
//! A node compares the organisation and policy with what it saw last, and looks only at changes that
//! those who differ were asked for or voted on, that are about a service that differs, or, after
//! another policy came, at all that wait. What a node missed while it was down is found when it starts,
//! or by the next timer of the change.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::event::{Envelope, OrganisationEvent};
use domain::ids::{ChangeId, GroupId, PersonId, ServiceName};
use domain::organisation::{Cover, Directory, KnownAlignment, Member, Rota, Status};
use domain::requirement::inbox_key;
use jiff::Timestamp;
use store::{ChangeFilter, Stream};

use crate::projection::{ASKED_NOBODY, ASKED_ON_CALL, asked_key, assessed_under, voted_key};
use crate::{App, AppError, Live};

const PAGE: usize = 500;
/// Changes of one page of a list.
const CHANGES_A_PAGE: usize = 200;
/// Rows read at first; twice as many while there are more.
const ROWS: usize = 5_000;

/// The organisation and policy as a node saw them last, and when.
#[derive(Clone)]
pub(super) struct Seen {
    live: Arc<Live>,
    at: Timestamp,
}

/// What differs.
#[derive(Debug, Default)]
struct Moved {
    /// Those who may have come or gone.
    people: BTreeSet<PersonId>,
    /// Under which keys those who lost a role found what waits for it.
    roles: BTreeSet<String>,
    /// Whether anybody can be asked who could not be before.
    anybody_new: bool,
    /// Whether others may be on call than before.
    turns: bool,
    /// Services of which policy may say something else, or whose risks were accepted.
    services: BTreeSet<ServiceName>,
    /// Whether automatic approvals were stopped or go on.
    automation: bool,
    /// Bundles whose changes have to be looked at; not only those that wait: an approval may lapse.
    bundles: BTreeSet<String>,
}

impl App {
    /// Looks at what people who came or went were asked for, and settles what is complete by it.
    /// Returns how many changes moved.
    ///
    /// # Errors
    /// The store does not answer; the same is looked at again next time.
    pub async fn reroute(&self) -> Result<usize, AppError> {
        let live = self.live();
        let now = self.ports.now();
        let seen = self.asking.seen.lock().clone();
        let moved = match &seen {
            None => at_start(&live, now),
            Some(seen) => {
                let mut moved = self.moved_since(seen, &live).await?;
                moved.add_edges(&live.directory, seen.at, now);
                moved
            }
        };
        let mut done = BTreeSet::new();
        let ids = self.found_by(&moved.keys(&self.live().directory)).await?;
        let mut looked = self.look_at(ids, &mut done).await?;
        for service in &moved.services {
            let ids = self.in_state("awaiting_approval", Some(service)).await?;
            looked += self.look_at(ids, &mut done).await?;
        }
        if !moved.bundles.is_empty() {
            let ids = self.in_state("approved", None).await?;
            looked += self.look_at(ids, &mut done).await?;
        }
        *self.asking.seen.lock() = Some(Seen { live, at: now });
        Ok(looked)
    }

    async fn look_at(
        &self,
        ids: Vec<ChangeId>,
        done: &mut BTreeSet<ChangeId>,
    ) -> Result<usize, AppError> {
        let new: Vec<_> = ids.into_iter().filter(|id| done.insert(id.clone())).collect();
        let advanced = self.advance_all(&new).await?;
        Ok(advanced.asked + advanced.settled)
    }

    /// All changes that wait and are found by any of some keys.
    async fn found_by(&self, keys: &[String]) -> Result<Vec<ChangeId>, AppError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut limit = ROWS;
        loop {
            let rows = self.store.waiting(keys, limit).await?;
            if rows.len() < limit {
                return Ok(rows.into_iter().map(|row| row.change).collect());
            }
            limit = limit.saturating_mul(2);
        }
    }

    /// All changes in a state, of a service or of all.
    async fn in_state(
        &self,
        state: &str,
        service: Option<&ServiceName>,
    ) -> Result<Vec<ChangeId>, AppError> {
        let mut filter = ChangeFilter {
            states: vec![state.to_owned()],
            service: service.map(ToString::to_string),
            limit: CHANGES_A_PAGE,
            ..ChangeFilter::default()
        };
        let mut ids = Vec::new();
        loop {
            let page = self.store.changes(&filter).await?;
            filter.before_number = page.items.last().map(|row| row.number.0);
            ids.extend(page.items.into_iter().map(|row| row.id));
            if !page.more {
                return Ok(ids);
            }
        }
    }

    async fn moved_since(&self, seen: &Seen, live: &Live) -> Result<Moved, AppError> {
        let mut moved = Moved::default();
        if seen.live.policy_version < live.policy_version {
            moved.policy(live);
        }
        let mut from = seen.live.organisation_version;
        while from < live.organisation_version {
            let page = self.store.stream(&Stream::organisation(), from, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for entry in &page {
                let read: Envelope<OrganisationEvent> = crate::journal::open(entry)?;
                moved.add(&read.event, &seen.live.directory, &live.directory);
                from = entry.version + 1;
            }
        }
        if moved.automation {
            moved.policy(live);
        }
        moved.lost_roles(&seen.live.directory, &live.directory);
        Ok(moved)
    }
}

/// At a start nobody knows what was missed: everybody who is not here now or whose votes may have died,
/// everything for which nobody was found, and what was assessed under another policy than the live one.
fn at_start(live: &Live, now: Timestamp) -> Moved {
    let directory = &live.directory;
    let gone = directory
        .people()
        .map(|p| &p.id)
        .filter(|p| !directory.is_active(p) || directory.away_until(p, now).is_some());
    let disabled = directory.accounts().filter(|a| a.status == Status::Inactive);
    let over = directory.delegations().filter(|d| !d.is_to_come(now)).map(|d| &d.given.delegate);
    let over = over.chain(directory.deputies().map(|d| &d.person));
    let overrode = directory.overrides().map(|o| &o.by);
    let gone = gone.chain(disabled.map(|a| &a.person)).chain(over).chain(overrode);
    Moved {
        people: gone.cloned().collect(),
        roles: BTreeSet::new(),
        anybody_new: true,
        turns: true,
        services: BTreeSet::new(),
        automation: false,
        bundles: live.policy.earlier().map(str::to_owned).collect(),
    }
}

impl Moved {
    /// The keys under which the changes are that have to be looked at.
    fn keys(&self, directory: &Directory) -> Vec<String> {
        // What somebody answered for them falls with their right.
        let for_them = self.people.iter().flat_map(|p| directory.answered_for(p));
        let for_them: BTreeSet<PersonId> = for_them.map(|d| d.given.delegate).collect();
        let people = self.people.iter().flat_map(|p| [asked_key(p), voted_key(p)]);
        let people = people.chain(for_them.iter().map(voted_key));
        // Where one of a rota comes or goes, another one is on call, and may relieve whoever was asked.
        let takes_turns = |p: &PersonId| directory.rotas().any(|rota| rota.people.contains(p));
        let turns = self.turns || self.people.iter().any(takes_turns);
        let on_call = turns.then(|| ASKED_ON_CALL.to_owned());
        let nobody = self.anybody_new.then(|| ASKED_NOBODY.to_owned());
        let roles = self.roles.iter().cloned();
        people
            .chain(nobody)
            .chain(on_call)
            .chain(roles)
            .chain(self.bundles.iter().map(|b| assessed_under(b)))
            .collect()
    }

    /// Which roles those who moved held before and don't any more: without a response plan nobody in
    /// particular was asked, so what waits is found by the role alone.
    fn lost_roles(&mut self, before: &Directory, after: &Directory) {
        for person in &self.people {
            let kept: BTreeSet<_> = after.roles_of(person).collect();
            let lost = before.roles_of(person).filter(|held| !kept.contains(held));
            self.roles.extend(lost.map(|(role, scope)| inbox_key(role, scope)));
        }
    }

    /// Another policy may ask for less, or for more.
    fn policy(&mut self, live: &Live) {
        self.bundles.extend(live.policy.earlier().map(str::to_owned));
        self.bundles.extend(live.policy.live().map(|bundle| bundle.digest().to_owned()));
    }

    #[expect(clippy::too_many_lines, reason = "one exhaustive match over all that can happen")]
    fn add(&mut self, event: &OrganisationEvent, before: &Directory, after: &Directory) {
        use OrganisationEvent as E;
        match event {
            E::PersonPut(person) => self.person(&person.id),
            E::PersonStatusSet { person, .. } => self.person(person),
            // What was voted with a disabled account does not count.
            E::AccountStatusSet { account, .. } => {
                if let Some(account) = after.account(account) {
                    self.person(&account.person);
                }
            }
            // Nor what whoever overrode a change had voted on it.
            E::OverrideRegistered(opened) => self.person(&opened.by),
            E::GroupPut(group) => {
                self.members(&group.id, before, after);
                self.anybody_new = true;
            }
            E::GroupRemoved { group } => self.members(group, before, after),
            E::RoleBound(binding) | E::RoleUnbound(binding) => {
                match &binding.member {
                    Member::Person(person) => self.person(person),
                    Member::Group(group) => {
                        let members = before.group(group).into_iter().flat_map(|g| &g.members);
                        self.people.extend(members.cloned());
                        self.deputies(group, before);
                    }
                }
                self.anybody_new = true;
            }
            E::AbsenceEntered(absence) => self.person(&absence.person),
            E::AbsenceCancelled { absence } => {
                // What was answered for whoever came back early falls.
                let back = before.absence(absence).map(|a| &a.person);
                let for_them = back.into_iter().flat_map(|p| before.answered_for(p));
                self.people.extend(for_them.map(|d| d.given.delegate));
                back.into_iter().for_each(|person| self.person(person));
            }
            E::RotaPut(Rota { id, .. }) | E::RotaRemoved { rota: id } => {
                self.rota(before.rota(id));
                self.rota(after.rota(id));
            }
            E::ShiftCovered(cover) => self.cover(cover),
            E::CoverEnded { cover } => before.cover(cover).into_iter().for_each(|c| self.cover(c)),
            E::ServicePut(service) => {
                self.services.insert(service.name.clone());
                self.anybody_new = true;
            }
            E::RiskAccepted(accepted) => {
                self.services.insert(accepted.service.clone());
            }
            E::RiskAcceptanceReviewed(review) => {
                let known = after.acceptance(&review.acceptance);
                self.services.extend(known.map(|a| a.accepted.service.clone()));
            }
            E::AlignmentClosed(closing) => self.aligned(after.alignment(&closing.alignment)),
            E::DelegationMade(given) => self.person(&given.delegate),
            E::DelegationEnded { delegation, .. } => {
                let known = after.delegation(delegation);
                self.people.extend(known.map(|d| d.given.delegate.clone()));
            }
            E::DeputyNamed(named) => self.person(&named.person),
            E::DeputyRemoved { deputy, .. } => {
                self.people.extend(after.deputy(deputy).map(|d| d.named.person.clone()));
            }
            // What rules may answer, people have to answer, or the other way round.
            E::AutomationStopped(_) | E::AutomationResumed(_) => self.automation = true,
            // Nobody can answer more or less because of these.
            E::OrganisationNamed { .. }
            | E::AbsenceFeedSubscribed(_)
            | E::AbsenceFeedEnded { .. }
            | E::AbsenceFeedFailed { .. }
            | E::AbsenceFeedRecovered { .. }
            | E::DeputyTold { .. }
            | E::AccountAdded(_)
            | E::PasswordSet { .. }
            | E::DomainPut { .. }
            | E::ServiceAccountPut(_)
            | E::ServiceAccountStatusSet { .. }
            | E::TokenIssued { .. }
            | E::TokenRevoked { .. }
            // What a removed key signed before still stands.
            | E::SigningKeyAdded(_)
            | E::SigningKeyRemoved { .. }
            | E::PersonProvisioned(_)
            | E::GroupProvisioned(_)
            | E::OverrideSettled { .. }
            | E::SealedOverrideIssued(_)
            | E::SealedOverrideRevoked(_)
            | E::FindingRaised(_)
            | E::FindingAcknowledged(_)
            | E::FindingResolved(_)
            | E::AlignmentOpened(_)
            | E::ConcernRaised(_)
            | E::ConcernAnswered(_)
            | E::AlignmentConcluded(_)
            | E::AlignmentMoved(_)
            | E::AlignmentCancelled(_)
            | E::FreezeDeclared(_)
            | E::FreezeEnded { .. }
            | E::RiskAcceptanceReminded { .. }
            | E::AlignmentReminded { .. } => {}
        }
    }

    /// What waits for nothing but its alignment is complete once its session is closed.
    fn aligned(&mut self, closed: Option<&KnownAlignment>) {
        let items = closed.into_iter().flat_map(|known| &known.opened.agenda);
        self.services.extend(items.map(|item| item.service.clone()));
    }

    /// Who came into a group, and who left it.
    fn members(&mut self, group: &GroupId, before: &Directory, after: &Directory) {
        let of = |directory: &Directory| {
            directory.group(group).map(|g| g.members.clone()).unwrap_or_default()
        };
        self.people.extend(of(before).symmetric_difference(&of(after)).cloned());
        self.deputies(group, before);
    }

    /// Who answers for the members of a group who are away.
    fn deputies(&mut self, group: &GroupId, directory: &Directory) {
        self.people.extend(directory.deputies_of(group).map(|d| d.person.clone()));
    }

    /// Who takes turns may be on call now, or not any more.
    fn rota(&mut self, rota: Option<&Rota>) {
        self.people.extend(rota.into_iter().flat_map(|rota| &rota.people).cloned());
        self.anybody_new = true;
        self.turns = true;
    }

    fn cover(&mut self, cover: &Cover) {
        self.people.extend([cover.person.clone(), cover.by.clone()]);
        self.anybody_new = true;
        self.turns = true;
    }

    fn person(&mut self, person: &PersonId) {
        self.people.insert(person.clone());
        self.anybody_new = true;
    }

    /// Absences and delegations that began or ended by themselves meanwhile, and the time of deputies in one.
    fn add_edges(&mut self, directory: &Directory, after: Timestamp, until: Timestamp) {
        if !directory.has_edge(after, until) {
            return;
        }
        let between = |at: Timestamp| after < at && at <= until;
        for absence in directory.absences() {
            if between(absence.from) || between(absence.until) {
                self.person(&absence.person);
            }
            let over = directory.deputies().filter(|d| between(d.until(absence)));
            over.for_each(|deputy| self.person(&deputy.person));
        }
        for known in directory.delegations() {
            if between(known.given.from) || between(known.given.until) {
                self.person(&known.given.delegate);
            }
        }
    }
}
