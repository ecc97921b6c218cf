//! Who works here: people of seven regions with their roles, and machines.

use anyhow::Result;
use app::App;
use app::ports::Ports;
use app::principal::Principal;
use domain::actor::Actor;
use domain::ids::{AccountId, PersonId, ServiceAccountId};
use domain::organisation::{
    Account, Criticality, Group, Member, OrganisationEvent, Person, RoleBinding, Service,
    ServiceAccount, Status,
};
use domain::private::Private;
use jiff::Timestamp;

use crate::rules::{Strictness, files};

/// The regions, by the zone people work in.
pub const ZONES: [&str; 7] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    // Its clock goes half an hour forward in summer.
    "Australia/Lord_Howe",
    // Three quarters of an hour off, and first into every day.
    "Pacific/Chatham",
];
/// Services and the domain each belongs to.
pub const SERVICES: [(&str, &str); 5] = [
    ("checkout", "shop"),
    ("basket", "shop"),
    ("billing", "finance"),
    ("payroll", "finance"),
    ("search", "shop"),
];
/// Environments changes are for; policy does not know the last one.
pub const ENVIRONMENTS: [&str; 4] = ["dev", "staging", "production", "lab"];
/// People of each region.
const PER_REGION: usize = 9;

/// Somebody.
#[derive(Debug, Clone)]
pub struct Someone {
    /// A number that stands for them.
    pub name: String,
    /// Who they are to the use cases.
    pub principal: Principal,
    /// Their person.
    pub person: PersonId,
    /// Their account.
    pub account: AccountId,
    /// Where they work.
    pub zone: &'static str,
}

impl Someone {
    /// Whether it is a usual hour to work where they are.
    #[must_use]
    pub fn is_at_work(&self, now: Timestamp) -> bool {
        let hour = jiff::tz::TimeZone::get(self.zone).map(|zone| now.to_zoned(zone).hour());
        hour.is_ok_and(|hour| (8..18).contains(&hour))
    }

    /// Their e-mail address.
    #[must_use]
    pub fn email(&self) -> String {
        format!("{}@example.com", self.name)
    }
}

/// Everybody.
#[derive(Debug, Clone)]
pub struct Cast {
    /// All people, region by region.
    pub people: Vec<Someone>,
    /// Somebody who administers and is never taken away.
    pub admin: Someone,
    /// Two who write policy and ask for nothing.
    pub authors: [Someone; 2],
    /// Machines that ask for changes and ask the gate.
    pub machines: Vec<Principal>,
    /// The group that approves for security.
    pub security: domain::ids::GroupId,
}

impl Cast {
    /// The person with this id.
    #[must_use]
    pub fn by_person(&self, person: &str) -> Option<&Someone> {
        let rest = self.authors.iter().chain([&self.admin]);
        self.people.iter().chain(rest).find(|someone| someone.person.as_str() == person)
    }

    /// Founds the organisation: everybody, their roles, services, and the usual policy.
    ///
    /// # Errors
    /// The store does not take it.
    pub async fn found(app: &App) -> Result<Self> {
        let mut founding = Founding { ports: app.ports(), events: Vec::new() };
        let cast = founding.everybody()?;
        app.import_organisation(founding.events).await?;
        app.begin_policy(files(Strictness::Usual)).await?;
        Ok(cast)
    }
}

/// The place of policy's calendars where people of a zone work.
fn place(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).to_lowercase().replace('_', "-")
}

struct Founding<'a> {
    ports: &'a Ports,
    events: Vec<OrganisationEvent>,
}

