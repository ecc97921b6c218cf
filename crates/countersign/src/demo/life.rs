//! One release and what becomes of it: asked for, voted on, deployed, reviewed. Each step is a real
//! use case; what policy asks for is found out, never assumed.

use std::collections::VecDeque;

use anyhow::{Context, Result};
use app::AppError;
use app::change::{DeploymentReport, Explained, QuestionDraft};
use app::principal::Principal;
use domain::change::{ChangeType, Deployment, DeploymentOutcome, Digest, State, VoteDecision};
use domain::gate::Answer;
use domain::ids::{ChangeId, DeploymentId, GrantId, HoldId, PersonId, RoleName};
use domain::refusal::Refusal;
use jiff::Timestamp;

use super::World;
use super::calendar::{at_work, minutes, seconds};
use super::chance::Chance;
use super::evidence;
use super::organisation::CHECKOUT_PIPELINE;
use super::session::{self, Asked, Session};
use super::text;
use super::vote::{self, Next};
use super::wish::Wish;

/// How often a release tries the gate again.
const REFUSALS_MAX: usize = 3;

/// What fate has in store for a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing special.
    Smooth,
    /// Somebody says no.
    Rejected,
    /// Somebody wants something changed first.
    Revised,
    /// Somebody stops it for a while.
    Held,
    /// Nobody decides in time.
    Undecided,
    /// Nobody deploys in time.
    Undeployed,
    /// Its requester takes it back.
    Withdrawn,
    /// The gate is asked about another artifact first.
    WrongArtifact,
    /// Nothing goes wrong at all.
    Flawless,
}

/// What comes next.
enum Stage {
    Request,
    Decide,
    Vote(PersonId, RoleName, VoteDecision),
    Revise,
    Align(Box<Session>),
    Hold,
    Release(HoldId),
    Ask,
    Redeem(GrantId),
    Finish(DeploymentId),
    Close,
    Withdraw,
    Expire,
}

/// A release on its way through environments.
pub struct Life {
    wish: Wish,
    fate: Fate,
    path: VecDeque<&'static str>,
    chance: Chance,
    stage: Stage,
    change: Option<ChangeId>,
    requester: Principal,
    author: PersonId,
    deployments: usize,
    refusals: usize,
}

type Step = Result<Option<Timestamp>>;

impl Life {
    /// A release by `author`, which goes to the wish's environment and then along `path`.
    #[must_use]
    pub fn new(
        wish: Wish,
        fate: Fate,
        path: VecDeque<&'static str>,
        chance: Chance,
        author: (PersonId, Principal),
    ) -> Self {
        let (author, requester) = author;
        Self {
            wish,
            fate,
            path,
            chance,
            stage: Stage::Request,
            change: None,
            requester,
            author,
            deployments: 0,
            refusals: 0,
        }
    }

    /// The version becomes known when releases are put in order.
    pub const fn wish_mut(&mut self) -> &mut Wish {
        &mut self.wish
    }

    /// Whether its next step asks for a change.
    #[must_use]
    pub const fn begins(&self) -> bool {
        matches!(self.stage, Stage::Request)
    }

    /// Whether its next step touches other changes too: all that expire by then.
    #[must_use]
    pub const fn is_for_all(&self) -> bool {
        matches!(self.stage, Stage::Expire)
    }

    /// Does what comes next and says when to go on.
    ///
    /// # Errors
    /// A use case refuses what it should not.
    pub async fn step(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        let stage = std::mem::replace(&mut self.stage, Stage::Decide);
        let next = match stage {
            Stage::Request => self.request(world, now).await,
            Stage::Decide => self.decide(world, now).await,
            Stage::Vote(person, role, decision) => {
                self.vote(world, now, &person, &role, decision).await
            }
            Stage::Revise => self.revise(world, now).await,
            Stage::Align(session) => self.align(world, now, &session).await,
            Stage::Hold => self.hold(world, now).await,
            Stage::Release(hold) => self.release(world, now, &hold).await,
            Stage::Ask => self.ask(world, now).await,
            Stage::Redeem(grant) => self.redeem(world, now, &grant).await,
            Stage::Finish(deployment) => self.finish(world, now, &deployment).await,
            Stage::Close => self.close(world).await,
            Stage::Withdraw => self.withdraw(world).await,
            Stage::Expire => world.app.expire_due().await.map(|_| None).map_err(Into::into),
        };
        let next = next.with_context(|| {
            format!(
                "`{}` in {} of {}",
                self.wish.title, self.wish.environment, self.wish.service.name
            )
        })?;
        Ok(next.map(|at| self.not_beyond(world.end, now, at)))
    }

