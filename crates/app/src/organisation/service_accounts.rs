//! Machine identities.

use domain::ids::{PersonId, ServiceAccountId};
use domain::organisation::{OrganisationEvent, ServiceAccount, Status};
use domain::refusal::Refusal;

use crate::principal::Principal;
use crate::{App, AppError};

impl App {
    /// Makes a machine identity. Its owner answers for it and can't approve what it asks for.
    ///
    /// # Errors
    /// They are no admin, the name is taken, or the owner is not active.
    pub async fn add_service_account(
        &self,
        principal: &Principal,
        name: &str,
        purpose: &str,
        owner: &PersonId,
    ) -> Result<ServiceAccountId, AppError> {
        let id = ServiceAccountId::new(self.ports().now(), self.ports().random());
        self.admin_action(principal, "add service accounts", |live| {
            let directory = &live.directory;
            // Policy lists evidence issuers by this name, so nobody else may look like it.
            let slug = name.parse::<domain::ids::ServiceName>();
            if slug.is_err() || name == "countersign" {
                let message = "use 1 to 63 of `a-z`, `0-9` and `-`, and not `countersign`";
                return Err(Refusal::field("name", message).into());
            }
            if directory.service_accounts().any(|a| a.name == name) {
                let id = name.to_owned();
                return Err(Refusal::Exists { entity: "service account", id }.into());
            }
            if !directory.is_active(owner) {
                return Err(
                    Refusal::field("owner", "name an active person who answers for it").into()
                );
            }
            let account = ServiceAccount {
                id: id.clone(),
                name: name.to_owned(),
                purpose: purpose.to_owned(),
                owner: owner.clone(),
                status: Status::Active,
            };
            Ok((vec![OrganisationEvent::ServiceAccountPut(account)], Vec::new(), id.clone()))
        })
        .await
    }

    /// Disables or enables a machine identity; its tokens follow at once.
    ///
    /// # Errors
    /// They are no admin, or there is no such machine identity.
    pub async fn set_service_account_status(
        &self,
        principal: &Principal,
        id: &ServiceAccountId,
        status: Status,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "change service accounts", |live| {
            if live.directory.service_account(id).is_none() {
                let id = id.to_string();
                return Err(Refusal::NotFound { entity: "service account", id }.into());
            }
            let service_account = id.clone();
            let event = OrganisationEvent::ServiceAccountStatusSet { service_account, status };
            Ok((vec![event], Vec::new(), ()))
        })
        .await
    }
}
