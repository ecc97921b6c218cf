//! People, accounts, groups and roles.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Entry, text};

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
}

impl Organisation {
    /// Folds one entry in.
    pub fn apply(&mut self, entry: &Entry) {
        let data = &entry.data;
        let here = |pointer: &str| text(data, pointer) == "active";
        match entry.kind.as_str() {
            "person_put" => {
                let id = text(data, "/id").to_owned();
                for email in data.get("emails").and_then(Value::as_array).into_iter().flatten() {
                    self.identities.insert(text(email, "").to_lowercase(), id.clone());
                }
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
        let is_theirs = |binding: &Binding| {
            let group = binding.group.as_ref().and_then(|group| self.groups.get(group));
            binding.person.as_deref() == Some(person) || group.is_some_and(|g| g.contains(person))
        };
        self.is_here(person)
            && self.bindings.iter().any(|b| b.role == role && near(&b.scope) && is_theirs(b))
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
