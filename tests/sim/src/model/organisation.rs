//! People, accounts, groups and roles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::away::{Absence, Delegation, Delegations};
use super::freeze::Freeze;
use super::rota::Rota;
use super::{Entry, text, time};

/// What has been over for longer is not asked about any more, also when a clock is set back.
const DAY: i64 = 24 * 3_600_000;

/// A role held somewhere by somebody, or by everybody of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    /// A person.
    pub person: Option<String>,
    /// Or a group.
    pub group: Option<String>,
}

/// People and what they hold.
#[derive(Debug, Default)]
pub struct Organisation {
    /// Whether each person is here.
    pub people: BTreeMap<String, bool>,
    /// The person behind each address and user name.
    pub identities: BTreeMap<String, String>,
    /// The person behind each account, and whether it is enabled.
    pub accounts: BTreeMap<String, (String, bool)>,
    /// Members of each group.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// Who holds what.
    pub bindings: BTreeSet<Binding>,
    /// The domain of each service.
    pub services: BTreeMap<String, String>,
    /// Who answers for each machine.
    pub machines: BTreeMap<String, String>,
    /// The time zone of each person.
    pub zones: BTreeMap<String, String>,
    /// When people are away, by id of the absence.
    pub absences: BTreeMap<String, Absence>,
    /// Who answers for whom.
    pub delegations: Delegations,
    /// Who is on call, by id of the rota.
    pub rotas: BTreeMap<String, Rota>,
    /// Freezes by id.
    pub freezes: BTreeMap<String, Freeze>,
    /// Overrides nobody reviewed: who opened them, and by when somebody has to.
    pub unreviewed: BTreeMap<String, (String, i64)>,
    /// Entries about the organisation.
    pub entries: usize,
}

impl Organisation {
    /// Folds one entry in.
    pub fn apply(&mut self, entry: &Entry) {
        let data = &entry.data;
        let here = |pointer: &str| text(data, pointer) == "active";
        self.entries += 1;
        self.apply_deviation(entry);
        match entry.kind.as_str() {
            "person_put" => {
                let id = text(data, "/id").to_owned();
                for email in data.get("emails").and_then(Value::as_array).into_iter().flatten() {
                    self.identities.insert(text(email, "").to_lowercase(), id.clone());
                }
                self.zones.insert(id.clone(), text(data, "/time_zone").to_owned());
                self.people.insert(id, here("/status"));
            }
            "person_status_set" => {
                self.people.insert(text(data, "/person").to_owned(), here("/status"));
            }
            "account_added" => {
                let person = text(data, "/person").to_owned();
                self.identities.insert(text(data, "/subject").to_owned(), person.clone());
                self.accounts.insert(text(data, "/id").to_owned(), (person, here("/status")));
            }
            "account_status_set" => {
                let status = here("/status");
                if let Some(account) = self.accounts.get_mut(text(data, "/account")) {
                    account.1 = status;
                }
            }
            "group_put" => {
                let members = data.get("members").and_then(Value::as_array).into_iter().flatten();
                let members = members.filter_map(Value::as_str).map(str::to_owned).collect();
                self.groups.insert(text(data, "/id").to_owned(), members);
            }
            "group_removed" => {
                self.groups.remove(text(data, "/group"));
            }
            "role_bound" => {
                self.bindings.insert(binding(data));
            }
            "role_unbound" => {
                self.bindings.remove(&binding(data));
            }
            "service_put" => {
                let (name, domain) = (text(data, "/name"), text(data, "/domain"));
                self.services.insert(name.to_owned(), domain.to_owned());
            }
            "service_account_put" => {
                let (id, owner) = (text(data, "/id"), text(data, "/owner"));
                self.machines.insert(id.to_owned(), owner.to_owned());
            }
            _ => {}
        }
    }

    /// Who is away, who answers for whom, what is frozen, and who owes a review.
    fn apply_deviation(&mut self, entry: &Entry) {
        let data = &entry.data;
        match entry.kind.as_str() {
            "absence_entered" => {
                let absence = Absence::of(data);
                self.absences.retain(|_, known| entry.at < known.until + DAY);
                self.absences.insert(absence.id.clone(), absence);
            }
            "absence_cancelled" => {
                self.absences.remove(text(data, "/absence"));
            }
            "rota_put" => {
                self.rotas.insert(text(data, "/id").to_owned(), Rota::of(data));
            }
            "rota_removed" => {
                self.rotas.remove(text(data, "/rota"));
            }
            "delegation_made" => self.delegations.make(Delegation::of(data)),
            "delegation_ended" => {
                let found = self.delegations.by_id.get_mut(text(data, "/delegation"));
                if let Some(found) = found {
                    found.ended = Some(time(data, "/at"));
                }
            }
            "freeze_declared" => {
                let freeze = Freeze::of(data);
                self.freezes.retain(|_, known| entry.at < known.until + DAY);
                self.freezes.insert(freeze.id.clone(), freeze);
            }
            "freeze_ended" => {
                if let Some(found) = self.freezes.get_mut(text(data, "/freeze")) {
                    found.until = time(data, "/at");
                }
            }
            "override_registered" => {
                let owed = (text(data, "/by").to_owned(), time(data, "/review_due_at"));
                self.unreviewed.insert(text(data, "/id").to_owned(), owed);
            }
            "override_settled" => {
                self.unreviewed.remove(text(data, "/override"));
            }
            _ => {}
        }
    }

