//! From domain to wire, and from wire to domain, in one place. People are called by their names
//! here and nowhere else.

pub mod absences;
pub mod acceptances;
pub mod alignments;
mod asking;
mod assessment;
pub mod automation;
pub mod automation_audit;
pub mod briefing;
pub mod bulk;
mod calendar;
pub mod change;
pub mod change_set;
pub(crate) mod deviations;
pub mod directory;
pub mod drill;
mod explanation;
pub mod feasibility;
pub mod findings;
pub mod freezes;
pub mod gate;
pub mod ledger;
mod material;
pub mod notifications;
pub mod overrides;
pub mod policy;
pub mod policy_windows;
pub mod replay;
pub mod request;
pub mod risk_history;
pub(crate) mod schedule;
pub mod sealed;
pub mod shadow;
pub mod signing;
pub mod summary;
pub mod text;
mod vote;

use api_types::people::{PersonRef, Principal, PrincipalType};
use app::change::{Duplicates, Troubles};
use domain::actor::Actor;
use domain::ids::{ChangeId, PersonId, ServiceAccountId};
use domain::organisation::Directory;

/// Names of people and machines, from the directory.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    directory: &'a Directory,
    plans: Option<&'a Troubles>,
    duplicates: Option<&'a Duplicates>,
}

impl<'a> Names<'a> {
    /// Names from this directory.
    #[must_use]
    pub const fn new(directory: &'a Directory) -> Self {
        Self { directory, plans: None, duplicates: None }
    }

    /// The same, with why plans can't be met.
    #[must_use]
    pub const fn with_plans(self, plans: &'a Troubles) -> Self {
        Self { plans: Some(plans), ..self }
    }

    /// The same, with which changes ask for the same.
    #[must_use]
    pub const fn with_duplicates(self, duplicates: &'a Duplicates) -> Self {
        Self { duplicates: Some(duplicates), ..self }
    }

    fn duplicates(&self, change: &ChangeId) -> Vec<String> {
        let others = self.duplicates.and_then(|all| all.get(change)).into_iter().flatten();
        others.map(ToString::to_string).collect()
    }

    fn plan_problem(&self, change: &ChangeId) -> Option<String> {
        self.plans?.get(change).cloned()
    }

    /// Where the names are from.
    #[must_use]
    pub const fn directory(&self) -> &'a Directory {
        self.directory
    }

    /// A person by id and name.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> PersonRef {
        PersonRef { id: id.to_string(), name: self.directory.person_name(id) }
    }

    /// Who did something.
    #[must_use]
    pub fn principal(&self, actor: &Actor) -> Principal {
        match actor {
            Actor::Person { person, account } => Principal {
                kind: PrincipalType::Person,
                id: person.to_string(),
                name: self.directory.person_name(person),
                account: Some(account.to_string()),
            },
            Actor::ServiceAccount { service_account } => self.machine(service_account),
            Actor::System => Principal {
                kind: PrincipalType::System,
                id: "system".to_owned(),
                name: "Countersign".to_owned(),
                account: None,
            },
        }
    }

    fn machine(&self, id: &ServiceAccountId) -> Principal {
        let name = self.directory.service_account(id).map(|a| a.name.clone());
        Principal {
            kind: PrincipalType::ServiceAccount,
            id: id.to_string(),
            name: name.unwrap_or_else(|| id.to_string()),
            account: None,
        }
    }

    /// Who did something, by the id that lists keep.
    #[must_use]
    pub fn principal_by_id(&self, id: &str) -> Principal {
        if let Ok(machine) = id.parse() {
            return self.machine(&machine);
        }
        let name = id.parse().map_or_else(|_| id.to_owned(), |p| self.directory.person_name(&p));
        let kind = if id == "system" { PrincipalType::System } else { PrincipalType::Person };
        Principal { kind, id: id.to_owned(), name, account: None }
    }
}