    /// A time before the end of history, however late it should be.
    fn not_beyond(&mut self, end: Timestamp, now: Timestamp, wanted: Timestamp) -> Timestamp {
        if wanted < end {
            return wanted.max(now);
        }
        let left = end.as_millisecond().saturating_sub(now.as_millisecond()).max(0);
        let part = left / 100 * self.chance.between(5, 25);
        Timestamp::from_millisecond(now.as_millisecond() + part).unwrap_or(now)
    }

    fn id(&self) -> Result<&ChangeId> {
        self.change.as_ref().context("nobody asked for the change yet")
    }

    fn go(&mut self, stage: Stage, at: Timestamp) -> Step {
        self.stage = stage;
        Ok(Some(at))
    }

    /// Goes on so many minutes later: a chance number of them, `from` up to `to`.
    fn later(&mut self, stage: Stage, now: Timestamp, from: i64, to: i64) -> Step {
        let at = minutes(now, self.chance.between(from, to));
        self.go(stage, at)
    }

    fn emergency(&self) -> bool {
        self.wish.kind == ChangeType::Emergency
    }

    async fn request(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        let made = minutes(now, -self.chance.between(20, 90));
        self.requester = evidence::supply(world, &mut self.wish, &self.requester, made)?;
        (self.deployments, self.refusals) = (0, 0);
        let asked = session::ask(world, &self.requester, &self.wish).await?;
        self.change = Some(asked.change().clone());
        match asked {
            Asked::HandedIn(_) => self.go(Stage::Decide, minutes(now, 1)),
            Asked::ToAlign(_) => self.meet(world, now).await,
        }
    }

    /// Sets up a session about what can't be handed in without one; the last ones are still to come.
    async fn meet(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        let author = world.cast.person(&self.author).context("the author is nobody")?;
        let from = minutes(now, self.chance.between(60, 900));
        let from = at_work(from, &author.zone, &mut self.chance);
        let change = self.id()?.clone();
        let about = (&change, author);
        let session = Session::open(world, &self.wish, about, from, &mut self.chance).await?;
        let until = session.until;
        if until < world.end { self.go(Stage::Align(Box::new(session)), until) } else { Ok(None) }
    }

    async fn align(&mut self, world: &World<'_>, now: Timestamp, session: &Session) -> Step {
        session.agree(world, &self.requester).await?;
        self.go(Stage::Decide, minutes(now, 1))
    }

    async fn decide(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        let seen = vote::look(world.app, world.cast, self.id()?).await?;
        match &seen.facts.change.state {
            State::Approved { valid_until, .. } => {
                return self.approved(now, *valid_until, world.end);
            }
            State::AwaitingApproval { expires_at, .. } => {
                let at = minutes(*expires_at, 2);
                if self.fate == Fate::Undecided && at < world.end {
                    return self.go(Stage::Expire, at);
                }
            }
            _ => return Ok(None),
        }
        if self.fate == Fate::Withdrawn && self.chance.percent(60) {
            return self.later(Stage::Withdraw, now, 60, 600);
        }
        self.choose_voter(world, &seen, now)
    }

    fn choose_voter(&mut self, world: &World<'_>, seen: &Explained, now: Timestamp) -> Step {
        match vote::next(world.cast, seen, &[], &mut self.chance) {
            Next::Voter(voter, role) => {
                let at = if self.emergency() {
                    minutes(now, self.chance.between(2, 9))
                } else {
                    let seen_at = minutes(now, self.chance.between(10, 260));
                    at_work(seen_at, &voter.zone, &mut self.chance)
                };
                let decision = match self.fate {
                    Fate::Rejected => VoteDecision::Reject,
                    Fate::Revised => VoteDecision::RequestChanges,
                    _ => VoteDecision::Approve,
                };
                // Not always the first one who looks has something to say.
                let silent = self.chance.percent(35) && seen.missing().count() > 1;
                let decision = if silent { VoteDecision::Approve } else { decision };
                self.go(Stage::Vote(voter.person.clone(), role, decision), at)
            }
            Next::Decided => Ok(None),
            Next::Stuck => self.later(Stage::Withdraw, now, 60, 300),
        }
    }

