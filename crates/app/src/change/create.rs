//! Asking for a change.

use std::sync::Arc;

use domain::change::{Change, ChangeEvent, Evidence, Material, Revision};
use domain::explanation::Explanation;
use domain::ids::ChangeId;
use domain::organisation::{Directory, Status, Verb, access};
use domain::refusal::Refusal;
use policy::Assessed;
use store::{StoreError, Stream};

use super::settle::settled;
use crate::asking::LivePlaces;
use crate::facts::ChangeFacts;
use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

/// What is handed in.
#[derive(Debug, Clone)]
pub struct NewChange {
    /// What it would do.
    pub material: Material,
    /// Whether approvers are asked at once, or it stays a draft.
    pub submit: bool,
    /// A change of the same requester whose place it takes.
    pub supersedes: Option<ChangeId>,
}

impl App {
    /// Asks for a new change, and submits it unless it is to stay a draft.
    ///
    /// # Errors
    /// The principal may not ask for it, fields can't be accepted, or policy refuses it.
    pub async fn create_change(
        &self,
        principal: &Principal,
        new: NewChange,
    ) -> Result<Recorded<Arc<Change>>, AppError> {
        self.check_request_rate(principal, [&new.material]).await?;
        let number = self.store.next_change_number().await?;
        for _ in 0..8 {
            self.check_may_request(principal, &new.material)?;
            let now = self.ports.now();
            let id = ChangeId::new(now, self.ports.random());
            if let Some(old) = &new.supersedes {
                // Nothing is recorded that would leave both open.
                let (old, _) = self.load_change(old).await?;
                old.supersede(&principal.actor, id.clone(), &self.live().directory)?;
            }
            let mut material = new.material.clone();
            attribute_evidence(&mut material, principal, &self.live().directory);
            let actor = principal.actor.clone();
            let revision = Revision::new(1, material, self.ports.random(), actor.clone(), now)
                .map_err(AppError::damaged)?;
            let created = Change::create(id, number, actor.clone(), revision)?;
            let draft = Arc::new(Change::begin(&created, now)?);
            let facts = self.facts_of_plan(draft, 0).await?;
            let mut events = vec![created];
            if new.submit {
                events.push(submission(&facts)?);
                events = settled(None, events, &facts)?;
            } else {
                refuse_unacceptable(&facts)?;
            }
            let change = crate::journal::fold(None, &events, facts.now)?
                .ok_or_else(|| AppError::damaged("no change after its first event"))?;
            let plan = Plan::new(events, Arc::new(change));
            match self.record(None, &facts, &actor, plan).await {
                Err(AppError::Store(StoreError::Conflict { .. })) => self.refresh().await?,
                Ok(recorded) => {
                    if let Some(old) = &new.supersedes {
                        self.supersede(principal, old, &recorded.value.id).await?;
                    }
                    return Ok(recorded);
                }
                Err(other) => return Err(other),
            }
        }
        Err(AppError::Contended)
    }

    /// Whether this principal may ask for changes to this target.
    pub(crate) fn check_may_request(
        &self,
        principal: &Principal,
        material: &Material,
    ) -> Result<(), AppError> {
        let live = self.live();
        match principal.actor.person() {
            Some(_) => {
                principal.with_role(access::REQUESTER, "ask for changes", &live.directory)?;
            }
            None => principal.may(Verb::Request, "ask for changes")?,
        }
        if !principal.reaches(&material.service, &material.environment) {
            return Err(AppError::OutOfScope { action: "ask for changes to this target" });
        }
        let known = live.directory.service(&material.service);
        if known.is_none_or(|s| s.status != Status::Active) {
            let message =
                format!("there is no service `{}`; an admin registers it first", material.service);
            return Err(Refusal::field("service", &message).into());
        }
        Ok(())
    }

