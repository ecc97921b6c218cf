//! Asking for an exception from a freeze, and the freezes that concern a change.

use domain::change::ExceptionClaim;
use domain::freeze::Freeze;
use domain::ids::ChangeId;
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
    pub fn freezes(&self) -> Vec<&Freeze> {
        let material = &self.change.revision().material;
        let service = self.live.directory.service(&material.service);
        let domain = service.and_then(|s| s.domain.as_ref());
        let bundle = self.live.policy.live();
        let tier = bundle.and_then(|b| b.tier_of(material.environment.as_str()));
        let tier = tier.map_or(4, |t| t.number);
        let ahead = self.live.freezes().filter(|f| self.now < f.until);
        ahead.filter(|f| f.covers(material, domain, tier)).collect()
    }
}