    async fn vote(
        &mut self,
        world: &World<'_>,
        now: Timestamp,
        person: &PersonId,
        role: &RoleName,
        decision: VoteDecision,
    ) -> Step {
        let words = match decision {
            VoteDecision::Reject => &text::REJECTIONS[..],
            VoteDecision::RequestChanges => &text::CHANGES_WANTED[..],
            _ if self.emergency() => &text::EMERGENCY_APPROVALS[..],
            _ => text::approval(role.as_str()),
        };
        let words = self.chance.word(words);
        let voter = world.cast.person(person).context("the voter is nobody of the demo")?;
        let seen = vote::look(world.app, world.cast, self.id()?).await?;
        if !vote::is_asked(&seen, voter) {
            return self.go(Stage::Decide, minutes(now, 1));
        }
        let principal = voter.principal();
        super::ballot::cast(world.app, &principal, self.id()?, decision, words).await?;
        match decision {
            VoteDecision::Reject => Ok(None),
            VoteDecision::RequestChanges => self.later(Stage::Revise, now, 40, 400),
            _ => self.go(Stage::Decide, minutes(now, 1)),
        }
    }

    async fn revise(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        self.fate = Fate::Smooth;
        self.wish
            .description
            .push_str(" Revised as asked: behind a flag, with an alert of its own.");
        self.wish.parameters.insert("rollout_percent".to_owned(), "10".to_owned());
        let material = self.wish.material()?;
        let id = self.id()?.clone();
        let revision = world.app.load_change(&id).await?.0.revision().number;
        let revise = |material, submit| {
            world.app.revise_change(&self.requester, &id, revision, material, submit)
        };
        match revise(material.clone(), true).await {
            Ok(_) => self.go(Stage::Decide, minutes(now, 1)),
            Err(AppError::Refused(Refusal::NotAligned(_))) => {
                revise(material, false).await?;
                self.meet(world, now).await
            }
            Err(other) => Err(other.into()),
        }
    }

    fn approved(&mut self, now: Timestamp, valid_until: Timestamp, end: Timestamp) -> Step {
        let late = minutes(valid_until, 2);
        match self.fate {
            Fate::Undeployed if late < end => self.go(Stage::Expire, late),
            Fate::Held => self.go(Stage::Hold, minutes(now, 6)),
            _ if self.emergency() => self.go(Stage::Ask, minutes(now, 1)),
            _ => {
                let at = minutes(now, self.chance.between(5, 480));
                self.go(Stage::Ask, at.min(minutes(valid_until, -30)))
            }
        }
    }

    async fn hold(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        self.fate = Fate::Smooth;
        let owner = world.cast.user(self.wish.service.owner)?.principal();
        let why = self.chance.word(&text::HOLDS);
        let hold = world.app.hold_change(&owner, self.id()?, why).await?.value;
        self.later(Stage::Release(hold), now, 40, 900)
    }

    async fn release(&mut self, world: &World<'_>, now: Timestamp, hold: &HoldId) -> Step {
        let owner = world.cast.user(self.wish.service.owner)?.principal();
        let why = self.chance.word(&text::RELEASES);
        world.app.release_hold(&owner, self.id()?, hold, why).await?;
        self.later(Stage::Ask, now, 3, 20)
    }

    fn pipeline(&self, world: &World<'_>) -> Result<Principal> {
        if self.wish.service.name == "checkout" && self.requester.actor.person().is_none() {
            return Ok(world.cast.machine(CHECKOUT_PIPELINE)?.principal.clone());
        }
        let name = format!("{}-pipeline", self.wish.service.domain);
        Ok(world.cast.machine(&name)?.principal.clone())
    }

    async fn ask(&mut self, world: &World<'_>, now: Timestamp) -> Step {
        let other = Digest::of(self.wish.title.as_bytes());
        let wrong = self.fate == Fate::WrongArtifact;
        let digest = if wrong { other } else { self.wish.artifact.digest.clone() };
        let named = wrong || self.chance.percent(50);
        let question = QuestionDraft {
            change: self.change.clone().filter(|_| named),
            service: self.wish.service.name.parse()?,
            environment: self.wish.environment.parse()?,
            artifacts: [digest].into(),
            parameters: self.wish.parameters.clone(),
            plan: None,
            state_serial: None,
        };
        let asked = world.app.ask_gate(&self.pipeline(world)?, &question).await?.value;
        if wrong {
            self.fate = Fate::Smooth;
            return self.later(Stage::Ask, now, 4, 25);
        }
        match (asked.verdict.answer, asked.grant) {
            (Answer::Allow, Some(grant)) => self.go(Stage::Redeem(grant.id), seconds(now, 2)),
            _ => self.refused(now),
        }
    }