    async fn supersede(
        &self,
        principal: &Principal,
        old: &ChangeId,
        by: &ChangeId,
    ) -> Result<(), AppError> {
        let actor = &principal.actor;
        self.change_action(old, actor, |facts| {
            let events = facts.change.supersede(actor, by.clone(), &facts.live.directory)?;
            Ok(Plan::new(events, ()))
        })
        .await
        .map(|_| ())
    }
}

/// The event that submission yields: assessed, or not decidable yet.
pub(crate) fn submission(facts: &ChangeFacts) -> Result<ChangeEvent, AppError> {
    match facts.evaluation.assessed.as_deref() {
        Some(Assessed::Assessed { assessment, .. }) => {
            facts.check_aligned(assessment)?;
            let places = LivePlaces(&facts.live);
            Ok(ChangeEvent::ChangeAssessed(assessment.clone().begun(&places, facts.now)))
        }
        Some(Assessed::Undecided { code, .. }) => Ok(ChangeEvent::ChangeSubmitted {
            revision: facts.change.revision().number,
            reason: code.clone(),
        }),
        Some(Assessed::Refused { fields, explanation }) => {
            Err(refused(fields.clone(), explanation.clone()))
        }
        None => Err(AppError::NoPolicy),
    }
}

/// A draft may be undecided, but not what policy refuses whatever happens.
pub(crate) fn refuse_unacceptable(facts: &ChangeFacts) -> Result<(), AppError> {
    match facts.evaluation.assessed.as_deref() {
        Some(Assessed::Refused { fields, explanation }) => {
            Err(refused(fields.clone(), explanation.clone()))
        }
        Some(Assessed::Assessed { .. } | Assessed::Undecided { .. }) => Ok(()),
        None => Err(AppError::NoPolicy),
    }
}

fn refused(fields: Vec<domain::change::MaterialError>, reasons: Explanation) -> AppError {
    AppError::RefusedByPolicy { refusal: Refusal::Fields(fields), reasons: Box::new(reasons) }
}

/// Evidence is the word of whoever hands it in, whatever it says of itself (A15).
pub(crate) fn attribute_evidence(
    material: &mut Material,
    principal: &Principal,
    directory: &Directory,
) {
    let issuer = match &principal.actor {
        domain::actor::Actor::ServiceAccount { service_account } => directory
            .service_account(service_account)
            .map_or_else(|| service_account.to_string(), |a| a.name.clone()),
        other => format!("person:{}", other.principal()),
    };
    for evidence in &mut material.evidence {
        let Evidence { issuer: claimed, .. } = evidence;
        claimed.clone_from(&issuer);
    }
}

impl App {
    /// Submits a draft, or asks policy again about one it could not decide.
    ///
    /// # Errors
    /// Another revision is current, the state or policy does not allow it, or it is not theirs.
    pub async fn submit_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
        expected_revision: u32,
    ) -> Result<Recorded<()>, AppError> {
        principal.may(Verb::Request, "submit changes")?;
        let actor = &principal.actor;
        self.change_action(id, actor, |facts| {
            let change = &facts.change;
            let current = change.revision().number;
            if expected_revision != current {
                return Err(Refusal::StaleRevision { expected: expected_revision, current }.into());
            }
            use domain::change::State;
            if !matches!(change.state, State::Draft | State::Assessing) {
                let state = change.state.name();
                return Err(Refusal::IllegalState { action: "submit", state }.into());
            }
            if !change.is_own_or_admin(actor, &facts.live.directory) {
                return Err(Refusal::NotEntitled {
                    action: "submit this change",
                    who: "its requester and admins",
                }
                .into());
            }
            let events = settled(Some(change), vec![submission(facts)?], facts)?;
            Ok(Plan::new(events, ()))
        })
        .await
    }
}

/// Where entries about a change's gate go.
pub(crate) fn gate_stream(id: Option<&ChangeId>) -> Stream {
    id.map_or_else(Stream::gate_unknown, Stream::gate)
}
