//! Briefings: what a person who decides is shown, that they opened it, and what they confirmed.

use domain::change::{Briefing, Digest, Informed};
use domain::ids::{ChangeId, PersonId, RoleName};
use domain::refusal::Refusal;

use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, Recorded};

/// A briefing for one person, with the digest of exactly this.
#[derive(Debug, Clone)]
pub struct Briefed {
    /// What is shown.
    pub briefing: Briefing,
    /// Its digest.
    pub shown: Digest,
    /// Their read receipt, if they opened exactly this.
    pub informed: Option<Informed>,
}

impl App {
    /// What the asking person is shown of a change. Nothing is recorded.
    ///
    /// # Errors
    /// They are not asked to decide on it, or a machine asks.
    pub async fn briefing(
        &self,
        principal: &Principal,
        id: &ChangeId,
    ) -> Result<Briefed, AppError> {
        let person = of(principal)?;
        let (change, version) = self.load_change(id).await?;
        let material = &change.revision().material;
        if !principal.reaches(&material.service, &material.environment) {
            return Err(Refusal::NotFound { entity: "change", id: id.to_string() }.into());
        }
        let facts = self.facts(change, version).await?;
        briefed(&facts, person)
    }

    /// Records that they opened it. Opening the same again records nothing.
    ///
    /// # Errors
    /// As [`App::briefing`].
    pub async fn open_briefing(
        &self,
        principal: &Principal,
        id: &ChangeId,
    ) -> Result<Recorded<Briefed>, AppError> {
        let person = principal.acting_person("open a briefing")?;
        self.change_action(id, &principal.actor, |facts| {
            let found = briefed(facts, person)?;
            let events = facts.change.open_briefing(person, &found.shown);
            let after = fold(Some(&facts.change), &events, facts.now)?;
            let informed = after.as_ref().unwrap_or(&facts.change).informed(person, facts.now);
            Ok(Plan::new(events, Briefed { informed, ..found }))
        })
        .await
    }

    /// Records that they confirmed the sentences of their roles, for exactly what they opened.
    ///
    /// # Errors
    /// They did not open this, left a sentence out, or are not asked.
    pub async fn acknowledge_briefing(
        &self,
        principal: &Principal,
        id: &ChangeId,
        shown: &Digest,
        roles: &[RoleName],
    ) -> Result<Recorded<Briefed>, AppError> {
        let person = principal.acting_person("confirm a briefing")?;
        self.change_action(id, &principal.actor, |facts| {
            let found = briefed(facts, person)?;
            if found.shown != *shown {
                return Err(Refusal::NotInformed(domain::change::Uninformed::NotOpened).into());
            }
            let pair = (&found.briefing, &found.shown);
            let events = facts.change.acknowledge_briefing(person, pair, roles)?;
            let after = fold(Some(&facts.change), &events, facts.now)?;
            let informed = after.as_ref().unwrap_or(&facts.change).informed(person, facts.now);
            Ok(Plan::new(events, Briefed { informed, ..found }))
        })
        .await
    }
}

fn of(principal: &Principal) -> Result<&PersonId, AppError> {
    let person = principal.actor.person();
    person.ok_or_else(|| Refusal::PeopleOnly { action: "be briefed" }.into())
}

fn briefed(facts: &ChangeFacts, person: &PersonId) -> Result<Briefed, AppError> {
    let change = &facts.change;
    let briefing = change.briefing(person, &facts.votable(), &facts.live.directory, facts.now)?;
    let shown = change.shown(&briefing).map_err(AppError::damaged)?;
    let informed = change.informed(person, facts.now).filter(|i| i.shown == shown);
    Ok(Briefed { briefing, shown, informed })
}
