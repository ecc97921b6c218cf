//! When people are away.

use domain::ids::{AbsenceId, PersonId};
use domain::organisation::Absence;
use domain::private::Secret;
use jiff::Timestamp;

use crate::principal::Principal;
use crate::{App, AppError};

/// An absence to enter.
#[derive(Debug, Clone)]
pub struct AbsenceDraft {
    /// Who is away.
    pub person: PersonId,
    /// From when; now when left out.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
    /// Why; kept from everybody but the person and admins.
    pub reason: Option<String>,
}

impl App {
    /// Enters an absence: for oneself, or as an admin for somebody else.
    ///
    /// # Errors
    /// They may not, or a field can't be accepted.
    pub async fn enter_absence(
        &self,
        principal: &Principal,
        draft: AbsenceDraft,
    ) -> Result<AbsenceId, AppError> {
        let by = principal.acting_person("enter an absence")?;
        let id = AbsenceId::new(self.ports().now(), self.ports().random());
        self.person_action(principal, |live, now| {
            let absence = Absence {
                id: id.clone(),
                person: draft.person.clone(),
                from: domain::time::to_millis(draft.from.unwrap_or(now)),
                until: domain::time::to_millis(draft.until),
                reason: draft.reason.clone().filter(|r| !r.trim().is_empty()).map(Secret::new),
                origin: None,
            };
            Ok(live.directory.enter_absence(absence, by, now)?)
        })
        .await?;
        Ok(id)
    }

    /// Takes an absence back.
    ///
    /// # Errors
    /// There is none, or it is another's and they are no admin.
    pub async fn cancel_absence(
        &self,
        principal: &Principal,
        id: &AbsenceId,
    ) -> Result<(), AppError> {
        let by = principal.acting_person("cancel an absence")?;
        self.person_action(principal, |live, _| Ok(live.directory.cancel_absence(id, by)?)).await
    }
}
