//! From events to what each person is told: a pure function of the events, the change and the
//! directory. Nobody is told of their own act.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::change::{Assessment, AutomaticApproval, Change, ChangeEvent, LazyStep, State};
use domain::drill::DrillFailure;
use domain::event::PolicyEvent;
use domain::ids::{HoldId, OverrideId, PersonId};
use domain::organisation::Directory;
use domain::private::Private;
use domain::requirement::Requirement;
use domain::weak_link::{FoundLink, WeakLink, by_need, mended};
use jiff::Timestamp;

use super::recipients::{all_governors, governors, person_behind, to_ask, voters};
use super::telling::{Telling, What};
use super::{escalated, overridden};
use crate::PolicyState;

/// So many failures of drills are named; their page has all.
const FAILURES_TOLD: usize = 3;

/// Events of one change that are recorded together.
pub(crate) struct Happened<'a> {
    /// The change before them, if there was one.
    pub(crate) before: Option<&'a Change>,
    /// The change after them.
    pub(crate) after: &'a Change,
    /// The events; the first gets this version of the stream, the next the following.
    pub(crate) events: &'a [ChangeEvent],
    /// See `events`.
    pub(crate) first_version: u64,
    /// Who did it.
    pub(crate) actor: &'a Actor,
    /// The organisation.
    pub(crate) directory: &'a Directory,
    /// When.
    pub(crate) at: Timestamp,
}

/// One thing that one person is told, and the version of the event that it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) person: PersonId,
    pub(crate) version: u64,
    pub(crate) telling: Telling,
}

