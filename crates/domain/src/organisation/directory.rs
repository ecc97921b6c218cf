//! The organisation as of one point of the journal, with the look-ups that decisions need.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;

use super::absence::Absences;
use super::delegation::Delegations;
use super::deputy::{Deputies, KnownDeputy};
use super::duty::Covers;
use super::rota::Rotas;
use super::{
    Account, Group, KnownAbsenceFeed, KnownAcceptance, KnownAlignment, KnownFinding, KnownKey,
    KnownSealed, KnownStop, OrganisationEvent, Person, ProvisionedGroup, ProvisionedPerson,
    RegisteredOverride, RoleBinding, Service, ServiceAccount, Status, Token, TokenOwner,
};
use crate::freeze::Freeze;
use crate::ids::{
    AccountId, AlignmentId, AutomationStopId, DomainName, FindingId, GroupId, OverrideId, PersonId,
    RiskAcceptanceId, RoleName, SealedOverrideId, ServiceAccountId, ServiceName, SigningKeyId,
    TokenId,
};

/// Everything that was recorded in the stream `organisation`, folded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    /// Entries folded in.
    pub(super) version: u64,
    name: String,
    demo: bool,
    people: BTreeMap<PersonId, Person>,
    accounts: BTreeMap<AccountId, Account>,
    pub(super) groups: BTreeMap<GroupId, Group>,
    pub(super) bindings: BTreeSet<RoleBinding>,
    /// What the live bundle gives to groups. Not of this stream: see [`Directory::set_mapping`].
    pub(super) mapped: BTreeSet<RoleBinding>,
    domains: BTreeMap<DomainName, String>,
    services: BTreeMap<ServiceName, Service>,
    service_accounts: BTreeMap<ServiceAccountId, ServiceAccount>,
    tokens: BTreeMap<TokenId, (TokenOwner, Token)>,
    provisioned_people: BTreeMap<PersonId, ProvisionedPerson>,
    provisioned_groups: BTreeMap<GroupId, ProvisionedGroup>,
    pub(super) overrides: BTreeMap<OverrideId, RegisteredOverride>,
    pub(super) sealed_overrides: BTreeMap<SealedOverrideId, KnownSealed>,
    pub(super) freezes: BTreeMap<String, Freeze>,
    pub(super) acceptances: BTreeMap<RiskAcceptanceId, KnownAcceptance>,
    pub(super) automation_stops: BTreeMap<AutomationStopId, KnownStop>,
    pub(super) findings: BTreeMap<FindingId, KnownFinding>,
    // Shared: a directory is copied whenever something is folded in, and sessions stay for good.
    pub(super) alignments: BTreeMap<AlignmentId, Arc<KnownAlignment>>,
    pub(super) absences: Absences,
    pub(super) absence_feeds: BTreeMap<PersonId, KnownAbsenceFeed>,
    pub(super) delegations: Delegations,
    pub(super) deputies: Deputies,
    pub(super) rotas: Rotas,
    pub(super) covers: Covers,
    pub(super) signing_keys: BTreeMap<SigningKeyId, KnownKey>,
    /// When an absence or a delegation begins or ends, or the time of a deputy in one.
    edges: BTreeSet<Timestamp>,
    // Derived, for look-ups on hot paths.
    token_by_hash: BTreeMap<String, TokenId>,
    account_by_subject: BTreeMap<(String, String), AccountId>,
    person_by_email: BTreeMap<String, PersonId>,
    pub(super) bindings_by_role: BTreeMap<RoleName, Vec<RoleBinding>>,
    pub(super) mapped_by_role: BTreeMap<RoleName, Vec<RoleBinding>>,
    provisioned_by_name: BTreeMap<(ServiceAccountId, String), PersonId>,
    provisioned_by_external_id: BTreeMap<(ServiceAccountId, String), PersonId>,
}

impl Directory {
    /// Folds one event in. Events about things that don't exist change nothing.
    pub fn apply(&mut self, event: &OrganisationEvent) {
        self.fold(event);
        self.version += 1;
    }

