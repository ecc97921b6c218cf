//! Asking the gate: find the change, evaluate everything again, record question and verdict, answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::change::{Change, ChangeEvent, Digest, Grant, State};
use domain::event::{GateEvent, OrganisationEvent, Reason};
use domain::explanation::{Explanation, Outcome};
use domain::gate::{Answer, Question, Verdict};
use domain::ids::{ChangeId, EnvironmentName, FindingId, GrantId, QuestionId, ServiceName};
use domain::organisation::{Verb, access};
use jiff::{SignedDuration, Timestamp};
use store::{ChangeFilter, Notice, StoreError, Stream, Write};
use tokio::sync::broadcast;

use super::create::gate_stream;
use super::settle::{settle, settled};
use crate::facts::ChangeFacts;
use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

const CANDIDATES: usize = 20;

/// What is asked.
#[derive(Debug, Clone)]
pub struct QuestionDraft {
    /// The change, if the caller knows it; else the one that names the artifacts is looked for.
    pub change: Option<ChangeId>,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Digests of everything that would be deployed.
    pub artifacts: BTreeSet<Digest>,
    /// Everything that steers the deployment.
    pub parameters: BTreeMap<String, String>,
    /// The plan that would be applied.
    pub plan: Option<Digest>,
    /// Serial of the state it was made against.
    pub state_serial: Option<String>,
}

/// A durable answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked, with its id.
    pub question: Question,
    /// The answer with its reasons.
    pub verdict: Verdict,
    /// Whether the gate blocks here, or only records.
    pub enforced: bool,
    /// The change it is about.
    pub change: Option<Arc<Change>>,
    /// The grant, with `allow`. It is the recorded entry itself.
    pub grant: Option<Grant>,
}

impl App {
    /// Answers a question. The question and its verdict are durable before this returns.
    ///
    /// # Errors
    /// The principal may not ask it, or the store does not answer: which is no yes.
    pub async fn ask_gate(
        &self,
        principal: &Principal,
        draft: &QuestionDraft,
    ) -> Result<Recorded<Asked>, AppError> {
        self.check_may_ask(principal, draft)?;
        let question = Question {
            id: QuestionId::new(self.ports.now(), self.ports.random()),
            change: self.find_change(draft).await?,
            service: draft.service.clone(),
            environment: draft.environment.clone(),
            artifacts: draft.artifacts.clone(),
            parameters: draft.parameters.clone(),
            plan: draft.plan.clone(),
            state_serial: draft.state_serial.clone(),
            asked_by: principal.actor.clone(),
        };
        let Some(id) = question.change.clone() else {
            return self.answer_without_change(question).await;
        };
        let asked = self
            .change_action(&id, &principal.actor, |facts| self.plan_answer(&question, facts))
            .await;
        match asked {
            Err(AppError::Refused(domain::refusal::Refusal::NotFound { .. })) => {
                self.answer_without_change(Question { change: None, ..question }).await
            }
            done => done,
        }
    }

    fn check_may_ask(&self, principal: &Principal, draft: &QuestionDraft) -> Result<(), AppError> {
        principal.may(Verb::Gate, "ask the gate")?;
        if let Some(person) = principal.actor.person() {
            let directory = &self.live().directory;
            if !directory.holds(person, access::REQUESTER) {
                return Err(domain::refusal::Refusal::NotEntitled {
                    action: "ask the gate",
                    who: "requesters, and service accounts with the verb `gate`",
                }
                .into());
            }
        }
        if principal.reaches(&draft.service, &draft.environment) {
            Ok(())
        } else {
            Err(AppError::OutOfScope { action: "ask the gate about this target" })
        }
    }