impl Founding<'_> {
    fn everybody(&mut self) -> Result<Cast> {
        let name = "Simulated".to_owned();
        self.events.push(OrganisationEvent::OrganisationNamed { name, demo: false });
        for domain in ["shop", "finance"] {
            let (name, title) = (domain.parse()?, domain.to_owned());
            self.events.push(OrganisationEvent::DomainPut { name, title });
        }
        for (service, domain) in SERVICES {
            self.service(service, domain)?;
        }
        let admin = self.person("admin", ZONES[0]);
        self.bind("admin", "organisation", Member::Person(admin.person.clone()))?;
        let authors = [self.person("author-1", ZONES[0]), self.person("author-2", ZONES[1])];
        for author in &authors {
            self.bind("policy-author", "organisation", Member::Person(author.person.clone()))?;
        }
        let mut people = Vec::new();
        for zone in ZONES {
            for n in 0..PER_REGION {
                people.push(self.person(&format!("{}-{n}", place(zone)), zone));
            }
        }
        let security = self.roles(&people)?;
        let machines = (0..3)
            .map(|n| self.machine(&format!("pipeline-{n}"), &people, n))
            .collect::<Result<_>>()?;
        Ok(Cast { people, admin, authors, machines, security })
    }

    /// In each region: four who ask, owners of services and domains, security, release managers.
    fn roles(&mut self, people: &[Someone]) -> Result<domain::ids::GroupId> {
        let mut members = std::collections::BTreeSet::new();
        for (n, someone) in people.iter().enumerate() {
            let member = || Member::Person(someone.person.clone());
            let (service, domain) = SERVICES[n % SERVICES.len()];
            match n % PER_REGION {
                0..=2 => self.bind("requester", "organisation", member())?,
                3 => {
                    self.bind("requester", "organisation", member())?;
                    self.bind("service-owner", &format!("service:{service}"), member())?;
                }
                4 => {
                    self.bind("service-owner", &format!("service:{service}"), member())?;
                    self.bind("operations", &format!("domain:{domain}"), member())?;
                }
                5 => self.bind("service-owner", &format!("domain:{domain}"), member())?,
                6 => {
                    self.bind("operations", "organisation", member())?;
                    members.insert(someone.person.clone());
                }
                7 => {
                    self.bind("release-manager", "domain:shop", member())?;
                    self.bind("release-manager", "domain:finance", member())?;
                }
                _ => {
                    self.bind("release-manager", &format!("domain:{domain}"), member())?;
                    self.bind("security", "organisation", member())?;
                }
            }
        }
        let id = domain::ids::GroupId::new(self.ports.now(), self.ports.random());
        let group = Group { id: id.clone(), name: "Security".to_owned(), members };
        self.events.push(OrganisationEvent::GroupPut(group));
        self.bind("security", "organisation", Member::Group(id.clone()))?;
        Ok(id)
    }

    fn service(&mut self, name: &str, domain: &str) -> Result<()> {
        self.events.push(OrganisationEvent::ServicePut(Service {
            name: name.parse()?,
            title: name.to_owned(),
            domain: Some(domain.parse()?),
            criticality: Criticality::High,
            labels: std::collections::BTreeMap::default(),
            depends_on: [].into(),
            status: Status::Active,
        }));
        Ok(())
    }

    fn person(&mut self, name: &str, zone: &'static str) -> Someone {
        let now = self.ports.now();
        let person = PersonId::new(now, self.ports.random());
        let account = AccountId::new(now, self.ports.random());
        self.events.push(OrganisationEvent::PersonPut(Person {
            id: person.clone(),
            name: Private::new(name.to_owned()),
            emails: vec![Private::new(format!("{name}@example.com"))],
            time_zone: zone.to_owned(),
            place: place(zone).parse().ok(),
            status: Status::Active,
        }));
        self.events.push(OrganisationEvent::AccountAdded(Account {
            id: account.clone(),
            person: person.clone(),
            issuer: "local".to_owned(),
            subject: name.to_owned(),
            password: None,
            status: Status::Active,
        }));
        let principal = Principal::person(person.clone(), account.clone());
        Someone { name: name.to_owned(), principal, person, account, zone }
    }

    fn bind(&mut self, role: &str, scope: &str, member: Member) -> Result<()> {
        let binding = RoleBinding { role: role.parse()?, scope: scope.parse()?, member };
        self.events.push(OrganisationEvent::RoleBound(binding));
        Ok(())
    }

    fn machine(&mut self, name: &str, people: &[Someone], owner: usize) -> Result<Principal> {
        let id = ServiceAccountId::new(self.ports.now(), self.ports.random());
        let owner = people.get(owner).map(|p| p.person.clone());
        self.events.push(OrganisationEvent::ServiceAccountPut(ServiceAccount {
            id: id.clone(),
            name: name.to_owned(),
            purpose: "builds and deploys".to_owned(),
            owner: owner.ok_or_else(|| anyhow::anyhow!("nobody answers for {name}"))?,
            status: Status::Active,
        }));
        let actor = Actor::ServiceAccount { service_account: id };
        Ok(Principal { actor, token: None, authentication: None, credential: None })
    }
}