    /// Whether somebody is away.
    #[must_use]
    pub fn is_away(&self, person: &str, at: i64) -> bool {
        self.absences.values().any(|a| a.person == person && a.from <= at && at < a.until)
    }

    /// Whether the review of an override of theirs is overdue.
    #[must_use]
    pub fn owes_review(&self, person: &str, at: i64) -> bool {
        self.unreviewed.values().any(|(by, due)| by == person && *due <= at)
    }

    /// Whether a scope is about a service.
    #[must_use]
    pub fn covers(&self, scope: &str, service: &str) -> bool {
        match scope.split_once(':') {
            None => scope == "organisation",
            Some(("domain", name)) => self.services.get(service).is_some_and(|d| d == name),
            Some((_, name)) => name == service,
        }
    }

    /// Whether a rota names somebody on call in a role for a service: who is not there is skipped.
    #[must_use]
    pub fn is_on_call(&self, person: &str, role: &str, service: &str, at: i64) -> bool {
        let reach = |rota: &&Rota| rota.role == role && self.covers(&rota.scope, service);
        let is_there = |p: &&str| self.is_here(p) && !self.is_away(p, at);
        let mut order = self.rotas.values().filter(reach).filter_map(|rota| rota.on_call(at));
        order.any(|mut people| people.find(is_there) == Some(person))
    }

    /// Whether a delegation carries a role to a service now: its delegate is here, and its delegator
    /// holds the role near enough.
    #[must_use]
    pub fn carries(&self, given: &Delegation, role: &str, reach: &str, service: &str) -> bool {
        given.role == role
            && self.is_here(&given.to_person)
            && self.covers(&given.scope, service)
            && self.holds(&given.from_person, role, reach, service)
    }

    /// The roles a person holds, each with where.
    #[must_use]
    pub fn bindings_of(&self, person: &str) -> Vec<(String, String)> {
        let theirs = self.bindings.iter().filter(|b| self.is_theirs(b, person));
        theirs.map(|b| (b.role.clone(), b.scope.clone())).collect()
    }

    fn is_theirs(&self, binding: &Binding, person: &str) -> bool {
        let group = binding.group.as_ref().and_then(|group| self.groups.get(group));
        binding.person.as_deref() == Some(person) || group.is_some_and(|g| g.contains(person))
    }

    /// Whether a person is here.
    #[must_use]
    pub fn is_here(&self, person: &str) -> bool {
        self.people.get(person).copied().unwrap_or(false)
    }

    /// Whether an account and the person behind it can act.
    #[must_use]
    pub fn is_usable(&self, account: &str) -> bool {
        let found = self.accounts.get(account);
        found.is_some_and(|(person, enabled)| *enabled && self.is_here(person))
    }

    /// Whether a person who is here holds a role near enough to a service.
    #[must_use]
    pub fn holds(&self, person: &str, role: &str, reach: &str, service: &str) -> bool {
        let domain = self.services.get(service).cloned().unwrap_or_default();
        let near = |scope: &str| match scope.split_once(':') {
            None => matches!(reach, "covering" | "organisation"),
            Some(("domain", name)) => name == domain && matches!(reach, "covering" | "domain"),
            Some((_, name)) => name == service && reach != "organisation",
        };
        let theirs = |b: &&Binding| b.role == role && near(&b.scope) && self.is_theirs(b, person);
        self.is_here(person) && self.bindings.iter().any(|b| theirs(&b))
    }
}

fn binding(data: &Value) -> Binding {
    let some = |pointer: &str| {
        let found = text(data, pointer);
        (!found.is_empty()).then(|| found.to_owned())
    };
    Binding {
        role: text(data, "/role").to_owned(),
        scope: text(data, "/scope").to_owned(),
        person: some("/member/person"),
        group: some("/member/group"),
    }
}
