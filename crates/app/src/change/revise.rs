//! Making a new revision: what moved is said, and every vote so far is void.

use std::sync::Arc;

use domain::change::{Change, Material, Revision};
use domain::ids::ChangeId;
use domain::organisation::Verb;
use domain::refusal::Refusal;
use store::StoreError;

use super::create::{attribute_evidence, refuse_unacceptable, submission};
use super::settle::settled;
use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

impl App {
    /// Makes a new revision of a change, and submits it unless it is to stay a draft.
    ///
    /// # Errors
    /// Another revision is current, it is not theirs, or fields, state or policy don't allow it.
    pub async fn revise_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        expected_revision: u32,
        material: Material,
        submit: bool,
    ) -> Result<Recorded<Arc<Change>>, AppError> {
        principal.may(Verb::Request, "revise changes")?;
        self.check_may_request(principal, &material)?;
        let mut material = material;
        attribute_evidence(&mut material, principal, &self.live().directory);
        for _ in 0..8 {
            let (change, version) = self.load_change(id).await?;
            let current = change.revision().number;
            if expected_revision != current {
                return Err(Refusal::StaleRevision { expected: expected_revision, current }.into());
            }
            self.check_may_revise(principal, &change)?;
            let now = self.ports.now();
            let actor = principal.actor.clone();
            let blinding = self.ports.random();
            let revision = Revision::new(current + 1, material.clone(), blinding, actor, now)
                .map_err(AppError::damaged)?;
            let event = change.revise(revision)?;
            let revised = fold(Some(&change), std::slice::from_ref(&event), now)?
                .ok_or_else(|| AppError::damaged("no change after a revision"))?;
            // Policy speaks of the new revision, so the facts are those of the change after it.
            let facts = self.facts_of_plan(Arc::new(revised), version).await?;
            let mut events = vec![event];
            if submit {
                events.push(submission(&facts)?);
                events = settled(Some(&change), events, &facts)?;
            } else {
                refuse_unacceptable(&facts)?;
            }
            let after = fold(Some(&change), &events, facts.now)?
                .ok_or_else(|| AppError::damaged("no change after a revision"))?;
            let plan = Plan::new(events, Arc::new(after));
            match self.record(Some(&change), &facts, &principal.actor, plan).await {
                Err(AppError::Store(StoreError::Conflict { .. })) => self.refresh().await?,
                done => return done,
            }
        }
        Err(AppError::Contended)
    }

    fn check_may_revise(&self, principal: &Principal, change: &Change) -> Result<(), AppError> {
        let edited = change.revisions().iter().any(|r| r.by.principal() == principal.id());
        if edited || change.is_own_or_admin(&principal.actor, &self.live().directory) {
            return Ok(());
        }
        Err(Refusal::NotEntitled {
            action: "revise this change",
            who: "its requester, those who edited it before, and admins",
        }
        .into())
    }
}
