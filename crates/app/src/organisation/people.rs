//! People and their accounts.

use domain::ids::{AccountId, PersonId, PlaceName};
use domain::organisation::{Account, OrganisationEvent, Person, Status};
use domain::private::Private;
use domain::refusal::Refusal;
use store::Write;

use crate::principal::Principal;
use crate::{App, AppError, Live};

/// A person to add or change.
#[derive(Debug, Clone)]
pub struct PersonDraft {
    /// What they are called.
    pub name: String,
    /// E-mail addresses that are known to be theirs.
    pub emails: Vec<String>,
    /// IANA time zone.
    pub time_zone: String,
    /// A place of policy's calendars; `None` leaves what it is.
    pub place: Option<PlaceName>,
}

impl PersonDraft {
    pub(super) fn check(
        &self,
        directory: &domain::organisation::Directory,
        own: Option<&PersonId>,
    ) -> Result<(), AppError> {
        if self.name.trim().is_empty() || self.name.len() > 200 {
            return Err(Refusal::field("name", "give a name of 1 to 200 bytes").into());
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            return Err(
                Refusal::field("time_zone", "use an IANA name such as `Europe/Berlin`").into()
            );
        }
        for email in &self.emails {
            if !email.contains('@') || email.len() > 254 {
                return Err(
                    Refusal::field("emails", &format!("`{email}` is no e-mail address")).into()
                );
            }
            let taken = directory.person_by_email(email).filter(|p| Some(&p.id) != own);
            if taken.is_some() {
                return Err(Refusal::Exists { entity: "e-mail address", id: email.clone() }.into());
            }
        }
        Ok(())
    }
}

/// Whether the live policy knows a place.
fn check_place(place: Option<&PlaceName>, live: &Live) -> Result<(), AppError> {
    let Some(place) = place else { return Ok(()) };
    let bundle = live.policy.live().ok_or(AppError::NoPolicy)?;
    if bundle.calendars().place(place).is_some() {
        return Ok(());
    }
    let known: Vec<&str> = bundle.calendars().places().map(|p| p.name.as_str()).collect();
    let message = format!("policy's calendars name no such place; they name {}", known.join(", "));
    Err(Refusal::field("place", &message).into())
}

impl App {
    /// Adds a person.
    ///
    /// # Errors
    /// They are no admin, or a field can't be accepted.
    pub async fn add_person(
        &self,
        principal: &Principal,
        draft: PersonDraft,
    ) -> Result<PersonId, AppError> {
        let id = PersonId::new(self.ports().now(), self.ports().random());
        self.put_person(principal, id, draft, true).await
    }

    /// Changes a person's record.
    ///
    /// # Errors
    /// There is no such person, they are no admin, or a field can't be accepted.
    pub async fn change_person(
        &self,
        principal: &Principal,
        id: PersonId,
        draft: PersonDraft,
    ) -> Result<PersonId, AppError> {
        self.put_person(principal, id, draft, false).await
    }

    async fn put_person(
        &self,
        principal: &Principal,
        id: PersonId,
        draft: PersonDraft,
        new: bool,
    ) -> Result<PersonId, AppError> {
        self.admin_action(principal, "change people", |live| {
            draft.check(&live.directory, Some(&id))?;
            check_place(draft.place.as_ref(), live)?;
            let known = live.directory.person(&id);
            if !new && known.is_none() {
                return Err(Refusal::NotFound { entity: "person", id: id.to_string() }.into());
            }
            let person = Person {
                id: id.clone(),
                name: Private::new(draft.name.clone()),
                emails: draft.emails.iter().cloned().map(Private::new).collect(),
                time_zone: draft.time_zone.clone(),
                place: draft.place.clone().or_else(|| known.and_then(|p| p.place.clone())),
                status: known.map_or(Status::Active, |p| p.status),
            };
            Ok((vec![OrganisationEvent::PersonPut(person)], Vec::new(), id.clone()))
        })
        .await
    }

