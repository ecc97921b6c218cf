//! A large organisation in minutes: whole histories of changes, appended in large batches.
//!
//! Through HTTP a million changes would take hours. So this makes the same entries the use cases
//! would (create, assess, vote, approve, ask the gate, redeem, finish), with assessments by the live
//! bundle, votes and decisions by the domain and rows by the projection of `app`, and hands them to
//! the store port, some hundred changes an append. Only the deciding in between is left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use app::{App, Live, projection};
use domain::actor::Actor;
use domain::change::{
    Ballot, Change, ChangeEvent, Deployment, DeploymentOutcome, Expired, Grant, Material, Revision,
    VoteDecision,
};
use domain::decision::{Witnessed, decide};
use domain::event::{Envelope, Event, GateEvent};
use domain::gate::{Answer, Question};
use domain::ids::{ChangeId, DeploymentId, GrantId, QuestionId, VoteId};
use domain::private::Private;
use jiff::{SignedDuration, Timestamp};
use store::{Append, NewEntry, Stream, Write};

use crate::site::{self, ENVIRONMENT, SERVICES, Site};

/// Changes in one append.
const BATCH: usize = 200;
/// Of this many changes one is looked at again by the measurements.
const SAMPLED: u64 = 97;

/// A change to read while measuring.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its id.
    pub id: ChangeId,
    /// Its number, as in an address.
    pub number: String,
    /// Index of its first entry.
    pub entry: u64,
}

/// What was put in so far.
#[derive(Debug, Default)]
pub struct Filled {
    /// Changes.
    pub changes: usize,
    /// Entries.
    pub entries: u64,
    /// Some of the changes, from all over the history.
    pub samples: Vec<Sample>,
}

/// How a change's history goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Deployed,
    Rejected,
    Withdrawn,
    Expired,
    Waiting,
    Draft,
}

impl Course {
    /// The newest fiftieth waits or is being written; the rest has ended, most of it deployed.
    const fn of(n: usize, last: usize) -> Self {
        if n + last / 50 >= last {
            return if n.is_multiple_of(5) { Self::Draft } else { Self::Waiting };
        }
        match n % 20 {
            0 => Self::Rejected,
            1 => Self::Withdrawn,
            2 => Self::Expired,
            _ => Self::Deployed,
        }
    }
}

