//! Giving and taking roles.

use domain::ids::PersonId;
use domain::organisation::{Directory, Member, OrganisationEvent, RoleBinding, access};
use domain::refusal::Refusal;
use domain::requirement::Scope;

use crate::principal::Principal;
use crate::{App, AppError};

impl App {
    /// Gives a role. Giving it twice changes nothing.
    ///
    /// # Errors
    /// They are no admin, or person, group, service or domain don't exist.
    pub async fn bind_role(
        &self,
        principal: &Principal,
        binding: RoleBinding,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "give roles", |live| {
            check_binding(&binding, &live.directory)?;
            let known = live.directory.bindings().any(|b| *b == binding);
            let event = OrganisationEvent::RoleBound(binding.clone());
            let events = if known { Vec::new() } else { vec![event] };
            Ok((events, Vec::new(), ()))
        })
        .await
    }

    /// Takes a role.
    ///
    /// # Errors
    /// They are no admin, nobody holds it so, policy gives it, or it is the last admin's.
    pub async fn unbind_role(
        &self,
        principal: &Principal,
        binding: RoleBinding,
    ) -> Result<(), AppError> {
        self.admin_action(principal, "take roles", |live| {
            let directory = &live.directory;
            if !directory.bindings().any(|b| *b == binding) {
                if directory.mapped().any(|b| *b == binding) {
                    return Err(given_by_policy());
                }
                let id = format!("{}@{}", binding.role, binding.scope);
                return Err(Refusal::NotFound { entity: "role binding", id }.into());
            }
            if binding.role.as_str() == access::ADMIN {
                let rest = directory.bindings().filter(|b| **b != binding);
                let others = rest.filter(|b| b.role == binding.role).any(|b| match &b.member {
                    Member::Person(person) => directory.is_active(person),
                    Member::Group(id) => directory
                        .group(id)
                        .is_some_and(|g| g.members.iter().any(|p| directory.is_active(p))),
                });
                if !others {
                    return Err(last_admin());
                }
            }
            Ok((vec![OrganisationEvent::RoleUnbound(binding.clone())], Vec::new(), ()))
        })
        .await
    }
}

fn check_binding(binding: &RoleBinding, directory: &Directory) -> Result<(), AppError> {
    let missing = |entity, id: String| Err(Refusal::NotFound { entity, id }.into());
    match &binding.member {
        Member::Person(id) if directory.person(id).is_none() => {
            return missing("person", id.to_string());
        }
        Member::Group(id) if directory.group(id).is_none() => {
            return missing("group", id.to_string());
        }
        Member::Person(_) | Member::Group(_) => {}
    }
    match &binding.scope {
        Scope::Service(name) if directory.service(name).is_none() => {
            missing("service", name.to_string())
        }
        Scope::Domain(name) if !directory.domains().any(|(known, _)| known == name) => {
            missing("domain", name.to_string())
        }
        Scope::Organisation | Scope::Domain(_) | Scope::Service(_) => Ok(()),
    }
}

fn given_by_policy() -> AppError {
    Refusal::Policy {
        code: "given_by_policy".to_owned(),
        reason:
            "the live policy gives this role to the group: propose a bundle without that line of \
                 `groups` in roles.yaml, or take people out of the group"
                .to_owned(),
    }
    .into()
}

pub(super) fn last_admin() -> AppError {
    Refusal::Policy {
        code: "last_admin".to_owned(),
        reason: "nobody would be left to administer; make somebody else an admin first".to_owned(),
    }
    .into()
}

/// Refuses what would leave no active admin among those who `stay`.
pub(super) fn keep_an_admin(
    directory: &Directory,
    stay: impl Fn(&PersonId) -> bool,
) -> Result<(), AppError> {
    let admin = access::ADMIN.parse().map_err(AppError::damaged)?;
    if directory.holders(&admin, |_| true).into_iter().any(stay) {
        Ok(())
    } else {
        Err(last_admin())
    }
}
