//! The first admin: made once, by whoever has the link that the first start printed.

use domain::actor::Actor;
use domain::ids::{AccountId, PersonId};
use domain::organisation::{
    Account, Member, OrganisationEvent, Person, RoleBinding, Status, access,
};
use domain::private::Private;
use domain::refusal::Refusal;
use domain::requirement::Scope;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError};

/// Who the first admin is to be.
#[derive(Debug, Clone)]
pub struct NewAdmin {
    /// What the organisation is called.
    pub organisation: String,
    /// What they are called.
    pub name: String,
    /// What they sign in with.
    pub user_name: String,
    /// Their password.
    pub password: String,
}

impl App {
    /// Whether nobody is in the organisation yet.
    #[must_use]
    pub fn needs_setup(&self) -> bool {
        self.live().directory.people().next().is_none()
    }

    /// Makes the first admin. The caller has checked the one-time link.
    ///
    /// # Errors
    /// Somebody is there already, or a field can't be accepted.
    pub async fn set_up(&self, new: NewAdmin) -> Result<PersonId, AppError> {
        for (field, text) in [
            ("organisation", &new.organisation),
            ("name", &new.name),
            ("user_name", &new.user_name),
        ] {
            if text.trim().is_empty() || text.len() > 200 {
                return Err(Refusal::field(field, "give 1 to 200 bytes").into());
            }
        }
        let password = self.hash_password(&new.password).await?;
        let person = PersonId::new(self.ports.now(), self.ports.random());
        let account = AccountId::new(self.ports.now(), self.ports.random());
        self.organisation_action(&Actor::System, |live, _| {
            if live.directory.people().next().is_some() {
                return Err(Refusal::Exists { entity: "admin", id: "the first".to_owned() }.into());
            }
            let mut events = vec![
                OrganisationEvent::OrganisationNamed {
                    name: new.organisation.clone(),
                    demo: false,
                },
                OrganisationEvent::PersonPut(Person {
                    id: person.clone(),
                    name: Private::new(new.name.clone()),
                    emails: Vec::new(),
                    time_zone: "UTC".to_owned(),
                    place: None,
                    status: Status::Active,
                }),
                OrganisationEvent::AccountAdded(Account {
                    id: account.clone(),
                    person: person.clone(),
                    issuer: "local".to_owned(),
                    subject: new.user_name.clone(),
                    password: Some(password.clone()),
                    status: Status::Active,
                }),
            ];
            for role in [access::ADMIN, access::POLICY_AUTHOR, access::REQUESTER] {
                events.push(OrganisationEvent::RoleBound(RoleBinding {
                    role: role.parse().map_err(AppError::damaged)?,
                    scope: Scope::Organisation,
                    member: Member::Person(person.clone()),
                }));
            }
            let events = events.into_iter().map(|e| (Stream::organisation(), e.into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(person)
    }
}
