//! Asking for an exception from a freeze, and the freezes that concern a change.

use domain::change::ExceptionClaim;
use domain::freeze::Freeze;
use domain::ids::{ChangeId, DomainName};
use domain::maintenance::MaintenanceWindow;
use domain::organisation::Verb;

use super::settle::settled;
use crate::facts::ChangeFacts;
use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Asks for an exception from a freeze for the revision they saw. Its approvers are asked.
    ///
    /// # Errors
    /// See [`domain::change::Change::ask_exception`].
    pub async fn ask_exception(
        &self,
        principal: &Principal,
        id: &ChangeId,
        freeze: &str,
        expected_revision: u32,
        reason: &str,
    ) -> Result<Recorded<()>, AppError> {
        principal.may(Verb::Request, "ask for an exception")?;
        self.change_action(id, &principal.actor, |facts| {
            let claim = ExceptionClaim {
                freeze: freeze.to_owned(),
                expected_revision,
                by: principal.actor.clone(),
                reason: reason.to_owned(),
            };
            let change = &facts.change;
            let directory = &facts.live.directory;
            let event = change.ask_exception(claim, &facts.freezes(), directory, facts.now)?;
            Ok(Plan::new(settled(Some(change), vec![event], facts)?, ()))
        })
        .await
    }
}

impl ChangeFacts {
    /// Freezes that concern this change and are not over.
    #[must_use]
    pub fn freezes(&self) -> Vec<Freeze> {
        let material = &self.change.revision().material;
        let mut ahead = self.live.freezes_ahead(self.now);
        ahead.retain(|f| f.covers(material, self.domain(), self.tier()));
        ahead
    }

    /// Maintenance windows that this change has to keep to.
    #[must_use]
    pub fn maintenance(&self) -> Vec<MaintenanceWindow> {
        let material = &self.change.revision().material;
        let mut ahead =
            self.live.policy.live().map(|b| b.windows_ahead(self.now)).unwrap_or_default();
        ahead.retain(|w| w.covers(material, self.domain(), self.tier()));
        ahead
    }

    fn domain(&self) -> Option<&DomainName> {
        let service = self.live.directory.service(&self.change.revision().material.service);
        service.and_then(|s| s.domain.as_ref())
    }

    /// The tier of its environment; the strictest where policy knows none.
    fn tier(&self) -> u8 {
        let environment = self.change.revision().material.environment.as_str();
        let tier = self.live.policy.live().and_then(|b| b.tier_of(environment));
        tier.map_or(4, |t| t.number)
    }
}