    /// The change a question leans on: the one named, or the one that would put these artifacts
    /// there. A name or a branch carries no trust (A05): only the digest does.
    async fn find_change(&self, draft: &QuestionDraft) -> Result<Option<ChangeId>, AppError> {
        if draft.change.is_some() {
            return Ok(draft.change.clone());
        }
        let (service, environment) = (draft.service.as_str(), draft.environment.as_str());
        let mut open = None;
        for digest in &draft.artifacts {
            let ids = self
                .store
                .changes_for_artifact(service, environment, digest.as_str(), CANDIDATES)
                .await?;
            for id in ids {
                let (change, _) = self.load_change(&id).await?;
                if matches!(change.state, State::Approved { .. }) {
                    return Ok(Some(id));
                }
                let better =
                    open.as_ref().is_none_or(|(ended, _)| *ended && !change.state.is_final());
                if better {
                    open = Some((change.state.is_final(), id));
                }
            }
        }
        if let Some((_, id)) = open {
            return Ok(Some(id));
        }
        // Nothing names these artifacts: an approved change for the same place says what would be
        // allowed instead, so the refusal can name both digests (A01).
        let filter = ChangeFilter {
            states: vec!["approved".to_owned()],
            service: Some(service.to_owned()),
            environment: Some(environment.to_owned()),
            limit: 1,
            ..ChangeFilter::default()
        };
        Ok(self.store.changes(&filter).await?.items.into_iter().next().map(|c| c.id))
    }

    fn plan_answer(
        &self,
        question: &Question,
        facts: &ChangeFacts,
    ) -> Result<Plan<Asked>, AppError> {
        let Answered { events, change, later, verdict, enforced } = answer(question, facts)?;
        let facts = later.as_ref().unwrap_or(facts);
        let grant = (verdict.answer == Answer::Allow)
            .then(|| self.grant(question, &change, &verdict, facts))
            .flatten();
        let grant_at = events.len();
        let policy = facts.policy_digest();
        let event = answered(question, &verdict, enforced, policy, grant.clone());
        let mut writes = Vec::new();
        if let Some(grant) = &grant {
            writes.push(Write::Grant { grant: grant.id.clone(), entry: grant_at });
        }
        let not_after = grant.as_ref().map(|g| g.expires_at);
        let question = question.clone();
        let stream = gate_stream(question.change.as_ref());
        let asked = Asked { question, verdict, enforced, change: Some(change), grant };
        let mut plan = Plan::new(events, asked);
        plan.writes = writes;
        plan.not_after = not_after;
        if !enforced && plan.value.verdict.answer != Answer::Allow {
            self.follow_up(&mut plan, facts);
        }
        // The answer is the last entry: its receipt is what whoever asked is given.
        plan.others.push((stream, event.into()));
        Ok(plan)
    }

    /// What a gate that only records lets through is somebody's to follow up (M2.3).
    fn follow_up(&self, plan: &mut Plan<Asked>, facts: &ChangeFacts) {
        let id = FindingId::new(facts.now, self.ports.random());
        let Asked { question, verdict, .. } = &plan.value;
        if let Some(finding) = facts.let_through(id, question, verdict) {
            plan.writes.extend(self.tell_of_finding(&finding, &facts.change, &question.asked_by));
            let event = OrganisationEvent::FindingRaised(Box::new(finding));
            plan.others.push((Stream::organisation(), event.into()));
        }
    }

