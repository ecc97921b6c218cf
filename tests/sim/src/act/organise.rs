//! People leave and come back, roles and groups move, policy gets stricter and weaker again.

use std::collections::BTreeSet;

use app::principal::Principal;
use app::{App, AppError};
use domain::ids::{AccountId, GroupId, PersonId};
use domain::organisation::{RoleBinding, Status};

use super::Done;
use crate::rules::{Strictness, files};

/// A change of the organisation or of policy.
#[derive(Debug, Clone)]
pub enum Organise {
    /// Somebody leaves or comes back.
    Person { who: Principal, person: PersonId, status: Status },
    /// An account is disabled or enabled.
    Account { who: Principal, account: AccountId, status: Status },
    /// A role is given.
    Bind { who: Principal, binding: RoleBinding },
    /// A role is taken.
    Unbind { who: Principal, binding: RoleBinding },
    /// A group gets other members.
    Group { who: Principal, group: GroupId, members: BTreeSet<PersonId> },
    /// A bundle is proposed.
    Propose { who: Principal, strictness: Strictness },
    /// A proposal becomes live.
    Activate { who: Principal, digest: String },
}

impl Organise {
    /// Does it.
    ///
    /// # Errors
    /// What the use case says.
    pub async fn perform(&self, app: &App) -> Result<Done, AppError> {
        const WHY: &str = "as it happens in a simulation";
        match self {
            Self::Person { who, person, status } => {
                app.set_person_status(who, person, *status).await?;
            }
            Self::Account { who, account, status } => {
                app.set_account_status(who, account, *status).await?;
            }
            Self::Bind { who, binding } => app.bind_role(who, binding.clone()).await?,
            Self::Unbind { who, binding } => app.unbind_role(who, binding.clone()).await?,
            Self::Group { who, group, members } => {
                app.put_group(who, Some(group.clone()), "Security", members.clone()).await?;
            }
            Self::Propose { who, strictness } => {
                return Ok(app.propose_policy(who, files(*strictness), WHY).await?.into());
            }
            Self::Activate { who, digest } => {
                return Ok(app.activate_policy(who, digest, WHY).await?.into());
            }
        }
        Ok(Done::default())
    }
}
