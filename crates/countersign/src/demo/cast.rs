//! The people and pipelines of the demo as recorded: from tables to events, and back to principals.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow};
use app::App;
use app::access::TokenDraft;
use app::ports::Ports;
use app::principal::Principal;
use domain::ids::{AccountId, GroupId, PersonId};
use domain::organisation::{
    Account, Group, Member, OrganisationEvent, Person, RoleBinding, Service, Status, Verb, access,
};
use domain::private::{Private, Secret};
use domain::requirement::Scope;
use jiff::tz::TimeZone;

use super::organisation::{
    ACTORS, CHECKOUT_PIPELINE, DOMAINS, MAIL, NAME, PEOPLE, PIPELINE_OWNER, PersonRow, SERVICES,
};

const TOKEN_DAYS: u32 = 366;

/// Somebody of the demo.
#[derive(Clone)]
pub struct Character {
    /// Their row.
    pub row: &'static PersonRow,
    /// Who they are in the record.
    pub person: PersonId,
    /// What they act through.
    pub account: AccountId,
    /// Where they live.
    pub zone: TimeZone,
}

impl Character {
    /// Them, signed in.
    #[must_use]
    pub fn principal(&self) -> Principal {
        Principal::person(self.person.clone(), self.account.clone())
    }

    /// Their address.
    #[must_use]
    pub fn email(&self) -> String {
        email(self.row.user)
    }
}

fn email(user: &str) -> String {
    format!("{user}@{MAIL}")
}

/// A machine of the demo.
#[derive(Clone)]
pub struct Machine {
    /// Its token.
    pub token: String,
    /// It, with that token.
    pub principal: Principal,
}

/// Everybody and every machine.
pub struct Cast {
    people: Vec<Character>,
    machines: BTreeMap<String, Machine>,
}

