//! Who is on call by turns.

use domain::ids::{CoverId, PersonId, RoleName, RotaId};
use domain::organisation::{Cover, Handover, Rota, RotaHours};
use domain::requirement::Scope;
use jiff::Timestamp;
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
    /// When turns change, at the hour of `first`.
    pub handover: Handover,
    /// Who, in the order of their turns.
    pub people: Vec<PersonId>,
    /// In which hours of the week; always when left out.
    pub hours: Option<RotaHours>,
}

/// Turns that somebody takes over.
#[derive(Debug, Clone)]
pub struct CoverDraft {
    /// The rota.
    pub rota: RotaId,
    /// Whose turns.
    pub person: PersonId,
    /// Who takes them over.
    pub by: PersonId,
    /// From when; now when left out.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
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
        let now = self.ports().now();
        let new = RotaId::new(now, self.ports().random());
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
                handover: draft.handover.clone(),
                people: draft.people.clone(),
                hours: draft.hours.clone(),
            };
            Ok((vec![live.directory.put_rota(rota, now)?], Vec::new(), id))
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

    /// Takes over turns of somebody else; an admin may enter it for somebody.
    ///
    /// # Errors
    /// They may not, there is no such rota, or a field can't be accepted.
    pub async fn cover_shift(
        &self,
        principal: &Principal,
        draft: CoverDraft,
    ) -> Result<CoverId, AppError> {
        let by = principal.acting_person("take over a turn on call")?;
        let id = CoverId::new(self.ports().now(), self.ports().random());
        self.person_action(principal, |live, now| {
            let cover = Cover {
                id: id.clone(),
                rota: draft.rota.clone(),
                person: draft.person.clone(),
                by: draft.by.clone(),
                from: domain::time::to_millis(draft.from.unwrap_or(now)),
                until: domain::time::to_millis(draft.until),
            };
            Ok(live.directory.cover_shift(cover, by, now)?)
        })
        .await?;
        Ok(id)
    }

    /// Gives turns back that somebody took over.
    ///
    /// # Errors
    /// There is no such cover, or it is about others.
    pub async fn end_cover(&self, principal: &Principal, id: &CoverId) -> Result<(), AppError> {
        let by = principal.acting_person("end a cover")?;
        self.person_action(principal, |live, now| Ok(live.directory.end_cover(id, by, now)?)).await
    }
}