impl Happened<'_> {
    /// What is told to whom.
    pub(crate) fn told(&self) -> Vec<Told> {
        let mut told = Vec::new();
        let stuck = self.newly_stuck();
        for (version, event) in (self.first_version..).zip(self.events) {
            for (person, what) in self.of_event(event, &stuck) {
                // Whoever set off what happens by itself has not heard of it by that.
                let own = self.actor.person() == Some(&person) && !by_itself(event);
                if own || !self.directory.is_active(&person) {
                    continue;
                }
                let Some(what) = merged(&mut told, &person, what) else { continue };
                let by = self.actor.principal();
                let telling = Telling::of_change(what, self.after, by);
                told.push(Told { person, version, telling });
            }
        }
        told.extend(self.of_stuck(&stuck, &told));
        told
    }

    /// Requirements that nobody is left to answer since these events, or since the organisation moved.
    fn newly_stuck(&self) -> Vec<String> {
        let stuck = |change| escalated::stuck(change, self.directory, self.at);
        let before = self.before.map(stuck).unwrap_or_default();
        let missing = |key: &String| {
            self.events.iter().any(|event| match event {
                ChangeEvent::AnswererMissing { requirement, missing: true } => requirement == key,
                _ => false,
            })
        };
        let now = stuck(self.after).into_iter();
        now.filter(|key| !before.contains(key) || missing(key)).collect()
    }

    /// Whoever asked hears of it too: nothing else tells them that it waits for nobody.
    fn of_stuck(&self, requirements: &[String], told: &[Told]) -> Vec<Told> {
        if requirements.is_empty() {
            return Vec::new();
        }
        let versions: Vec<u64> = (self.first_version..).take(self.events.len()).collect();
        let people = escalated::concerned_if_stuck(self.after, self.directory).into_iter();
        let here = people.filter(|person| self.directory.is_active(person));
        here.filter_map(|person| {
            // One event tells a person one thing.
            let taken = |v: u64| told.iter().any(|t| t.person == person && t.version == v);
            let version = versions.iter().rev().copied().find(|version| !taken(*version))?;
            let what = What::Stuck { requirements: requirements.to_vec() };
            let telling = Telling::of_change(what, self.after, self.actor.principal());
            Some(Told { person, version, telling })
        })
        .collect()
    }

    fn of_event(&self, event: &ChangeEvent, stuck: &[String]) -> Vec<(PersonId, What)> {
        use ChangeEvent as E;
        match event {
            E::ChangeAssessed(_) | E::ApprovalLapsed { .. } => self.asked(event),
            E::RequirementsAdded(assessment) => self.to_ask(&self.new_in(assessment)),
            E::VoteRecorded(vote) if !self.decides() => {
                let mut told = self.requester(&What::VoteRecorded { vote: vote.id.clone() });
                if self.after.wants_seconds() {
                    told.extend(self.to_ask(&crate::projection::unmet(self.after)));
                }
                told
            }
            E::ChangeApproved { .. } => self.requester(&What::Approved),
            E::ChangeRejected { vote } => self.requester(&What::Rejected { vote: vote.clone() }),
            E::RevisionMade { revision, moved } => {
                let what = What::RevisionMade { revision: revision.number, moved: moved.clone() };
                self.voters_before(&what)
            }
            E::HoldPlaced(hold) => self.requester(&What::HoldPlaced { hold: hold.id.clone() }),
            E::HoldReleased { hold, .. } => self.hold_released(hold),
            E::ChangeExpired { was } => self.requester(&What::Expired { was: *was }),
            E::ChangeWithdrawn { .. } => self.voters_before(&What::Withdrawn),
            E::ChangeSuperseded { .. } => self.voters_before(&What::Superseded),
            E::DeploymentFinished { outcome, .. } => {
                self.requester(&What::DeploymentFinished { outcome: *outcome })
            }
            E::OverrideOpened(opened) => {
                overridden::opened(self.after, opened, (self.directory, self.at))
            }
            E::OverrideReviewEscalated { id, .. } => self.review_overdue(id),
            E::OverrideReviewed { id, .. } => {
                let opened = self.after.overrides.iter().find(|o| o.id == *id);
                let what = What::OverrideReviewed { id: id.clone() };
                opened.map(|o| (o.by.clone(), what)).into_iter().collect()
            }
            E::ApproversAsked { .. } => self.approvers_asked(event),
            E::ApproversReminded { requirement, people, .. } => {
                asked_for(requirement, people, true, (Vec::new(), None))
            }
            E::RequirementEscalated { requirement, .. } if !stuck.contains(requirement) => {
                self.escalated(requirement)
            }
            E::FreezeExceptionAsked(asked) => {
                self.to_ask(std::slice::from_ref(&asked.requirement.key))
            }
            E::LazyReview(step) => reviewers_told(step),
            E::LazilyApproved(approval) => self.review_over(approval),
            E::LazyObjected(_) => {
                let mut told = self.requester(&What::Objected);
                told.extend(self.to_ask(&crate::projection::unmet(self.after)));
                told
            }
            E::PlanFlagged { trouble: Some(_), told_by_freeze: None, .. } => {
                self.requester(&What::PlanFlagged)
            }
            // These concern nobody but their actor, or what follows from them is told.
            E::ChangeCreated { .. }
            | E::ChangeSubmitted { .. }
            | E::VoteRecorded(_)
            | E::RequirementEscalated { .. }
            | E::AnswererMissing { .. }
            | E::GrantRedeemed { .. }
            | E::AutomaticallyApproved(_)
            | E::BriefingOpened { .. }
            | E::BriefingAcknowledged { .. }
            | E::PlanFlagged { .. }
            | E::ChangeClosed { .. } => Vec::new(),
        }
    }

    fn hold_released(&self, hold: &HoldId) -> Vec<(PersonId, What)> {
        let what = What::HoldReleased { hold: hold.clone() };
        let held_by = self.before.into_iter().flat_map(|c| &c.holds);
        let placed = held_by.filter(|h| h.id == *hold).filter_map(|h| h.by.person());
        let mut all: BTreeSet<PersonId> = placed.cloned().collect();
        all.extend(person_behind(&self.after.requester, self.directory));
        all.into_iter().map(|person| (person, what.clone())).collect()
    }

    fn approvers_asked(&self, event: &ChangeEvent) -> Vec<(PersonId, What)> {
        let ChangeEvent::ApproversAsked { requirement, people, step, instead_of, .. } = event
        else {
            return Vec::new();
        };
        let waited = match (self.before, instead_of.is_empty()) {
            (Some(before), true) if *step > 0 => escalated::waited_for(before, requirement, people),
            _ => (instead_of.clone(), None),
        };
        asked_for(requirement, people, false, waited)
    }

    /// Whom it turns to is asked by the event that follows.
    fn escalated(&self, requirement: &str) -> Vec<(PersonId, What)> {
        let what = What::Escalated { requirements: vec![requirement.to_owned()] };
        let people = escalated::concerned(self.after, self.directory);
        people.into_iter().map(|person| (person, what.clone())).collect()
    }

    /// Whether the same append decides the change: the decision tells of the vote.
    fn decides(&self) -> bool {
        let decides = |event: &ChangeEvent| {
            matches!(event, ChangeEvent::ChangeApproved { .. } | ChangeEvent::ChangeRejected { .. })
        };
        self.events.iter().any(decides)
    }

    fn requester(&self, what: &What) -> Vec<(PersonId, What)> {
        let person = person_behind(&self.after.requester, self.directory);
        person.into_iter().map(|person| (person, what.clone())).collect()
    }

    fn voters_before(&self, what: &What) -> Vec<(PersonId, What)> {
        let people = self.before.map(voters).unwrap_or_default();
        people.into_iter().map(|person| (person, what.clone())).collect()
    }

    fn review_overdue(&self, id: &OverrideId) -> Vec<(PersonId, What)> {
        let opened = self.after.overrides.iter().filter(|o| o.id == *id);
        let known = (self.directory, self.at);
        opened.flat_map(|o| overridden::review(self.after, o, true, known)).collect()
    }

    fn asked(&self, event: &ChangeEvent) -> Vec<(PersonId, What)> {
        let mut told = match event {
            ChangeEvent::ApprovalLapsed { .. } => self.requester(&What::Lapsed),
            _ => Vec::new(),
        };
        if matches!(self.after.state, State::AwaitingApproval { .. }) {
            told.extend(self.to_ask(&crate::projection::unmet(self.after)));
        }
        told
    }

    fn to_ask(&self, unmet: &[String]) -> Vec<(PersonId, What)> {
        let asked = to_ask(self.after, unmet, self.directory, self.at).into_iter();
        let what = |(person, keys)| (person, approval_asked(keys, false, (Vec::new(), None)));
        asked.map(what).collect()
    }

    /// What an assessment asks for that was not asked for before, or of fewer.
    fn new_in(&self, added: &Assessment) -> Vec<String> {
        let before = self.before.map(Change::requirements).unwrap_or_default();
        let known = |r: &Requirement| before.iter().any(|b| b.key == r.key && b.count >= r.count);
        let unmet = crate::projection::unmet(self.after);
        let new = added.requirements.iter().filter(|r| unmet.contains(&r.key) && !known(r));
        new.map(|r| r.key.clone()).collect()
    }

    /// Everybody who was told that a review began hears of its end.
    fn review_over(&self, approval: &AutomaticApproval) -> Vec<(PersonId, What)> {
        let notices = approval.review.iter().flat_map(|held| &held.notices);
        let told: BTreeSet<&PersonId> =
            notices.flat_map(|n| &n.told).flat_map(|t| &t.people).collect();
        let what = What::ReviewOver { rule: approval.by.rule.id.clone() };
        told.into_iter().map(|person| (person.clone(), what.clone())).collect()
    }
}