    /// How many entries of the stream it was folded from: what is decided on it comes after them and
    /// before all others, since an append that names this version fails when there are more.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    fn fold(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        match event {
            E::OrganisationNamed { name, demo } => {
                self.name.clone_from(name);
                self.demo = *demo;
            }
            E::PersonPut(person) => self.put_person(person),
            E::PersonStatusSet { person, status } => {
                if let Some(found) = self.people.get_mut(person) {
                    found.status = *status;
                }
            }
            E::AccountAdded(_) | E::AccountStatusSet { .. } | E::PasswordSet { .. } => {
                self.apply_accounts(event);
            }
            E::GroupPut(group) => _ = self.groups.insert(group.id.clone(), group.clone()),
            E::GroupRemoved { group } => _ = self.groups.remove(group),
            E::RoleBound(binding) => self.bind(binding),
            E::RoleUnbound(binding) => self.unbind(binding),
            E::AbsenceEntered(_)
            | E::AbsenceCancelled { .. }
            | E::DelegationMade(_)
            | E::DelegationEnded { .. }
            | E::DeputyNamed(_)
            | E::DeputyRemoved { .. }
            | E::DeputyTold { .. }
            | E::RotaPut(_)
            | E::RotaRemoved { .. }
            | E::ShiftCovered(_)
            | E::CoverEnded { .. } => self.apply_availability(event),
            E::AbsenceFeedSubscribed(_)
            | E::AbsenceFeedEnded { .. }
            | E::AbsenceFeedFailed { .. }
            | E::AbsenceFeedRecovered { .. } => self.apply_absence_feed(event),
            E::DomainPut { name, title } => {
                self.domains.insert(name.clone(), title.clone());
            }
            E::ServicePut(service) => {
                self.services.insert(service.name.clone(), service.clone());
            }
            E::ServiceAccountPut(_)
            | E::ServiceAccountStatusSet { .. }
            | E::TokenIssued { .. }
            | E::TokenRevoked { .. } => self.apply_machines(event),
            E::SigningKeyAdded(_) | E::SigningKeyRemoved { .. } => self.apply_signing_key(event),
            E::PersonProvisioned(record) => self.put_provisioned(record),
            E::GroupProvisioned(record) => self.put_provisioned_group(record),
            E::OverrideRegistered(_)
            | E::OverrideSettled { .. }
            | E::SealedOverrideIssued(_)
            | E::SealedOverrideRevoked(_)
            | E::AutomationStopped(_)
            | E::AutomationResumed(_)
            | E::FreezeDeclared(_)
            | E::FreezeEnded { .. }
            | E::FindingRaised(_)
            | E::FindingAcknowledged(_)
            | E::FindingResolved(_)
            | E::RiskAccepted(_)
            | E::RiskAcceptanceReviewed(_)
            | E::RiskAcceptanceReminded { .. } => self.apply_deviation(event),
            E::AlignmentOpened(_)
            | E::ConcernRaised(_)
            | E::ConcernAnswered(_)
            | E::AlignmentConcluded(_)
            | E::AlignmentClosed(_)
            | E::AlignmentMoved(_)
            | E::AlignmentCancelled(_)
            | E::AlignmentReminded { .. } => self.apply_alignment(event),
        }
    }

    fn apply_accounts(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        match event {
            E::AccountAdded(account) => self.add_account(account),
            E::AccountStatusSet { account, status } => {
                if let Some(found) = self.accounts.get_mut(account) {
                    found.status = *status;
                }
            }
            E::PasswordSet { account, password } => {
                if let Some(found) = self.accounts.get_mut(account) {
                    found.password = Some(password.clone());
                }
            }
            _ => {}
        }
    }

    /// Folds in service accounts and tokens.
    fn apply_machines(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        match event {
            E::ServiceAccountPut(account) => {
                self.service_accounts.insert(account.id.clone(), account.clone());
            }
            E::ServiceAccountStatusSet { service_account, status } => {
                if let Some(found) = self.service_accounts.get_mut(service_account) {
                    found.status = *status;
                }
            }
            E::TokenIssued { owner, token } => {
                self.token_by_hash.insert(token.hash.clone(), token.id.clone());
                self.tokens.insert(token.id.clone(), (owner.clone(), token.clone()));
            }
            E::TokenRevoked { token } => {
                if let Some((_, found)) = self.tokens.get_mut(token) {
                    found.revoked = true;
                }
            }
            _ => {}
        }
    }

    /// Folds in who can be asked, and who answers for whom.
    fn apply_availability(&mut self, event: &OrganisationEvent) {
        use OrganisationEvent as E;
        match event {
            E::AbsenceEntered(absence) => {
                self.edges.extend([absence.from, absence.until]);
                let deputies = self.deputies.values().map(|known| known.named.until(absence));
                self.edges.extend(deputies);
                self.absences.enter(absence);
            }
            E::AbsenceCancelled { absence } => self.absences.cancel(absence),
            E::DelegationMade(given) => {
                self.edges.extend([given.from, given.until]);
                self.delegations.make(given);
            }
            E::DelegationEnded { delegation, at } => self.delegations.end(delegation, *at),
            E::DeputyNamed(named) => {
                let edges: Vec<Timestamp> = self.absences().map(|a| named.until(a)).collect();
                self.edges.extend(edges);
                let known =
                    KnownDeputy { named: named.clone(), removed_at: None, told: BTreeSet::new() };
                self.deputies.insert(named.id.clone(), known);
            }
            E::DeputyRemoved { deputy, at } => {
                if let Some(known) = self.deputies.get_mut(deputy) {
                    known.removed_at.get_or_insert(*at);
                }
            }
            E::DeputyTold { deputy, absence } => {
                if let Some(known) = self.deputies.get_mut(deputy) {
                    known.told.insert(absence.clone());
                }
            }
            E::RotaPut(rota) => {
                self.rotas.insert(rota.id.clone(), rota.clone());
            }
            E::RotaRemoved { rota } => {
                self.rotas.remove(rota);
                self.covers.retain(|_, cover| cover.rota != *rota);
            }
            E::ShiftCovered(cover) => {
                self.covers.insert(cover.id.clone(), cover.clone());
            }
            E::CoverEnded { cover } => {
                self.covers.remove(cover);
            }
            _ => {}
        }
    }

    /// When an absence or a delegation next begins or ends by itself: until then time alone moves
    /// nothing here.
    #[must_use]
    pub fn next_edge(&self, after: Timestamp) -> Option<Timestamp> {
        self.edges.range((Bound::Excluded(after), Bound::Unbounded)).next().copied()
    }

    /// Whether an absence or a delegation began or ended by itself after one time and up to another.
    #[must_use]
    pub fn has_edge(&self, after: Timestamp, until: Timestamp) -> bool {
        self.next_edge(after).is_some_and(|edge| edge <= until)
    }

    fn put_provisioned_group(&mut self, record: &ProvisionedGroup) {
        self.provisioned_groups.insert(record.group.clone(), record.clone());
    }

    fn put_provisioned(&mut self, record: &ProvisionedPerson) {
        let id = &record.person;
        if let Some(before) = self.provisioned_people.get(id) {
            let key = |text: &str| (before.by.clone(), text.to_owned());
            if let Some(name) = before.user_name.get() {
                self.provisioned_by_name.remove(&key(&name.to_lowercase()));
            }
            if let Some(external) = before.external_id.as_ref().and_then(|e| e.get()) {
                self.provisioned_by_external_id.remove(&key(external));
            }
        }
        if let Some(name) = record.user_name.get().filter(|_| !record.removed) {
            let key = (record.by.clone(), name.to_lowercase());
            self.provisioned_by_name.insert(key, id.clone());
        }
        // Also of those that were removed: the id never means somebody else.
        if let Some(external) = record.external_id.as_ref().and_then(|e| e.get()) {
            let key = (record.by.clone(), external.clone());
            self.provisioned_by_external_id.insert(key, id.clone());
        }
        self.provisioned_people.insert(id.clone(), record.clone());
    }

    fn add_account(&mut self, account: &Account) {
        let key = subject_key(&account.issuer, &account.subject);
        self.account_by_subject.insert(key, account.id.clone());
        self.accounts.insert(account.id.clone(), account.clone());
    }

    fn put_person(&mut self, person: &Person) {
        self.person_by_email.retain(|_, owner| *owner != person.id);
        for email in person.emails.iter().filter_map(|e| e.get()) {
            self.person_by_email.insert(email.to_lowercase(), person.id.clone());
        }
        self.people.insert(person.id.clone(), person.clone());
    }

    /// What the organisation is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether its data is invented.
    #[must_use]
    pub const fn is_demo(&self) -> bool {
        self.demo
    }

    /// Everybody, by id.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// A person.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.get(id)
    }

    /// What to call a person on a page.
    #[must_use]
    pub fn person_name(&self, id: &PersonId) -> String {
        self.people.get(id).map_or_else(|| id.to_string(), |p| p.name.text().to_owned())
    }

    /// The person with this e-mail address, in any case.
    #[must_use]
    pub fn person_by_email(&self, email: &str) -> Option<&Person> {
        self.people.get(self.person_by_email.get(&email.to_lowercase())?)
    }

    /// All accounts, by id.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// An account.
    #[must_use]
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// The account of an issuer and subject. Only our own user names are known in any case.
    #[must_use]
    pub fn account_by_subject(&self, issuer: &str, subject: &str) -> Option<&Account> {
        self.accounts.get(self.account_by_subject.get(&subject_key(issuer, subject))?)
    }

    /// All groups, by id.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// A group.
    #[must_use]
    pub fn group(&self, id: &GroupId) -> Option<&Group> {
        self.groups.get(id)
    }

    /// Freezes that people declared, also those that are over.
    pub fn declared_freezes(&self) -> impl Iterator<Item = &Freeze> {
        self.freezes.values()
    }

    /// All domains and their titles.
    pub fn domains(&self) -> impl Iterator<Item = (&DomainName, &str)> {
        self.domains.iter().map(|(name, title)| (name, title.as_str()))
    }

    /// All services, by name.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// A service.
    #[must_use]
    pub fn service(&self, name: &ServiceName) -> Option<&Service> {
        self.services.get(name)
    }

    /// Whether a service depends on another, over any number of services between them.
    #[must_use]
    pub fn depends(&self, dependent: &ServiceName, on: &ServiceName) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![dependent];
        while let Some(service) = next.pop().and_then(|name| self.service(name)) {
            for needed in &service.depends_on {
                if needed == on {
                    return true;
                }
                if seen.insert(needed) {
                    next.push(needed);
                }
            }
        }
        false
    }

    /// All machine identities, by id.
    pub fn service_accounts(&self) -> impl Iterator<Item = &ServiceAccount> {
        self.service_accounts.values()
    }

    /// A machine identity.
    #[must_use]
    pub fn service_account(&self, id: &ServiceAccountId) -> Option<&ServiceAccount> {
        self.service_accounts.get(id)
    }

    /// All tokens with their owners.
    pub fn tokens(&self) -> impl Iterator<Item = &(TokenOwner, Token)> {
        self.tokens.values()
    }

    /// A token.
    #[must_use]
    pub fn token(&self, id: &TokenId) -> Option<&(TokenOwner, Token)> {
        self.tokens.get(id)
    }

    /// The token with this SHA-256 (hex).
    #[must_use]
    pub fn token_by_hash(&self, hash: &str) -> Option<&(TokenOwner, Token)> {
        self.tokens.get(self.token_by_hash.get(hash)?)
    }

    /// What a person's directory says of them, also after it removed them.
    #[must_use]
    pub fn provisioned_person(&self, id: &PersonId) -> Option<&ProvisionedPerson> {
        self.provisioned_people.get(id)
    }

    /// The people that a directory keeps, by id.
    pub fn provisioned_people<'a>(
        &'a self,
        by: &'a ServiceAccountId,
    ) -> impl Iterator<Item = &'a ProvisionedPerson> {
        self.provisioned_people.values().filter(move |p| p.by == *by && !p.removed)
    }

    /// Whom a directory calls so, in any case.
    #[must_use]
    pub fn provisioned_by_user_name(
        &self,
        by: &ServiceAccountId,
        user_name: &str,
    ) -> Option<&ProvisionedPerson> {
        let key = (by.clone(), user_name.to_lowercase());
        self.provisioned_people.get(self.provisioned_by_name.get(&key)?)
    }

    /// Whom a directory has or had this external id for, exactly. Nobody has an empty one (B05).
    #[must_use]
    pub fn provisioned_by_external_id(
        &self,
        by: &ServiceAccountId,
        external_id: &str,
    ) -> Option<&ProvisionedPerson> {
        let key = (by.clone(), external_id.to_owned());
        let person = self.provisioned_by_external_id.get(&key).filter(|_| !external_id.is_empty());
        self.provisioned_people.get(person?)
    }

    /// What a group's directory says of it.
    #[must_use]
    pub fn provisioned_group(&self, id: &GroupId) -> Option<&ProvisionedGroup> {
        self.provisioned_groups.get(id)
    }

    /// The groups that a directory keeps, by id.
    pub fn provisioned_groups<'a>(
        &'a self,
        by: &'a ServiceAccountId,
    ) -> impl Iterator<Item = &'a ProvisionedGroup> {
        self.provisioned_groups.values().filter(move |g| g.by == *by && !g.removed)
    }

    /// Whether a person is here. Somebody unknown is not (I7).
    #[must_use]
    pub fn is_active(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|p| p.status == Status::Active)
    }

    /// Whether an account can be used: it, and the person behind it, are active.
    #[must_use]
    pub fn is_usable(&self, account: &AccountId) -> bool {
        self.accounts
            .get(account)
            .is_some_and(|a| a.status == Status::Active && self.is_active(&a.person))
    }
}

/// What an account is found by. A provider's subject is exact (B04): two that differ in case are two
/// people.
fn subject_key(issuer: &str, subject: &str) -> (String, String) {
    let local = issuer == super::LOCAL_ISSUER;
    let subject = if local { subject.to_lowercase() } else { subject.to_owned() };
    (issuer.to_owned(), subject)
}
