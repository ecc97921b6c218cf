//! Who is on call by turns.

use domain::ids::{PersonId, RoleName, RotaId};
use domain::organisation::Rota;
use domain::requirement::Scope;
use jiff::civil::DateTime;

use crate::principal::Principal;
use crate::{App, AppError};

/// What a rota shall be.
#[derive(Debug, Clone)]
pub struct RotaDraft {
    /// The rota to change; a new one without.
    pub id: Option<RotaId>,
    /// What it is called.
    pub name: String,
    /// The role.
    pub role: RoleName,
    /// Where.
    pub scope: Scope,
    /// IANA time zone of the handover.
    pub time_zone: String,
    /// When the first turn began, on that zone's clock.
    pub first: DateTime,
    /// Days of a turn.
    pub days: u32,
    /// Who, in the order of their turns.
    pub people: Vec<PersonId>,
}

impl App {
    /// Makes a rota, or changes one.
    ///
    /// # Errors
    /// They are no admin, there is no such rota or person, or a field can't be accepted.
    pub async fn put_rota(
        &self,
        principal: &Principal,
        draft: RotaDraft,
    ) -> Result<RotaId, AppError> {
        let new = RotaId::new(self.ports().now(), self.ports().random());
        self.admin_action(principal, "change rotas", |live| {
            if let Some(id) = draft.id.as_ref().filter(|id| live.directory.rota(id).is_none()) {
                let id = id.to_string();
                return Err(domain::refusal::Refusal::NotFound { entity: "rota", id }.into());
            }
            let id = draft.id.clone().unwrap_or_else(|| new.clone());
            let rota = Rota {
                id: id.clone(),
                name: draft.name.clone(),
                role: draft.role.clone(),
                scope: draft.scope.clone(),
                time_zone: draft.time_zone.clone(),
                first: draft.first,
                days: draft.days,
                people: draft.people.clone(),
            };
            Ok((vec![live.directory.put_rota(rota)?], Vec::new(), id))
        })
        .await
    }

    /// Removes a rota.
    ///
    /// # Errors
    /// They are no admin, or there is none.
    pub async fn remove_rota(&self, principal: &Principal, id: &RotaId) -> Result<(), AppError> {
        self.admin_action(principal, "change rotas", |live| {
            Ok((vec![live.directory.remove_rota(id)?], Vec::new(), ()))
        })
        .await
    }
}
