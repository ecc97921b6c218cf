//! Who can be played in a sandbox: everybody who is active, with one password for all. Nobody comes in
//! with what opens the original.

use domain::actor::Actor;
use domain::ids::AccountId;
use domain::organisation::{Account, Directory, OrganisationEvent, Person, Status, Token};
use domain::private::Secret;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError};

/// A local account's issuer.
const LOCAL: &str = "local";

/// Somebody who can be signed in as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SandboxPerson {
    /// What they are called.
    pub name: String,
    /// What they sign in with.
    pub user_name: String,
    /// The roles they hold, as `role at scope`.
    pub roles: Vec<String>,
}

impl App {
    /// Gives everybody active in this sandbox a local account with this password, and says who they are.
    /// Tokens of the original, of which the copy knows the digest, are revoked.
    ///
    /// # Errors
    /// This is no sandbox, or the store does not answer.
    pub async fn open_sandbox_to(&self, password: &Secret) -> Result<Vec<SandboxPerson>, AppError> {
        if self.sandbox_of().await?.is_none() {
            return Err(AppError::damaged("only a sandbox gives everybody one password"));
        }
        let made = self.organisation_action(&Actor::System, |live, now| {
            let directory = &live.directory;
            let standing = directory.tokens().filter(|(_, token)| !token.revoked);
            let revoked =
                |token: &Token| OrganisationEvent::TokenRevoked { token: token.id.clone() };
            let mut events: Vec<_> = standing.map(|(_, token)| revoked(token)).collect();
            let mut people = Vec::new();
            for person in directory.people().filter(|p| p.status == Status::Active) {
                let known = directory.accounts().find(|a| a.person == person.id && is_usable(a));
                let user_name = match known {
                    Some(account) => {
                        let (account, password) = (account.id.clone(), password.clone());
                        events.push(OrganisationEvent::PasswordSet { account, password });
                        known.map(|a| a.subject.clone()).unwrap_or_default()
                    }
                    None => {
                        let subject = new_name(directory, person);
                        events.push(OrganisationEvent::AccountAdded(Account {
                            id: AccountId::new(now, self.ports.random()),
                            person: person.id.clone(),
                            issuer: LOCAL.to_owned(),
                            subject: subject.clone(),
                            password: Some(password.clone()),
                            status: Status::Active,
                        }));
                        subject
                    }
                };
                people.push(SandboxPerson {
                    name: person.name.text().to_owned(),
                    user_name,
                    roles: roles(directory, person),
                });
            }
            let events = events.into_iter().map(|e| (Stream::organisation(), e.into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: people })
        });
        Ok(made.await?.value)
    }
}

fn is_usable(account: &Account) -> bool {
    account.issuer == LOCAL && account.status == Status::Active
}

/// A user name nobody has: their first address, or their id.
fn new_name(directory: &Directory, person: &Person) -> String {
    let address = person.emails.iter().find_map(|email| email.get().cloned());
    let free = |name: &String| directory.account_by_subject(LOCAL, name).is_none();
    address.filter(free).unwrap_or_else(|| person.id.to_string())
}

fn roles(directory: &Directory, person: &Person) -> Vec<String> {
    directory.roles_of(&person.id).map(|(role, scope)| format!("{role} at {scope}")).collect()
}
