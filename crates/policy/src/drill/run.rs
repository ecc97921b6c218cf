//! One drill on a test clock: from event to event, as the server would go from timer to timer.

use std::collections::{BTreeMap, BTreeSet};

use domain::asking::{AskingFacts, next};
use domain::change::{
    Artifact, Ballot, Change, ChangeEvent, Digest, Material, Revision, State, VoteDecision,
};
use domain::decision::{Witnessed, decide};
use domain::eligibility::Eligibility;
use domain::ids::{ChangeId, ChangeNumber, DomainName, PersonId, RoleName, VoteId};
use domain::private::Private;
use domain::requirement::Requirement;
use jiff::{SignedDuration, Timestamp};

use super::report::{DrillEntry, DrillPerson, DrillProblem, DrillReport, DrillWhat};
use super::world::World;
use super::{Drill, judge};
use crate::assess::Assessed;
use crate::bundle::{Bundle, facts_of};

/// Times the clock moves in one drill; plans have far fewer steps.
const MOVES_MAX: usize = 2_000;

pub(super) fn run(
    bundle: &Bundle,
    drill: &Drill,
    world: &World<'_>,
    load: &BTreeMap<PersonId, u32>,
) -> DrillReport {
    match begin(bundle, drill, world) {
        Err(problem) => DrillReport::impossible(drill, world.start, problem),
        Ok(change) => {
            let now = world.start;
            let mut clock = Clock {
                drill,
                world,
                load,
                change,
                now,
                due: BTreeSet::new(),
                given: vec![0; drill.answers.len()],
                timeline: Vec::new(),
            };
            clock.run();
            judge::judge(&clock)
        }
    }
}

/// The change of a drill, handed in and assessed.
pub(super) fn begin(
    bundle: &Bundle,
    drill: &Drill,
    world: &World<'_>,
) -> Result<Change, DrillProblem> {
    let impossible =
        |message: String| DrillProblem::impossible(message, "correct what `given` says");
    let mut facts = facts_of(&drill.given).map_err(impossible)?;
    let service = &world.service;
    facts.now = world.start;
    (facts.service, facts.criticality) = (service.name.as_str(), service.criticality);
    facts.domain = service.domain.as_ref().map(DomainName::as_str);
    facts.labels = &service.labels;
    let mut assessment = match bundle.assess_facts(&facts, None, 1) {
        Assessed::Assessed { assessment, .. } => assessment,
        other => {
            let message = format!("policy gives no answer: {}", other.explanation().title);
            return Err(impossible(message));
        }
    };
    // What somebody reads before answering is not what a drill is about.
    for requirement in &mut assessment.requirements {
        requirement.briefings.clear();
    }
    // It begins when the change is handed in, after any session.
    assessment.alignment.clear();
    let name = || facts.environment.parse().ok();
    let environment = name().ok_or_else(|| impossible("the environment has no name".to_owned()))?;
    let material = Material {
        title: Private::from(drill.name.as_str()),
        description: Private::from(""),
        reason: Private::from(""),
        plain_summary: None,
        version: None,
        paths: BTreeSet::new(),
        kind: facts.kind,
        template: None,
        service: service.name.clone(),
        environment,
        artifacts: vec![Artifact {
            name: "drill".to_owned(),
            digest: Digest::of(b"drill"),
            reference: None,
        }],
        parameters: facts.parameters.clone(),
        plan: None,
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: facts.impact,
        urgency: facts.urgency,
        complexity: facts.complexity,
        incident: facts.incident.map(str::to_owned),
        attributes: facts.attributes.clone(),
    };
    let by = world.asks();
    let failed = |what: &str| impossible(format!("the change can't be made: {what}"));
    let revision = Revision::new(1, material, [0; 16], by.clone(), world.start)
        .map_err(|e| failed(&e.to_string()))?;
    let id = ChangeId::new(world.start, [0; 10]);
    let created = ChangeEvent::ChangeCreated {
        id,
        number: ChangeNumber(0),
        requester: by,
        revision: Box::new(revision),
        set: None,
    };
    let mut change = Change::begin(&created, world.start).map_err(|e| failed(&e.to_string()))?;
    change
        .apply(
            &ChangeEvent::ChangeAssessed(assessment.begun(&world.places, world.start)),
            world.start,
        )
        .map_err(|e| failed(&e.to_string()))?;
    Ok(change)
}

/// A drill while it runs.
pub(super) struct Clock<'a> {
    pub(super) drill: &'a Drill,
    pub(super) world: &'a World<'a>,
    load: &'a BTreeMap<PersonId, u32>,
    pub(super) change: Change,
    pub(super) now: Timestamp,
    /// Who answers when.
    due: BTreeSet<(Timestamp, PersonId, String)>,
    /// How many answered so far, for each line of answers.
    given: Vec<u32>,
    pub(super) timeline: Vec<DrillEntry>,
}