impl Cast {
    /// New ids for everybody.
    #[must_use]
    pub fn new(ports: &Ports) -> Self {
        let character = |row: &'static PersonRow| Character {
            row,
            person: PersonId::new(ports.now(), ports.random()),
            account: AccountId::new(ports.now(), ports.random()),
            zone: TimeZone::get(row.zone).unwrap_or(TimeZone::UTC),
        };
        Self { people: PEOPLE.iter().map(character).collect(), machines: BTreeMap::new() }
    }

    /// Everybody.
    #[must_use]
    pub fn people(&self) -> &[Character] {
        &self.people
    }

    /// Somebody by user name.
    ///
    /// # Errors
    /// The tables name nobody so.
    pub fn user(&self, user: &str) -> Result<&Character> {
        let found = self.people.iter().find(|c| c.row.user == user);
        found.ok_or_else(|| anyhow!("the demo has nobody called `{user}`"))
    }

    /// Somebody by id.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Character> {
        self.people.iter().find(|c| c.person == *id)
    }

    /// The engineers of a domain.
    #[must_use]
    pub fn team(&self, domain: &str) -> Vec<&Character> {
        self.people.iter().filter(|c| c.row.team == domain).collect()
    }

    /// A machine by name.
    ///
    /// # Errors
    /// The demo has none so called.
    pub fn machine(&self, name: &str) -> Result<&Machine> {
        self.machines.get(name).with_context(|| format!("the demo has no machine `{name}`"))
    }

    /// The events that make the organisation. `passwords` are by user name.
    ///
    /// # Errors
    /// A table holds a malformed name.
    pub fn events(
        &self,
        ports: &Ports,
        passwords: &BTreeMap<&str, Secret>,
    ) -> Result<Vec<OrganisationEvent>> {
        let mut events =
            vec![OrganisationEvent::OrganisationNamed { name: NAME.to_owned(), demo: true }];
        for (name, title) in DOMAINS {
            let title = title.to_owned();
            events.push(OrganisationEvent::DomainPut { name: name.parse()?, title });
        }
        for row in &SERVICES {
            let labels = row.labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            events.push(OrganisationEvent::ServicePut(Service {
                name: row.name.parse()?,
                title: row.title.to_owned(),
                domain: Some(row.domain.parse()?),
                criticality: row.criticality,
                labels: labels.collect(),
                depends_on: [].into(),
                status: Status::Active,
            }));
        }
        for character in &self.people {
            events.extend(joined(character, passwords.get(character.row.user)));
        }
        events.extend(self.bindings(ports)?);
        Ok(events)
    }

    fn bindings(&self, ports: &Ports) -> Result<Vec<OrganisationEvent>> {
        let mut events = Vec::new();
        for (domain, title) in DOMAINS {
            let group = GroupId::new(ports.now(), ports.random());
            let members = self.team(domain).iter().map(|c| c.person.clone()).collect();
            let name = format!("{title} engineers");
            events.push(OrganisationEvent::GroupPut(Group { id: group.clone(), name, members }));
            let engineers = Member::Group(group);
            events.push(bound("peer", Scope::Domain(domain.parse()?), engineers.clone())?);
            events.push(bound(access::REQUESTER, Scope::Organisation, engineers)?);
        }
        for row in &SERVICES {
            let owner = Member::Person(self.user(row.owner)?.person.clone());
            events.push(bound("service-owner", Scope::Service(row.name.parse()?), owner.clone())?);
            events.push(bound(access::REQUESTER, Scope::Organisation, owner)?);
        }
        for character in &self.people {
            for role in character.row.roles {
                let member = Member::Person(character.person.clone());
                events.push(bound(role, Scope::Organisation, member)?);
            }
        }
        Ok(events)
    }

    /// Makes the machines: one pipeline a domain for its services, one for checkout alone, and
    /// those in `issuers` whose word policy wants to hear. Each gets a token.
    ///
    /// # Errors
    /// A use case refuses.
    pub async fn add_machines(&mut self, app: &App, issuers: &BTreeSet<String>) -> Result<()> {
        for (domain, title) in DOMAINS {
            let services = SERVICES.iter().filter(|s| s.domain == domain).map(|s| s.name);
            let purpose = format!("builds and deploys the services of {title}");
            let name = format!("{domain}-pipeline");
            self.add_machine(app, &name, &purpose, Some(services.collect())).await?;
        }
        let purpose = "builds and deploys checkout";
        self.add_machine(app, CHECKOUT_PIPELINE, purpose, Some(vec!["checkout"])).await?;
        for issuer in issuers {
            if !self.machines.contains_key(issuer) {
                self.add_machine(app, issuer, "builds, tests and deploys", None).await?;
            }
        }
        Ok(())
    }

    async fn add_machine(
        &mut self,
        app: &App,
        name: &str,
        purpose: &str,
        services: Option<Vec<&str>>,
    ) -> Result<()> {
        let admin = self.admin()?.principal();
        let owner = &self.user(PIPELINE_OWNER)?.person;
        let id = app.add_service_account(&admin, name, purpose, owner).await?;
        let services = services
            .map(|names| names.into_iter().map(str::parse).collect::<Result<_, _>>())
            .transpose()?;
        let draft = TokenDraft {
            label: "pipeline".to_owned(),
            verbs: [Verb::Read, Verb::Request, Verb::Gate].into(),
            services,
            environments: None,
            expires_in_days: TOKEN_DAYS,
        };
        let token = app.issue_service_token(&admin, &id, draft).await?.text;
        let principal = app.bearer(&token)?;
        self.machines.insert(name.to_owned(), Machine { token, principal });
        Ok(())
    }

    fn admin(&self) -> Result<&Character> {
        let found = ACTORS.iter().find(|(role, _)| *role == access::ADMIN);
        self.user(found.map_or("", |(_, user)| user))
    }
}

fn joined(character: &Character, password: Option<&Secret>) -> [OrganisationEvent; 2] {
    let person = Person {
        id: character.person.clone(),
        name: Private::from(character.row.name),
        emails: vec![Private::new(character.email())],
        time_zone: character.row.zone.to_owned(),
        place: None,
        status: Status::Active,
    };
    let account = Account {
        id: character.account.clone(),
        person: character.person.clone(),
        issuer: "local".to_owned(),
        subject: character.row.user.to_owned(),
        password: password.cloned(),
        status: Status::Active,
    };
    [OrganisationEvent::PersonPut(person), OrganisationEvent::AccountAdded(account)]
}

fn bound(role: &str, scope: Scope, member: Member) -> Result<OrganisationEvent> {
    Ok(OrganisationEvent::RoleBound(RoleBinding { role: role.parse()?, scope, member }))
}

/// A personal token with all rights of its owner.
///
/// # Errors
/// The use case refuses.
pub async fn personal_token(app: &App, character: &Character) -> Result<String> {
    let draft = TokenDraft {
        label: "demo".to_owned(),
        verbs: [Verb::Act, Verb::Read].into(),
        services: None,
        environments: None,
        expires_in_days: TOKEN_DAYS,
    };
    Ok(app.issue_personal_token(&character.principal(), draft).await?.text)
}
