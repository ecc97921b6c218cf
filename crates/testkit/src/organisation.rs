//! The organisation of the tests: named people, two domains, a pipeline, and a small policy.
//!
//! | who | holds |
//! |---|---|
//! | `requester` | requester |
//! | `owner` | requester, risk-owner, service-owner of domain `shop` |
//! | `approver` | service-owner of service `checkout` |
//! | `security` | security, risk-owner |
//! | `auditor`, `admin`, `policy_author`, `second_author` | the access role of that name |
//! | `outsider` | nothing |
//!
//! `dev` needs nobody, `staging` one service owner, `production` a service owner and security.

use std::collections::BTreeSet;

use app::ports::Ports;
use app::principal::Principal;
use domain::event::PolicyFile;
use domain::ids::{AccountId, PersonId, ServiceAccountId};
use domain::organisation::{
    Account, Criticality, Member, OrganisationEvent, Person, RoleBinding, Service, ServiceAccount,
    Status, Token, TokenOwner, Verb,
};
use domain::private::{Private, Secret};
use jiff::SignedDuration;

/// An SSH key that nobody has the private half of any more.
pub const SSH_KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFbNXZ056vcyI9orL635rFFrtKZAq/yxaVf4IyM890Kg";

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery staple";

/// A person or machine that calls the server.
#[derive(Debug, Clone)]
pub struct Actor {
    /// User name of a person, name of a machine.
    pub name: String,
    /// Text of their token.
    pub token: String,
    /// Who they are to the use cases.
    pub principal: Principal,
}

impl Actor {
    /// The person.
    ///
    /// # Panics
    /// It is a machine.
    #[must_use]
    #[expect(clippy::expect_used, reason = "a test that asks a machine for its person must stop")]
    pub fn person(&self) -> &PersonId {
        self.principal.actor.person().expect("a person")
    }
}

/// Everybody there is.
#[derive(Debug, Clone)]
pub struct Actors {
    /// Asks for changes.
    pub requester: Actor,
    /// Owns the services of the domain `shop`, and may ask for changes.
    pub owner: Actor,
    /// Owns the service `checkout`.
    pub approver: Actor,
    /// Approves for security.
    pub security: Actor,
    /// Reads everything.
    pub auditor: Actor,
    /// Changes the organisation.
    pub admin: Actor,
    /// Proposes policy.
    pub policy_author: Actor,
    /// Decides on others' policy.
    pub second_author: Actor,
    /// Holds no role.
    pub outsider: Actor,
    /// A pipeline that may do everything a machine may, for `checkout` only.
    pub pipeline: Actor,
    /// A machine that may ask the gate and nothing else.
    pub gate_only: Actor,
    /// A machine that may read and nothing else.
    pub reader: Actor,
}

/// Makes the events and the actors they are about.
pub(crate) struct Founding<'a> {
    ports: &'a Ports,
    password: Secret,
    pub(crate) events: Vec<OrganisationEvent>,
}

#[expect(clippy::expect_used, reason = "names written in this file are valid or the tests stop")]
impl<'a> Founding<'a> {
    pub(crate) fn new(ports: &'a Ports, password: Secret) -> Self {
        let named =
            OrganisationEvent::OrganisationNamed { name: "Testing".to_owned(), demo: false };
        Self { ports, password, events: vec![named] }
    }

    pub(crate) fn everybody(&mut self) -> Actors {
        for (name, title) in [("shop", "Shop"), ("finance", "Finance")] {
            let name = name.parse().expect("a domain");
            self.events.push(OrganisationEvent::DomainPut { name, title: title.to_owned() });
        }
        self.service("checkout", "shop", Criticality::High);
        self.service("basket", "shop", Criticality::Medium);
        self.service("billing", "finance", Criticality::Critical);
        let admin = self.person("admin", &[("admin", "organisation")]);
        let owner = admin.person().clone();
        Actors {
            requester: self.person("requester", &[("requester", "organisation")]),
            owner: self.person(
                "owner",
                &[
                    ("requester", "organisation"),
                    ("service-owner", "domain:shop"),
                    ("risk-owner", "organisation"),
                ],
            ),
            approver: self.person("approver", &[("service-owner", "service:checkout")]),
            security: self.person(
                "security",
                &[("security", "organisation"), ("risk-owner", "organisation")],
            ),
            auditor: self.person("auditor", &[("auditor", "organisation")]),
            policy_author: self.person("policy-author", &[("policy-author", "organisation")]),
            second_author: self.person("second-author", &[("policy-author", "organisation")]),
            outsider: self.person("outsider", &[]),
            pipeline: self.machine(
                "pipeline",
                &owner,
                &[Verb::Read, Verb::Request, Verb::Gate],
                Some("checkout"),
            ),
            gate_only: self.machine("gate-only", &owner, &[Verb::Gate], None),
            reader: self.machine("reader", &owner, &[Verb::Read], None),
            admin,
        }
    }