const fn by_itself(event: &ChangeEvent) -> bool {
    matches!(event, ChangeEvent::LazyReview(_) | ChangeEvent::LazilyApproved(_))
}

fn reviewers_told(step: &LazyStep) -> Vec<(PersonId, What)> {
    let rule = step.rule().to_owned();
    let what = match step {
        LazyStep::Reminded { ends_at, .. } => What::ReviewEnds { rule, at: *ends_at },
        _ => What::ReviewBegun { rule },
    };
    let people: BTreeSet<&PersonId> = step.told().iter().flat_map(|t| &t.people).collect();
    people.into_iter().map(|person| (person.clone(), what.clone())).collect()
}

fn approval_asked(
    requirements: Vec<String>,
    reminder: bool,
    (instead_of, since): (Vec<PersonId>, Option<Timestamp>),
) -> What {
    What::ApprovalAsked { requirements, reminder, instead_of, since }
}

fn asked_for(
    requirement: &str,
    people: &[PersonId],
    reminder: bool,
    waited: (Vec<PersonId>, Option<Timestamp>),
) -> Vec<(PersonId, What)> {
    let what = approval_asked(vec![requirement.to_owned()], reminder, waited);
    people.iter().map(|person| (person.clone(), what.clone())).collect()
}

/// Tells somebody once what one append asks them for, or escalates; gives back what is not yet told.
fn merged(told: &mut [Told], person: &PersonId, what: What) -> Option<What> {
    let add = |keys: &mut Vec<String>, more: &[String]| {
        let new: Vec<String> = more.iter().filter(|key| !keys.contains(key)).cloned().collect();
        keys.extend(new);
    };
    for known in told.iter_mut().filter(|t| t.person == *person) {
        match (&mut known.telling.what, &what) {
            (
                What::ApprovalAsked { requirements: keys, reminder: is, .. },
                What::ApprovalAsked { requirements: more, reminder, .. },
            ) => {
                add(keys, more);
                *is &= *reminder;
                return None;
            }
            (What::Escalated { requirements: keys }, What::Escalated { requirements: more }) => {
                add(keys, more);
                return None;
            }
            _ => {}
        }
    }
    Some(what)
}