    /// Something moved since the approval: whoever is missing now is asked again.
    fn refused(&mut self, now: Timestamp) -> Step {
        if self.refusals >= REFUSALS_MAX {
            return self.later(Stage::Withdraw, now, 30, 120);
        }
        self.refusals += 1;
        self.later(Stage::Decide, now, 5, 60)
    }

    async fn redeem(&mut self, world: &World<'_>, now: Timestamp, grant: &GrantId) -> Step {
        let redeemed = match world.app.redeem_grant(&self.pipeline(world)?, grant).await {
            Ok(redeemed) => redeemed.value,
            // Another deployment failed in between, and the risk asks for more people now.
            Err(AppError::RefusedByPolicy { .. }) => return self.refused(now),
            Err(other) => return Err(other.into()),
        };
        let Deployment { id, .. } = redeemed.deployment;
        self.deployments += 1;
        let at = seconds(now, self.chance.between(50, 900));
        self.go(Stage::Finish(id), at)
    }

    async fn finish(
        &mut self,
        world: &World<'_>,
        now: Timestamp,
        deployment: &DeploymentId,
    ) -> Step {
        let (outcome, exit_code, notes) = self.outcome();
        let note = Some(self.chance.word(notes).to_owned()).filter(|n| !n.is_empty());
        let report = DeploymentReport { outcome, exit_code: Some(exit_code), note };
        let pipeline = self.pipeline(world)?;
        world.app.finish_deployment(&pipeline, self.id()?, deployment, report).await?;
        let failed = exit_code != 0;
        let reruns = world.app.load_change(self.id()?).await?.0;
        let reruns = reruns.assessment.as_ref().map_or(0, |a| a.reruns_after_failure);
        if failed
            && self.deployments <= usize::try_from(reruns).unwrap_or(0)
            && self.chance.percent(75)
        {
            return self.later(Stage::Ask, now, 15, 120);
        }
        if !failed && let Some(next) = self.path.pop_front() {
            next.clone_into(&mut self.wish.environment);
            let author = world.cast.person(&self.author).context("the author is nobody")?;
            let at = minutes(now, self.chance.between(60, 1_200));
            let at = at_work(at, &author.zone, &mut self.chance);
            return if at < world.end { self.go(Stage::Request, at) } else { Ok(None) };
        }
        let reviewed = self.emergency() || failed || self.chance.percent(70);
        let at = minutes(now, self.chance.between(1_440, 4_500));
        if reviewed && at < world.end { self.go(Stage::Close, at) } else { Ok(None) }
    }

    /// How a deployment ends: mostly well.
    fn outcome(&mut self) -> (DeploymentOutcome, i32, &'static [&'static str]) {
        let [issues, failed, rolled_back] = text::NOTES;
        match self.chance.between(0, 100) {
            _ if self.fate == Fate::Flawless => (DeploymentOutcome::Successful, 0, &[]),
            0..92 => (DeploymentOutcome::Successful, 0, &[]),
            92..95 => (DeploymentOutcome::WithIssues, 0, issues),
            95..98 => (DeploymentOutcome::Failed, 1, failed),
            _ => (DeploymentOutcome::RolledBack, 1, rolled_back),
        }
    }

    async fn close(&mut self, world: &World<'_>) -> Step {
        let change = world.app.load_change(self.id()?).await?.0;
        let last = change.deployments.last().and_then(|d| d.outcome);
        let well =
            matches!(last, Some(DeploymentOutcome::Successful | DeploymentOutcome::WithIssues));
        let words = if well { &text::REVIEWS[..] } else { &text::REVIEWS_OF_FAILURE[..] };
        let owner = world.cast.user(self.wish.service.owner)?.principal();
        let review = self.chance.word(words);
        world.app.close_change(&owner, self.id()?, review).await?;
        Ok(None)
    }

    async fn withdraw(&mut self, world: &World<'_>) -> Step {
        let change = world.app.load_change(self.id()?).await?.0;
        if !matches!(change.state, State::AwaitingApproval { .. } | State::Approved { .. }) {
            return Ok(None);
        }
        let why = self.chance.word(&text::WITHDRAWALS);
        world.app.withdraw_change(&self.requester, self.id()?, why).await?;
        Ok(None)
    }
}