    fn service(&mut self, name: &str, domain: &str, criticality: Criticality) {
        self.events.push(OrganisationEvent::ServicePut(Service {
            name: name.parse().expect("a service"),
            title: name.to_owned(),
            domain: Some(domain.parse().expect("a domain")),
            criticality,
            labels: std::collections::BTreeMap::default(),
            depends_on: [].into(),
            status: Status::Active,
        }));
    }

    /// A person with an account, a password, roles and a token that acts for them.
    pub(crate) fn person(&mut self, name: &str, roles: &[(&str, &str)]) -> Actor {
        let now = self.ports.now();
        let person = PersonId::new(now, self.ports.random());
        let account = AccountId::new(now, self.ports.random());
        self.events.push(OrganisationEvent::PersonPut(Person {
            id: person.clone(),
            name: Private::new(format!("Test {name}")),
            emails: vec![Private::new(format!("{name}@example.com"))],
            time_zone: "UTC".to_owned(),
            place: None,
            status: Status::Active,
        }));
        self.events.push(OrganisationEvent::AccountAdded(Account {
            id: account.clone(),
            person: person.clone(),
            issuer: "local".to_owned(),
            subject: name.to_owned(),
            password: Some(self.password.clone()),
            status: Status::Active,
        }));
        for (role, scope) in roles {
            self.events.push(OrganisationEvent::RoleBound(RoleBinding {
                role: role.parse().expect("a role"),
                scope: scope.parse().expect("a scope"),
                member: Member::Person(person.clone()),
            }));
        }
        let text = self.token(TokenOwner::Account(account.clone()), &[Verb::Act], None);
        let principal = Principal::person(person, account);
        Actor { name: name.to_owned(), token: text, principal }
    }

    fn machine(
        &mut self,
        name: &str,
        owner: &PersonId,
        verbs: &[Verb],
        service: Option<&str>,
    ) -> Actor {
        let id = ServiceAccountId::new(self.ports.now(), self.ports.random());
        self.events.push(OrganisationEvent::ServiceAccountPut(ServiceAccount {
            id: id.clone(),
            name: name.to_owned(),
            purpose: "tests".to_owned(),
            owner: owner.clone(),
            status: Status::Active,
        }));
        let text = self.token(TokenOwner::ServiceAccount(id.clone()), verbs, service);
        let actor = domain::actor::Actor::ServiceAccount { service_account: id };
        let principal = Principal { actor, token: None, authentication: None, credential: None };
        Actor { name: name.to_owned(), token: text, principal }
    }

    fn token(&mut self, owner: TokenOwner, verbs: &[Verb], service: Option<&str>) -> String {
        let now = self.ports.now();
        let text = format!("cst_{}", self.ports.random_hex::<32>());
        let year = SignedDuration::from_hours(24 * 365);
        let token = Token {
            id: domain::ids::TokenId::new(now, self.ports.random()),
            label: "test".to_owned(),
            hash: app::text::sha256_hex(&text),
            verbs: verbs.iter().copied().collect(),
            services: service.map(|s| BTreeSet::from([s.parse().expect("a service")])),
            environments: None,
            expires_at: now.checked_add(year).expect("a year from now"),
            revoked: false,
            feed: None,
        };
        self.events.push(OrganisationEvent::TokenIssued { owner, token });
        text
    }
}

/// The policy of the tests.
#[must_use]
pub fn policy() -> Vec<PolicyFile> {
    let file = |path: &str, text: &str| PolicyFile { path: path.to_owned(), text: text.to_owned() };
    vec![
        file("bundle.yaml", include_str!("policy/bundle.yaml")),
        file("environments.yaml", include_str!("policy/environments.yaml")),
        file("risk.yaml", include_str!("policy/risk.yaml")),
        file("roles.yaml", include_str!("policy/roles.yaml")),
        file("rules/all.yaml", include_str!("policy/rules.yaml")),
        file("freezes.yaml", include_str!("policy/freezes.yaml")),
        file("override.yaml", include_str!("policy/override.yaml")),
        file("automation.yaml", include_str!("policy/automation.yaml")),
    ]
}