/// Appends changes until there are `wanted`.
pub async fn fill(site: &Site, filled: &mut Filled, wanted: usize) -> anyhow::Result<()> {
    let begun = std::time::Instant::now();
    let (send, mut made) = tokio::sync::mpsc::channel(4);
    let maker = Maker::new(site, wanted);
    let (first, mut number) = (filled.changes, site.app.store().next_change_number().await?.0);
    let making = tokio::task::spawn_blocking(move || -> anyhow::Result<()> {
        for start in (first..wanted).step_by(BATCH) {
            let end = wanted.min(start + BATCH);
            let mut batch = Batch::default();
            for n in start..end {
                maker.change(n, number, &mut batch)?;
                number += 1;
            }
            if send.blocking_send(batch).is_err() {
                break;
            }
        }
        Ok(())
    });
    while let Some(batch) = made.recv().await {
        let append = Append { entries: batch.entries, writes: batch.writes, ..Append::default() };
        let commit = site.app.store().append(append).await?;
        filled.entries += u64::try_from(commit.count)?;
        for (id, number, at) in batch.sampled {
            let entry = commit.first_index + u64::try_from(at)?;
            filled.samples.push(Sample { id, number, entry });
        }
    }
    making.await??;
    filled.changes = wanted;
    println!(
        "filled     {wanted} changes, {} entries in all, past HTTP, in {:.0} s",
        filled.entries,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Entries and rows of some changes.
#[derive(Default)]
struct Batch {
    entries: Vec<NewEntry>,
    writes: Vec<Write>,
    /// Id, number and position of the first entry.
    sampled: Vec<(ChangeId, String, usize)>,
}

/// Makes histories.
struct Maker {
    app: Arc<App>,
    live: Arc<Live>,
    requesters: Vec<Actor>,
    approver: Actor,
    last: usize,
    now: Timestamp,
}

impl Maker {
    fn new(site: &Site, last: usize) -> Self {
        Self {
            app: site.app.clone(),
            live: site.app.live(),
            requesters: site.requesters.clone(),
            approver: site.approves.clone(),
            last,
            now: site.app.ports().now(),
        }
    }

    /// One change with all that happened to it.
    fn change(&self, n: usize, number: u64, batch: &mut Batch) -> anyhow::Result<()> {
        let course = Course::of(n, self.last);
        let mut history = self.begin(n, number, course)?;
        match course {
            Course::Draft => {}
            Course::Waiting => self.assess(&mut history)?,
            Course::Withdrawn => {
                self.assess(&mut history)?;
                let reason = Private::new("not needed any more".to_owned());
                let requester = history.requester.clone();
                history.push(&requester, ChangeEvent::ChangeWithdrawn { reason })?;
            }
            Course::Expired => {
                self.assess(&mut history)?;
                history
                    .push(&Actor::System, ChangeEvent::ChangeExpired { was: Expired::Pending })?;
            }
            Course::Rejected => {
                self.assess(&mut history)?;
                self.vote(&mut history, VoteDecision::Reject)?;
            }
            Course::Deployed => {
                self.assess(&mut history)?;
                self.vote(&mut history, VoteDecision::Approve)?;
                self.approve(&mut history)?;
                self.deploy(&mut history)?;
            }
        }
        self.seal(history, batch)
    }

    fn begin(&self, n: usize, number: u64, course: Course) -> anyhow::Result<History> {
        let minutes = i64::try_from(self.last - n)?;
        // What is open is of the last hours; what is over began long enough ago to be over.
        let age = match course {
            Course::Draft | Course::Waiting => SignedDuration::from_secs(3_600 + minutes % 7_200),
            _ => SignedDuration::from_mins(60 * 24 * 60 + minutes),
        };
        let at = self.now.checked_sub(age)?;
        let id = ChangeId::new(at, self.app.ports().random());
        let material = material(n)?;
        let blinding = self.app.ports().random();
        let whose = n % self.requesters.len().max(1);
        let requester = self.requesters.get(whose).context("nobody asks")?.clone();
        let revision = Revision::new(1, material, blinding, requester.clone(), at)?;
        let number = domain::ids::ChangeNumber(number);
        let created = Change::create(id.clone(), number, requester.clone(), revision)?;
        let change = Change::begin(&created, at)?;
        let first = (Stream::change(&id), requester.clone(), created.into(), at);
        Ok(History { change, requester, at, version: 1, events: vec![first], writes: Vec::new() })
    }

    fn assess(&self, history: &mut History) -> anyhow::Result<()> {
        let requester = history.requester.clone();
        let assessed = self.live.assess(history.change.revision(), &requester, None, history.at)?;
        let assessment = assessed.assessment().context("policy could not say")?.clone();
        history.push(&requester, ChangeEvent::ChangeAssessed(Box::new(assessment)))
    }

    fn vote(&self, history: &mut History, decision: VoteDecision) -> anyhow::Result<()> {
        let Actor::Person { person, account } = &self.approver else {
            anyhow::bail!("the approver is no person")
        };
        let assessment = history.change.assessment.as_ref().context("not assessed")?;
        let ballot = Ballot {
            id: VoteId::new(history.at, self.app.ports().random()),
            person: person.clone(),
            account: account.clone(),
            authentication: None,
            signature: None,
            bulk: None,
            step_up: Vec::new(),
            on_behalf_of: None,
            expected_revision: 1,
            decision,
            justification: "read the difference and the test results".to_owned(),
            policy: assessment.policy.clone(),
        };
        let requirements = assessment.requirements.clone();
        let directory = &self.live.directory;
        for event in history.change.vote(ballot, &requirements, directory, history.at)? {
            history.push(&self.approver, event)?;
        }
        Ok(())
    }

    fn approve(&self, history: &mut History) -> anyhow::Result<()> {
        let change = &history.change;
        let assessment = change.assessment.as_ref().context("not assessed")?;
        let witnessed = Witnessed { deployments: &[], now: history.at };
        let decision = decide(change, assessment, &self.live.directory, witnessed);
        anyhow::ensure!(decision.approved, "one approval is not enough: {:?}", decision.unmet);
        let policy = assessment.policy.clone();
        let approved = ChangeEvent::ChangeApproved {
            revision: 1,
            policy,
            counted: decision.counted,
            valid_until: None,
        };
        history.push(&self.approver, approved)
    }

    fn deploy(&self, history: &mut History) -> anyhow::Result<()> {
        let requester = history.requester.clone();
        let grant = self.grant(history)?;
        let id = grant.id.clone();
        let question = grant.question(grant.question.clone(), requester.clone());
        let answered = answered(question, &grant);
        let gate = Stream::gate(&history.change.id);
        let entry = history.events.len();
        history.events.push((gate, requester.clone(), answered.into(), history.at));
        history.writes.push(Write::Grant { grant: id.clone(), entry });
        let deployment = DeploymentId::new(history.at, self.app.ports().random());
        let begun = Deployment {
            id: deployment.clone(),
            grant: id.clone(),
            by: requester.clone(),
            override_id: None,
            began_at: history.at,
            ended_at: None,
            outcome: None,
            exit_code: None,
            note: None,
        };
        let redeemed = ChangeEvent::GrantRedeemed { grant: id, deployment: Box::new(begun) };
        history.push(&requester, redeemed)?;
        let outcome = DeploymentOutcome::Successful;
        let finished =
            ChangeEvent::DeploymentFinished { deployment, outcome, exit_code: Some(0), note: None };
        history.push(&requester, finished)
    }

    fn grant(&self, history: &History) -> anyhow::Result<Grant> {
        let revision = history.change.revision();
        Ok(Grant {
            id: GrantId::new(history.at, self.app.ports().random()),
            change: history.change.id.clone(),
            revision: 1,
            revision_digest: revision.digest.clone(),
            service: revision.material.service.clone(),
            environment: revision.material.environment.clone(),
            artifacts: revision.material.artifacts.clone(),
            parameters: BTreeMap::new(),
            plan: None,
            window: None,
            policy: history.change.assessment.as_ref().context("not assessed")?.policy.clone(),
            question: QuestionId::new(history.at, self.app.ports().random()),
            asked_by: history.requester.clone(),
            override_id: None,
            nonce: self.app.ports().random_hex::<16>(),
            issued_at: history.at,
            expires_at: history.at.checked_add(SignedDuration::from_mins(30))?,
        })
    }

    /// Entries with their commitments, and the rows of the change as it is after all of it.
    fn seal(&self, history: History, batch: &mut Batch) -> anyhow::Result<()> {
        let first = batch.entries.len();
        for (stream, actor, event, at) in history.events {
            let envelope = Envelope::new(at, stream.as_str(), actor, event);
            let mut salt = || self.app.ports().random::<16>();
            let sealed = ledger::seal(&envelope, &mut salt)?;
            batch.entries.push(NewEntry::new(stream, sealed.leaf, sealed.disclosures));
        }
        let change = &history.change;
        batch.writes.extend(projection::writes(change, history.version, &self.live.directory)?);
        batch.writes.extend(history.writes.into_iter().map(|write| match write {
            Write::Grant { grant, entry } => Write::Grant { grant, entry: first + entry },
            other => other,
        }));
        if change.number.0.is_multiple_of(SAMPLED) {
            batch.sampled.push((change.id.clone(), change.number.to_string(), first));
        }
        Ok(())
    }
}

/// A change under way.
struct History {
    change: Change,
    requester: Actor,
    at: Timestamp,
    version: u64,
    events: Vec<(Stream, Actor, Event, Timestamp)>,
    writes: Vec<Write>,
}

impl History {
    /// What happens next, some minutes later.
    fn push(&mut self, actor: &Actor, event: ChangeEvent) -> anyhow::Result<()> {
        self.at = self.at.checked_add(SignedDuration::from_mins(7))?;
        self.change.apply(&event, self.at)?;
        self.version += 1;
        let stream = Stream::change(&self.change.id);
        self.events.push((stream, actor.clone(), event.into(), self.at));
        Ok(())
    }
}

fn answered(question: Question, grant: &Grant) -> GateEvent {
    GateEvent::GateAnswered {
        question: Box::new(question),
        answer: Answer::Allow,
        code: "approved".to_owned(),
        reasons: Vec::new(),
        enforced: true,
        policy: grant.policy.clone(),
        grant: Some(Box::new(grant.clone())),
    }
}

fn material(n: usize) -> anyhow::Result<Material> {
    const WORDS: [&str; 8] =
        ["release", "hotfix", "rollout", "upgrade", "migration", "flag", "rollback", "tuning"];
    let service = SERVICES.get(n % SERVICES.len()).context("no service")?;
    let word = WORDS.get(n % 7).context("no word")?;
    let artifact = site::artifact(&format!("{service}.bin"), format!("filled/{n}").as_bytes());
    Ok(Material {
        title: Private::new(format!("{word} of {service} 4.{}.{}", n / 100, n % 100)),
        description: Private::new("Built from the main branch; tests and scan passed.".to_owned()),
        reason: Private::new("planned for this sprint".to_owned()),
        ..site::material(service, ENVIRONMENT, artifact)?
    })
}