    /// Marks a person as here or gone. Gone ends their sessions at once (B12).
    ///
    /// # Errors
    /// There is no such person, they are no admin, or it is the last admin.
    pub async fn set_person_status(
        &self,
        principal: &Principal,
        id: &PersonId,
        status: Status,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "change people", |live| {
            let directory = &live.directory;
            if directory.person(id).is_none() {
                return Err(Refusal::NotFound { entity: "person", id: id.to_string() }.into());
            }
            if status == Status::Inactive {
                super::roles::keep_an_admin(directory, |person| person != id)?;
            }
            let accounts = directory.accounts().filter(|a| a.person == *id);
            let writes = match status {
                Status::Active => Vec::new(),
                Status::Inactive => {
                    accounts.map(|a| Write::EndSessions { account: a.id.to_string() }).collect()
                }
            };
            let event = OrganisationEvent::PersonStatusSet { person: id.clone(), status };
            Ok((vec![event], writes, ()))
        })
        .await
    }

    /// Gives a person an account to sign in with.
    ///
    /// # Errors
    /// The user name is taken, looks like an e-mail address of somebody else, or they are no admin.
    pub async fn add_account(
        &self,
        principal: &Principal,
        person: &PersonId,
        user_name: &str,
        password: Option<&str>,
    ) -> Result<AccountId, AppError> {
        let password = match password {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let id = AccountId::new(self.ports().now(), self.ports().random());
        self.admin_action(principal, "add accounts", |live| {
            let directory = &live.directory;
            if directory.person(person).is_none() {
                return Err(Refusal::NotFound { entity: "person", id: person.to_string() }.into());
            }
            if user_name.trim().is_empty() || user_name.len() > 100 {
                return Err(Refusal::field("user_name", "give 1 to 100 bytes").into());
            }
            if directory.account_by_subject("local", user_name).is_some() {
                let id = user_name.to_owned();
                return Err(Refusal::Exists { entity: "user name", id }.into());
            }
            // A user name that is somebody else's address would be taken for them (B06).
            if directory.person_by_email(user_name).is_some_and(|p| p.id != *person) {
                return Err(
                    Refusal::field("user_name", "this is somebody else's e-mail address").into()
                );
            }
            let account = Account {
                id: id.clone(),
                person: person.clone(),
                issuer: "local".to_owned(),
                subject: user_name.to_owned(),
                password: password.clone(),
                status: Status::Active,
            };
            Ok((vec![OrganisationEvent::AccountAdded(account)], Vec::new(), id.clone()))
        })
        .await
    }

    /// Gives a person an account of an identity provider: an admin says that this subject is them. No
    /// name or address ever says so by itself (B05).
    ///
    /// # Errors
    /// There is no such provider or person, somebody has the account, or they are no admin.
    pub async fn link_account(
        &self,
        principal: &Principal,
        person: &PersonId,
        issuer: &str,
        subject: &str,
    ) -> Result<AccountId, AppError> {
        let id = AccountId::new(self.ports().now(), self.ports().random());
        let known = self.providers().any(|p| p.issuer == issuer);
        self.admin_action(principal, "add accounts", |live| {
            let directory = &live.directory;
            if directory.person(person).is_none() {
                return Err(Refusal::NotFound { entity: "person", id: person.to_string() }.into());
            }
            if !known {
                let message = "no identity provider with this issuer is configured";
                return Err(Refusal::field("issuer", message).into());
            }
            if subject.trim().is_empty() || subject.len() > 255 {
                return Err(Refusal::field("subject", "give 1 to 255 bytes").into());
            }
            if directory.account_by_subject(issuer, subject).is_some() {
                let id = subject.to_owned();
                return Err(Refusal::Exists { entity: "account", id }.into());
            }
            let account = Account {
                id: id.clone(),
                person: person.clone(),
                issuer: issuer.to_owned(),
                subject: subject.to_owned(),
                password: None,
                status: Status::Active,
            };
            Ok((vec![OrganisationEvent::AccountAdded(account)], Vec::new(), id.clone()))
        })
        .await
    }

    /// Disables or enables an account. Disabling ends its sessions at once.
    ///
    /// # Errors
    /// There is no such account, or they are no admin.
    pub async fn set_account_status(
        &self,
        principal: &Principal,
        id: &AccountId,
        status: Status,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "change accounts", |live| {
            if live.directory.account(id).is_none() {
                return Err(Refusal::NotFound { entity: "account", id: id.to_string() }.into());
            }
            let event = OrganisationEvent::AccountStatusSet { account: id.clone(), status };
            let end = Write::EndSessions { account: id.to_string() };
            let writes = if status == Status::Inactive { vec![end] } else { Vec::new() };
            Ok((vec![event], writes, ()))
        })
        .await
    }

    /// Sets the password of an account: by an admin, or by whoever it belongs to. All its sessions
    /// end.
    ///
    /// # Errors
    /// There is no such account, they may not, or the password is too short.
    pub async fn set_password(
        &self,
        principal: &Principal,
        id: &AccountId,
        password: &str,
    ) -> Result<(), AppError> {
        let person = principal.acting_person("set a password")?;
        let hash = self.hash_password(password).await?;
        self.organisation_action(&principal.actor, |live, _| {
            let directory = &live.directory;
            let account = directory
                .account(id)
                .ok_or_else(|| Refusal::NotFound { entity: "account", id: id.to_string() })?;
            if account.person != *person {
                let admin = domain::organisation::access::ADMIN;
                principal.with_role(admin, "set this password", directory)?;
            }
            let event =
                OrganisationEvent::PasswordSet { account: id.clone(), password: hash.clone() };
            Ok(crate::journal::OrganisationPlan {
                events: vec![(store::Stream::organisation(), event.into())],
                writes: vec![Write::EndSessions { account: id.to_string() }],
                value: (),
            })
        })
        .await
        .map(|_| ())
    }
}