/// Whoever governs policy is told of failures of drills that are new; of their end nobody is.
fn drills_told(
    begun: &Private<Vec<DrillFailure>>,
    directory: &Directory,
) -> (BTreeSet<PersonId>, What) {
    let begun = begun.get().map(Vec::as_slice).unwrap_or_default();
    let people = if begun.is_empty() { BTreeSet::new() } else { governors(directory) };
    let count = u32::try_from(begun.len()).unwrap_or(u32::MAX);
    (people, What::DrillsFail { count, some: begun.iter().take(FAILURES_TOLD).cloned().collect() })
}

/// Whoever governs policy is told of weak links that are new, and of those that are mended.
fn weak_links_told(
    (begun, ended): (&Private<Vec<FoundLink>>, &Private<Vec<WeakLink>>),
    directory: &Directory,
) -> (BTreeSet<PersonId>, What) {
    let begun = begun.get().map(Vec::as_slice).unwrap_or_default();
    let ended = ended.get().map(Vec::as_slice).unwrap_or_default();
    let mut some = by_need(begun, |found| &found.link);
    let mut over = by_need(mended(begun, ended), |link| link);
    let none = some.is_empty() && over.is_empty();
    let people = if none { BTreeSet::new() } else { governors(directory) };
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let (begun, mended) = (count(some.len()), count(over.len()));
    some.truncate(FAILURES_TOLD);
    over.truncate(FAILURES_TOLD);
    let what = What::WeakLinksMoved { count: begun, some, mended, over };
    (people, what)
}

/// What is told of an event about policy.
pub(crate) fn told_of_policy(
    event: &PolicyEvent,
    version: u64,
    actor: &Actor,
    before: &PolicyState,
    directory: &Directory,
) -> Vec<Told> {
    let proposal = |digest: &str| before.proposals().iter().find(|p| p.digest == digest);
    // Its author, and whoever made it live if it waited.
    let both = |digest: &str| -> BTreeSet<PersonId> {
        let proposal = proposal(digest);
        let delayed = proposal.and_then(|p| p.delayed.as_ref()).and_then(|d| d.by.person());
        proposal.and_then(|p| p.by.person()).into_iter().chain(delayed).cloned().collect()
    };
    let (people, what): (BTreeSet<PersonId>, What) = match event {
        PolicyEvent::BundleProposed { digest, .. } => {
            (governors(directory), What::PolicyProposed { digest: digest.clone() })
        }
        PolicyEvent::BundleActivated { digest, .. } => {
            (both(digest), What::PolicyActivated { digest: digest.clone() })
        }
        PolicyEvent::BundleDelayed { digest, live_at, .. } => {
            (all_governors(directory), What::PolicyDelayed { digest: digest.clone(), at: *live_at })
        }
        PolicyEvent::BundleDeclined { digest, .. } => {
            (both(digest), What::PolicyDeclined { digest: digest.clone() })
        }
        PolicyEvent::DrillFailuresMoved { begun, .. } => drills_told(begun, directory),
        PolicyEvent::BoardTold(digest) => {
            let members = directory.holders(&digest.role, |_| true);
            (members.into_iter().cloned().collect(), What::BoardMeets { digest: digest.clone() })
        }
        PolicyEvent::WeakLinksMoved { begun, ended, .. } => {
            weak_links_told((begun, ended), directory)
        }
        // It decides nothing, so nobody has anything to do: who governs policy sees it there.
        PolicyEvent::ShadowStarted { .. } | PolicyEvent::ShadowStopped { .. } => return Vec::new(),
    };
    // At first start nobody proposed anything.
    if *actor == Actor::System && matches!(event, PolicyEvent::BundleProposed { .. }) {
        return Vec::new();
    }
    let others = people.into_iter().filter(|p| Some(p) != actor.person());
    let tell = |person| {
        let telling = Telling {
            what: what.clone(),
            // It can be stopped for a time only.
            urgent: matches!(what, What::PolicyDelayed { .. }),
            change: None,
            by: actor.principal().to_owned(),
        };
        Told { person, version, telling }
    };
    others.filter(|person| directory.is_active(person)).map(tell).collect()
}
