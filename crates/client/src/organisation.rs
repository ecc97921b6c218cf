//! People, groups, roles, services, machine identities and tokens.

use api_types::Page;
use api_types::people::{
    Account, AccountRequest, Me, PasswordRequest, Person, PersonRequest, PersonUpdate, Status,
    StatusRequest,
};
use api_types::roles::{
    Binding, BindingRequest, Deputy, DeputyRequest, Group, GroupRemoval, GroupRequest, Role,
};
use api_types::service_accounts::{NewToken, ServiceAccount, ServiceAccountRequest, TokenRequest};
use api_types::services::{Domain, Environment, Service, ServiceRequest};
use serde::de::DeserializeOwned;

use crate::{Client, ClientError};

impl Client {
    /// Who the caller is.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn me(&self) -> Result<Me, ClientError> {
        self.json(&self.get(&["v1", "me"], &[]))
    }

    /// All items of a list, page by page.
    pub(crate) fn all<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Vec<T>, ClientError> {
        self.all_where(path, &[])
    }

    /// All items of a list, of those that a query leaves.
    pub(crate) fn all_where<T: DeserializeOwned>(
        &self,
        path: &[&str],
        wanted: &[(&str, &str)],
    ) -> Result<Vec<T>, ClientError> {
        let mut items = Vec::new();
        let mut cursor = None;
        loop {
            let mut query = vec![("limit", Some("200".to_owned())), ("cursor", cursor.take())];
            query.extend(wanted.iter().map(|(name, value)| (*name, Some((*value).to_owned()))));
            let page: Page<T> = self.json(&self.get(path, &query))?;
            items.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(items),
            }
        }
    }

    /// All people.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_people(&self) -> Result<Vec<Person>, ClientError> {
        self.all(&["v1", "people"])
    }

    /// A person.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn get_person(&self, person: &str) -> Result<Person, ClientError> {
        self.json(&self.get(&["v1", "people", person], &[]))
    }

    /// Adds a person.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_person(&self, request: &PersonRequest) -> Result<Person, ClientError> {
        self.json(&self.post(&["v1", "people"], request)?)
    }

    /// Corrects a person's record.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn update_person(
        &self,
        person: &str,
        request: &PersonUpdate,
    ) -> Result<Person, ClientError> {
        self.json(&self.post(&["v1", "people", person], request)?)
    }

    /// Says that a person left, or came back.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_person_status(&self, person: &str, status: Status) -> Result<Person, ClientError> {
        self.json(&self.post(&["v1", "people", person, "status"], &StatusRequest { status })?)
    }

    /// Gives a person an account.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_account(
        &self,
        person: &str,
        request: &AccountRequest,
    ) -> Result<Account, ClientError> {
        self.json(&self.post(&["v1", "people", person, "accounts"], request)?)
    }

    /// Enables or disables an account.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_account_status(
        &self,
        account: &str,
        status: Status,
    ) -> Result<Account, ClientError> {
        self.json(&self.post(&["v1", "accounts", account, "status"], &StatusRequest { status })?)
    }

    /// Sets a password.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_password(
        &self,
        account: &str,
        request: &PasswordRequest,
    ) -> Result<(), ClientError> {
        self.send(&self.post(&["v1", "accounts", account, "password"], request)?).map(|_| ())
    }

    /// All groups.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_groups(&self) -> Result<Vec<Group>, ClientError> {
        self.all(&["v1", "groups"])
    }

    /// Makes a group.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_group(&self, request: &GroupRequest) -> Result<Group, ClientError> {
        self.json(&self.post(&["v1", "groups"], request)?)
    }

    /// Says what a group shall be.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put_group(&self, group: &str, request: &GroupRequest) -> Result<Group, ClientError> {
        self.json(&self.post(&["v1", "groups", group], request)?)
    }

    /// Removes a group, and its deputies with it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove_group(&self, group: &str) -> Result<GroupRemoval, ClientError> {
        let path = ["v1", "groups", group, "removal"];
        self.json(&self.post(&path, &serde_json::json!({}))?)
    }

    /// Names a deputy of a group.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn name_deputy(&self, group: &str, request: &DeputyRequest) -> Result<Deputy, ClientError> {
        self.json(&self.post(&["v1", "groups", group, "deputies"], request)?)
    }

    /// Removes a deputy of a group.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn remove_deputy(&self, group: &str, deputy: &str) -> Result<(), ClientError> {
        let path = ["v1", "groups", group, "deputies", deputy, "removal"];
        self.send(&self.post(&path, &serde_json::json!({}))?).map(|_| ())
    }

    /// All roles with their holders.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_roles(&self) -> Result<Vec<Role>, ClientError> {
        self.all(&["v1", "roles"])
    }

    /// Gives a role.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn bind_role(&self, request: &BindingRequest) -> Result<Binding, ClientError> {
        self.json(&self.post(&["v1", "roles", "bindings"], request)?)
    }

    /// Takes a role.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn unbind_role(&self, request: &BindingRequest) -> Result<(), ClientError> {
        self.send(&self.post(&["v1", "roles", "bindings", "removal"], request)?).map(|_| ())
    }

    /// All services.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_services(&self) -> Result<Vec<Service>, ClientError> {
        self.all(&["v1", "services"])
    }

    /// Registers or changes a service.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put_service(&self, request: &ServiceRequest) -> Result<Service, ClientError> {
        self.json(&self.post(&["v1", "services"], request)?)
    }

    /// Names a domain.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn put_domain(&self, request: &Domain) -> Result<Domain, ClientError> {
        self.json(&self.post(&["v1", "domains"], request)?)
    }

    /// All domains.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_domains(&self) -> Result<Vec<Domain>, ClientError> {
        self.all(&["v1", "domains"])
    }

    /// All environments of the live policy.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_environments(&self) -> Result<Vec<Environment>, ClientError> {
        self.all(&["v1", "environments"])
    }

    /// All machine identities.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn list_service_accounts(&self) -> Result<Vec<ServiceAccount>, ClientError> {
        self.all(&["v1", "service-accounts"])
    }

    /// Makes a machine identity.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_service_account(
        &self,
        request: &ServiceAccountRequest,
    ) -> Result<ServiceAccount, ClientError> {
        self.json(&self.post(&["v1", "service-accounts"], request)?)
    }

    /// Enables or disables a machine identity.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn set_service_account_status(
        &self,
        account: &str,
        status: Status,
    ) -> Result<ServiceAccount, ClientError> {
        let path = ["v1", "service-accounts", account, "status"];
        self.json(&self.post(&path, &StatusRequest { status })?)
    }

    /// Makes a token for a machine identity.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn create_token(
        &self,
        account: &str,
        request: &TokenRequest,
    ) -> Result<NewToken, ClientError> {
        self.json(&self.post(&["v1", "service-accounts", account, "tokens"], request)?)
    }

    /// Makes a token for the caller.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn create_own_token(&self, request: &TokenRequest) -> Result<NewToken, ClientError> {
        self.json(&self.post(&["v1", "me", "tokens"], request)?)
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn revoke_token(&self, token: &str) -> Result<(), ClientError> {
        let path = ["v1", "tokens", token, "revocation"];
        self.send(&self.post(&path, &serde_json::json!({}))?).map(|_| ())
    }
}