impl Clock<'_> {
    fn run(&mut self) {
        for _ in 0..MOVES_MAX {
            self.answer();
            let facts = AskingFacts {
                directory: &self.world.directory,
                places: &self.world.places,
                load: self.load,
            };
            let step = next(&self.change, facts, self.now);
            for event in &step.events {
                self.note(event);
                if self.change.apply(event, self.now).is_err() {
                    return;
                }
            }
            let answer = self.due.first().map(|(at, _, _)| *at);
            let edge = [step.next_edge, answer].into_iter().flatten().min();
            match edge.filter(|at| *at > self.now && self.expires_at().is_some_and(|e| *at < e)) {
                Some(at) if !self.unmet(&self.change).is_empty() => self.now = at,
                _ => return,
            }
        }
    }

    /// When time runs out for the change.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        match &self.change.state {
            State::AwaitingApproval { expires_at, .. } => Some(*expires_at),
            _ => None,
        }
    }

    /// Keys of what is not answered yet.
    pub(super) fn unmet(&self, change: &Change) -> Vec<String> {
        let witnessed = Witnessed { deployments: &[], now: self.now };
        let decide = |a| decide(change, a, &self.world.directory, witnessed).unmet;
        change.assessment.as_ref().map(decide).unwrap_or_default()
    }

    /// Casts the votes that are due.
    fn answer(&mut self) {
        while let Some((_, person, requirement)) =
            self.due.first().filter(|(at, _, _)| *at <= self.now).cloned()
        {
            self.due.pop_first();
            if vote(&mut self.change, self.world, &person, self.now) {
                let entry = self.entry(&requirement, DrillWhat::Answered, &[person], "as it says");
                self.timeline.push(entry);
            }
        }
    }

    fn note(&mut self, event: &ChangeEvent) {
        use ChangeEvent as E;
        match event {
            E::ApproversAsked { requirement, people, why, .. } => {
                let entry = self.entry(requirement, DrillWhat::Asked, people, why);
                self.timeline.push(entry);
                for person in people {
                    self.plan_answer(person, requirement);
                }
            }
            E::ApproversReminded { requirement, people, .. } if !people.is_empty() => {
                let entry = self.entry(requirement, DrillWhat::Reminded, people, "no answer yet");
                self.timeline.push(entry);
            }
            E::RequirementEscalated { requirement, to, why, .. } => {
                let entry = self.entry(requirement, DrillWhat::Escalated, &[], why);
                self.timeline.push(DrillEntry { to: Some(to.words()), ..entry });
            }
            _ => {}
        }
    }

    /// Whoever was asked and is said to answer does so after a while.
    fn plan_answer(&mut self, person: &PersonId, requirement: &str) {
        let roles = self.roles_of(person, requirement);
        let known = self.drill.answers.iter().zip(&mut self.given);
        for (answer, given) in known {
            if roles.contains(&answer.role) && answer.count.is_none_or(|most| *given < most) {
                *given += 1;
                let after = SignedDuration::from_mins(i64::from(answer.after_minutes));
                let at = self.now.checked_add(after).unwrap_or(Timestamp::MAX);
                self.due.insert((at, person.clone(), requirement.to_owned()));
                return;
            }
        }
    }

    /// The roles in which somebody may answer a requirement now, also for those who let them.
    pub(super) fn roles_of(&self, person: &PersonId, requirement: &str) -> Vec<RoleName> {
        let planned = self.change.assessment.iter().flat_map(|a| &a.requirements);
        let asked: Vec<Requirement> = planned.filter(|r| r.key == requirement).cloned().collect();
        let eligibility = Eligibility::of(&self.change, &self.world.directory, self.now);
        let capacities = eligibility.capacities(person, &asked).unwrap_or_default();
        let roles = capacities.into_iter().flat_map(|capacity| capacity.roles);
        roles.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn entry(
        &self,
        requirement: &str,
        what: DrillWhat,
        people: &[PersonId],
        why: &str,
    ) -> DrillEntry {
        let person = |person: &PersonId| DrillPerson {
            person: person.clone(),
            name: self.world.directory.person_name(person),
            roles: self.roles_of(person, requirement),
            local: self.world.place_of(person).map_or_else(String::new, |place| {
                self.now.to_zoned(place.zone().clone()).strftime("%a %H:%M %Z").to_string()
            }),
            at_work: self.world.is_at_work(person, self.now),
        };
        DrillEntry {
            at: self.now,
            minutes: self.now.duration_since(self.world.start).as_mins(),
            requirement: requirement.to_owned(),
            what,
            to: None,
            people: people.iter().map(person).collect(),
            urgent: self.change.is_urgent(&[requirement.to_owned()]),
            why: why.to_owned(),
        }
    }
}

/// Approves as somebody, by the rules that hold for every vote. Whether it was recorded.
pub(super) fn vote(
    change: &mut Change,
    world: &World<'_>,
    person: &PersonId,
    now: Timestamp,
) -> bool {
    let (Some(account), Some(assessment)) = (world.account_of(person), &change.assessment) else {
        return false;
    };
    let number = u8::try_from(change.votes.len()).unwrap_or(u8::MAX);
    let ballot = Ballot {
        id: VoteId::new(now, [number; 10]),
        person: person.clone(),
        account: account.clone(),
        on_behalf_of: None,
        expected_revision: 1,
        decision: VoteDecision::Approve,
        justification: "drill".to_owned(),
        policy: assessment.policy.clone(),
        authentication: None,
        signature: None,
        bulk: None,
        step_up: Vec::new(),
    };
    let requirements = assessment.requirements.clone();
    let Ok(events) = change.vote(ballot, &requirements, &world.directory, now) else {
        return false;
    };
    events.iter().all(|event| change.apply(event, now).is_ok()) && !events.is_empty()
}
