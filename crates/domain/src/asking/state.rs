//! Who was asked for one requirement, as the record says.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::EscalationTarget;
use crate::change::{Change, ChangeEvent, ChangeType, State, VoteDecision};
use crate::explanation::Edge;
use crate::ids::{PersonId, RoleName};
use crate::requirement::{Reach, Requirement};

/// How far the asking of one requirement has come. The fold of its events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// Key of the requirement.
    pub requirement: String,
    /// The last step of its plan that was taken; 0 is the first asking.
    pub step: u32,
    /// When the first were asked: the plan's spans count from here.
    #[serde(with = "crate::time::ms::option")]
    pub began_at: Option<Timestamp>,
    /// Everybody who was asked and not replaced.
    pub asked: Vec<PersonId>,
    /// Who was replaced, and when: earlier votes of theirs do not fill this requirement.
    pub replaced: Vec<Replaced>,
    /// Who of those asked was asked because they were on call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_call: Vec<PersonId>,
    /// How many of the plan's reminders were due so far.
    pub reminded: u32,
    /// Targets of the steps that were taken.
    pub taken: Vec<EscalationTarget>,
    /// What happens next, and when; `None` when nothing does by itself.
    pub next: Option<Edge>,
}

/// Somebody who was asked, or voted, and does not count for a requirement any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// Who.
    pub person: PersonId,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl Asking {
    pub(crate) const fn new(requirement: String) -> Self {
        Self {
            requirement,
            step: 0,
            began_at: None,
            asked: Vec::new(),
            replaced: Vec::new(),
            on_call: Vec::new(),
            reminded: 0,
            taken: Vec::new(),
            next: None,
        }
    }

    /// Whether a person's votes up to a time do not fill this requirement any more.
    #[must_use]
    pub fn has_replaced(&self, person: &PersonId, voted_at: Timestamp) -> bool {
        self.replaced.iter().any(|r| r.person == *person && voted_at <= r.at)
    }

    fn ask(&mut self, people: &[PersonId], at: Timestamp) {
        let new = people.iter().filter(|p| !self.asked.contains(p)).cloned().collect::<Vec<_>>();
        if !new.is_empty() {
            self.began_at.get_or_insert(at);
        }
        self.asked.extend(new);
    }
}

impl Change {
    /// How far the asking of a requirement has come, if it has begun.
    #[must_use]
    pub fn asking_of(&self, requirement: &str) -> Option<&Asking> {
        self.asking.iter().find(|a| a.requirement == requirement)
    }

    /// The roles that answer a requirement, each with where it must be held: its own, and those that
    /// an escalation on the record has opened and its plan names.
    pub fn routes<'a>(
        &'a self,
        requirement: &'a Requirement,
    ) -> impl Iterator<Item = (&'a RoleName, Reach)> {
        let own = requirement.roles.iter().map(|role| (role, requirement.reach));
        let plan = requirement.response.as_deref();
        let steps = plan.map(|p| p.steps.as_slice()).unwrap_or_default();
        let taken = self.asking_of(&requirement.key).map(|a| a.taken.as_slice());
        let opened = steps
            .iter()
            .map(|s| &s.to)
            .filter(move |to| taken.is_some_and(|taken| taken.contains(to)));
        own.chain(opened.flat_map(|to| {
            let (roles, reach) = to.opens();
            roles.iter().map(move |role| (role, reach))
        }))
    }

    /// Whether asking for these requirements can't wait: it is an emergency, or the plan of one of them
    /// asks people when they are not at work.
    #[must_use]
    pub fn is_urgent(&self, requirements: &[String]) -> bool {
        let recorded = self.requirements();
        let all = self.with_exceptions(&recorded);
        let mut asked = all.iter().filter(|r| requirements.contains(&r.key));
        self.revision().material.kind == ChangeType::Emergency
            || asked.any(|r| r.response.as_ref().is_some_and(|plan| plan.after_hours))
    }

    /// Whether somebody wants another revision: then it is the requester's turn, and nobody is asked.
    #[must_use]
    pub fn is_sent_back(&self) -> bool {
        self.current_votes().any(|v| v.decision == VoteDecision::RequestChanges)
    }

    /// When asking next does something by itself, over requirements the record says are `unmet`.
    #[must_use]
    pub fn next_asking(&self, unmet: &[String]) -> Option<Timestamp> {
        let State::AwaitingApproval { since, .. } = &self.state else { return None };
        if self.is_sent_back() {
            return None;
        }
        let requirements = self.requirements();
        let planned = requirements.iter();
        let planned = planned.filter(|r| r.response.is_some() && unmet.contains(&r.key));
        planned
            .filter_map(|r| match self.asking_of(&r.key) {
                None => Some(*since),
                Some(asking) => asking.next.as_ref().map(|edge| edge.at),
            })
            .min()
    }

    fn asking_mut(&mut self, requirement: &str) -> &mut Asking {
        let known = self.asking.iter().position(|a| a.requirement == requirement);
        let at = known.unwrap_or_else(|| {
            self.asking.push(Asking::new(requirement.to_owned()));
            self.asking.len() - 1
        });
        // INVARIANT: found or pushed just above.
        &mut self.asking[at]
    }

    /// Folds an event of asking in.
    pub(crate) fn fold_asking(&mut self, event: &ChangeEvent, at: Timestamp) {
        match event {
            ChangeEvent::ApproversAsked {
                requirement, people, instead_of, on_call, next, ..
            } => {
                let asking = self.asking_mut(requirement);
                asking.asked.retain(|p| !instead_of.contains(p));
                asking.on_call.retain(|p| !instead_of.contains(p));
                let gone = instead_of.iter().map(|p| Replaced { person: p.clone(), at });
                asking.replaced.extend(gone);
                asking.ask(people, at);
                asking.on_call.extend(on_call.iter().cloned());
                asking.next.clone_from(next);
            }
            ChangeEvent::ApproversReminded { requirement, reminder, next, .. } => {
                let asking = self.asking_mut(requirement);
                asking.reminded = *reminder;
                asking.next.clone_from(next);
            }
            ChangeEvent::RequirementEscalated { requirement, step, to, people, next, .. } => {
                let asking = self.asking_mut(requirement);
                asking.step = *step;
                asking.taken.push((**to).clone());
                asking.ask(people, at);
                asking.next.clone_from(next);
            }
            ChangeEvent::AnswererMissing { requirement, missing } => {
                self.unanswerable.retain(|key| key != requirement);
                self.unanswerable.extend(missing.then(|| requirement.clone()));
            }
            _ => {}
        }
    }

    /// Begins asking anew after an approval lapsed: what was opened stays open.
    pub(crate) fn ask_again(&mut self, at: Timestamp) {
        for asking in &mut self.asking {
            asking.asked.clear();
            asking.on_call.clear();
            asking.began_at = None;
            asking.reminded = 0;
            asking.next = Some(Edge { at, what: "people are asked again".to_owned() });
        }
    }
}