    fn grant(
        &self,
        question: &Question,
        change: &Change,
        verdict: &Verdict,
        facts: &ChangeFacts,
    ) -> Option<Grant> {
        let revision = change.revision();
        let opened = verdict.override_id.as_ref();
        let opened = opened.and_then(|id| change.overrides.iter().find(|o| o.id == *id));
        let minutes = change.assessment.as_ref()?.grant_minutes;
        let end = facts.now.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok()?;
        let window_end = revision.material.window.as_ref().map(|w| w.until);
        let stands = opened.map_or_else(|| change.state.valid_until(), |o| Some(o.valid_until));
        // A grant never reaches into a freeze that is known or beyond its maintenance window, also
        // when it is checked offline (F05).
        let ahead = facts.freezes().into_iter().filter(|f| f.from > facts.now);
        let frozen_from = ahead.map(|f| f.from).min();
        // Nor beyond the approval of another item of its set.
        let others = facts.others.iter().filter(|_| opened.is_none());
        let jointly = others.filter_map(|o| o.change.state.valid_until()).min();
        let closes = domain::maintenance::closes_at(&facts.maintenance(), facts.now);
        let ends = [Some(end), stands, window_end, frozen_from, closes, jointly];
        let expires_at: Timestamp = ends.into_iter().flatten().min()?;
        Some(Grant {
            id: GrantId::new(facts.now, self.ports.random()),
            change: change.id.clone(),
            revision: revision.number,
            revision_digest: revision.digest.clone(),
            service: revision.material.service.clone(),
            environment: revision.material.environment.clone(),
            artifacts: revision.material.artifacts.clone(),
            parameters: revision.material.parameters.clone(),
            plan: revision.material.plan.clone(),
            window: revision.material.window.clone(),
            policy: facts.policy_digest(),
            question: question.id.clone(),
            asked_by: question.asked_by.clone(),
            nonce: self.ports.random_hex::<16>(),
            issued_at: facts.now,
            expires_at,
            override_id: verdict.override_id.clone(),
        })
    }

    /// No change, no yes: recorded all the same.
    async fn answer_without_change(&self, question: Question) -> Result<Recorded<Asked>, AppError> {
        let verdict = match &question.change {
            _ if self.live().policy.live().is_none() => {
                Verdict::single(Outcome::Unknown, "no_policy", "no policy bundle is live")
            }
            _ => Verdict::single(
                Outcome::Denied,
                "no_change",
                format!(
                    "no change asks to put this into {} of {}; ask for one first",
                    question.environment, question.service
                ),
            ),
        };
        let live = self.live();
        let policy = live.policy.live().map_or("none", |b| b.digest()).to_owned();
        let event = answered(&question, &verdict, true, policy, None);
        let actor = question.asked_by.clone();
        let entry = self.entry(Stream::gate_unknown(), &actor, event, self.ports.now())?;
        let leaves = vec![entry.leaf.clone()];
        let append = store::Append { entries: vec![entry], ..store::Append::default() };
        let commit = self.append(append).await?;
        let value = Asked { question, verdict, enforced: true, change: None, grant: None };
        Ok(Recorded { value, commit: Some(commit), leaves })
    }

    /// Asks, and while the answer is `pending` waits for something to move, at most `wait`. What is
    /// recorded is the first question and the last verdict, not each look in between.
    ///
    /// # Errors
    /// As [`App::ask_gate`].
    pub async fn ask_gate_and_wait(
        &self,
        principal: &Principal,
        draft: &QuestionDraft,
        wait: Duration,
    ) -> Result<Recorded<Asked>, AppError> {
        let mut notices = self.store.watch();
        let deadline = tokio::time::Instant::now() + wait;
        let mut asked = self.ask_gate(principal, draft).await?;
        while asked.value.verdict.answer == Answer::Pending {
            let edge = asked.value.verdict.explanation.next_edge().map(|e| e.at);
            if !self.something_moves(&mut notices, &asked.value, edge, deadline).await {
                break;
            }
            if self.still_pending(&asked.value).await? {
                continue;
            }
            asked = self.ask_gate(principal, draft).await?;
        }
        Ok(asked)
    }

