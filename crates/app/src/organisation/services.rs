//! Services and the domains they belong to.

use domain::ids::DomainName;
use domain::organisation::{Directory, OrganisationEvent, Service};
use domain::refusal::Refusal;

use crate::principal::Principal;
use crate::{App, AppError};

/// A service depends on services that are known, and on none that depends on it.
fn check_dependencies(directory: &Directory, service: &Service) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::field("depends_on", message));
    if service.depends_on.len() > 50 {
        return refuse("a service can depend on 50 others");
    }
    for needed in &service.depends_on {
        if *needed == service.name {
            return refuse("a service does not depend on itself");
        }
        if directory.service(needed).is_none() {
            return refuse(&format!("there is no service `{needed}`; register it first"));
        }
        if directory.depends(needed, &service.name) {
            return refuse(&format!("`{needed}` depends on this service already"));
        }
    }
    Ok(())
}

impl App {
    /// Registers a service, or changes one.
    ///
    /// # Errors
    /// They are no admin, the domain does not exist, or a field can't be accepted.
    pub async fn put_service(
        &self,
        principal: &Principal,
        service: Service,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "register services", |live| {
            if service.title.trim().is_empty() || service.title.len() > 200 {
                return Err(Refusal::field("title", "give a title of 1 to 200 bytes").into());
            }
            if service.labels.len() > 50 {
                return Err(Refusal::field("labels", "a service can have 50 labels").into());
            }
            check_dependencies(&live.directory, &service)?;
            if let Some(domain) = &service.domain
                && !live.directory.domains().any(|(name, _)| name == domain)
            {
                let message = format!("there is no domain `{domain}`; add it first");
                return Err(Refusal::field("domain", &message).into());
            }
            Ok((vec![OrganisationEvent::ServicePut(service.clone())], Vec::new(), ()))
        })
        .await
    }

    /// Adds a domain, or changes its title.
    ///
    /// # Errors
    /// They are no admin, or the title can't be accepted.
    pub async fn put_domain(
        &self,
        principal: &Principal,
        name: DomainName,
        title: &str,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "add domains", |_| {
            if title.trim().is_empty() || title.len() > 200 {
                return Err(Refusal::field("title", "give a title of 1 to 200 bytes").into());
            }
            let event =
                OrganisationEvent::DomainPut { name: name.clone(), title: title.to_owned() };
            Ok((vec![event], Vec::new(), ()))
        })
        .await
    }
}
