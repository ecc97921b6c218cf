//! Groups of people.

use std::collections::BTreeSet;

use domain::ids::{GroupId, PersonId};
use domain::organisation::{Deputy, Group, OrganisationEvent};
use domain::refusal::Refusal;

use crate::principal::Principal;
use crate::{App, AppError};

impl App {
    /// Makes a group, or sets name and members of one.
    ///
    /// # Errors
    /// They are no admin, there is no such group or member, or the name can't be accepted.
    pub async fn put_group(
        &self,
        principal: &Principal,
        id: Option<GroupId>,
        name: &str,
        members: BTreeSet<PersonId>,
    ) -> Result<GroupId, AppError> {
        let new = GroupId::new(self.ports().now(), self.ports().random());
        self.admin_action(principal, "change groups", |live| {
            if name.trim().is_empty() || name.len() > 100 {
                return Err(Refusal::field("name", "give a name of 1 to 100 bytes").into());
            }
            let unknown = members.iter().find(|m| live.directory.person(m).is_none());
            if let Some(person) = unknown {
                return Err(Refusal::NotFound { entity: "person", id: person.to_string() }.into());
            }
            if let Some(id) = id.as_ref().filter(|id| live.directory.group(id).is_none()) {
                return Err(Refusal::NotFound { entity: "group", id: id.to_string() }.into());
            }
            let id = id.clone().unwrap_or_else(|| new.clone());
            let group = Group { id: id.clone(), name: name.to_owned(), members: members.clone() };
            Ok((vec![OrganisationEvent::GroupPut(group)], Vec::new(), id))
        })
        .await
    }

    /// Removes a group. Roles it held are held by nobody through it any more, and its deputies, who are
    /// returned, answer for nobody any more.
    ///
    /// # Errors
    /// They are no admin, or there is no such group.
    pub async fn remove_group(
        &self,
        principal: &Principal,
        id: &GroupId,
    ) -> Result<Vec<Deputy>, AppError> {
        let now = domain::time::to_millis(self.ports().now());
        self.admin_action(principal, "change groups", |live| {
            let deputies = live.directory.deputies_of(id).cloned().collect();
            Ok((live.directory.remove_group(id, now)?, Vec::new(), deputies))
        })
        .await
    }
}