    /// Waits until a stream that matters grows, the next edge in time passes (true), or time is up
    /// (false).
    async fn something_moves(
        &self,
        notices: &mut broadcast::Receiver<Notice>,
        asked: &Asked,
        edge: Option<Timestamp>,
        deadline: tokio::time::Instant,
    ) -> bool {
        let edge = edge.map(|at| {
            let ms = at.as_millisecond().saturating_sub(self.ports.now().as_millisecond()).max(1);
            tokio::time::Instant::now() + Duration::from_millis(u64::try_from(ms).unwrap_or(1))
        });
        let matters = |notice: &Notice| {
            let change = asked.change.as_deref();
            let set = change.and_then(|c| c.set.as_ref());
            let items = change.map(|c| &c.id).into_iter().chain(set.iter().flat_map(|s| &s.items));
            let streams: BTreeSet<Stream> = items.map(Stream::change).collect();
            let everywhere = |s: &Stream| matches!(s.as_str(), "organisation" | "policy");
            notice.streams.iter().any(|s| streams.contains(s) || everywhere(s))
        };
        loop {
            let until = edge.map_or(deadline, |e| e.min(deadline));
            tokio::select! {
                () = tokio::time::sleep_until(until) => return until < deadline,
                notice = notices.recv() => match notice {
                    Ok(notice) if !matters(&notice) => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return true,
                    Err(broadcast::error::RecvError::Closed) => return false,
                },
            }
        }
    }

    /// Looks without recording whether the answer would still be `pending`.
    async fn still_pending(&self, asked: &Asked) -> Result<bool, AppError> {
        let Some(id) = &asked.question.change else { return Ok(false) };
        self.refresh().await?;
        let (change, version) = self.load_change(id).await?;
        let facts = self.facts(change, version).await?;
        let plan = self.plan_answer(&asked.question, &facts)?;
        Ok(plan.value.verdict.answer == Answer::Pending)
    }
}

/// What the gate says, and what follows by itself before it does.
pub(crate) struct Answered {
    /// What follows.
    events: Vec<ChangeEvent>,
    /// The change after it.
    change: Arc<Change>,
    /// The facts after it, where rules approved something.
    later: Option<ChangeFacts>,
    /// The answer.
    pub(crate) verdict: Verdict,
    /// Whether the gate blocks here, or only records.
    pub(crate) enforced: bool,
}

/// Answers a question from facts alone.
pub(crate) fn answer(question: &Question, facts: &ChangeFacts) -> Result<Answered, AppError> {
    let added = || facts.added(&facts.change).is_some();
    let moved = !facts.automatic(&facts.change).is_empty() || added();
    let events: Vec<_> = if moved {
        settled(Some(&facts.change), Vec::new(), facts)?
    } else {
        settle(&facts.change, &facts.evaluation.decisions, facts)?
    };
    let after = fold(Some(&facts.change), &events, facts.now)?.map(Arc::new);
    let change = after.unwrap_or_else(|| facts.change.clone());
    let later = moved.then(|| facts.after(&change));
    let facts = later.as_ref().unwrap_or(facts);
    let verdict = facts.answer(question, &change);
    let enforced = facts.assessment().is_none_or(|a| a.enforce);
    Ok(Answered { events, change, later, verdict, enforced })
}

/// The event of a verdict.
pub(crate) fn answered(
    question: &Question,
    verdict: &Verdict,
    enforced: bool,
    policy: String,
    grant: Option<Grant>,
) -> GateEvent {
    GateEvent::GateAnswered {
        question: Box::new(question.clone()),
        answer: verdict.answer,
        code: verdict.code.clone(),
        reasons: reasons(&verdict.explanation),
        enforced,
        policy,
        grant: grant.map(Box::new),
    }
}

fn reasons(tree: &Explanation) -> Vec<Reason> {
    let open = |n: &&Explanation| {
        n.children.is_empty()
            && matches!(n.outcome, Outcome::Missing | Outcome::Denied | Outcome::Unknown)
    };
    let reason = |n: &Explanation| Reason {
        code: n.code.clone(),
        requirement: n.requirement.clone(),
        missing: n.missing.as_ref().map(|m| m.count),
    };
    tree.walk().filter(open).map(reason).collect()
}

/// Whether an error of the store means that nothing is known, which is no yes.
#[must_use]
pub const fn is_unknown(error: &AppError) -> bool {
    matches!(error, AppError::Store(StoreError::Unavailable { .. } | StoreError::Stopped { .. }))
}
