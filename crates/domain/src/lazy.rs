//! What a review by stakeholders does next: begin, run, wait, remind, end, approve (M4.3).
//!
//! Pure. Silence counts as consent only where it was heard: time runs from when a notice is known to
//! have arrived at somebody of every role that policy names, and stands while it is not, while the
//! change is held, and while no calendar can tell. Everything else that ends a rule's right to approve
//! ends the review, and it begins again from its start.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::asking::Places;
use crate::change::{
    Arrival, Assessment, AutomaticApproval, AutomaticRule, Change, ChangeEvent, HeldReview,
    LazyReview, LazyStep, ReviewTime, RoleTold, State,
};
use crate::decision::{Witnessed, decide, free_rules};
use crate::duties::Duties;
use crate::ids::PersonId;
use crate::organisation::Directory;

/// Of one role so many are told at most.
const TOLD_MAX: usize = 20;
/// A review that waits for a notice is looked at again so much later, then twice as late each time.
const FIRST_LOOK: SignedDuration = SignedDuration::from_mins(1);
const LATEST_LOOK: SignedDuration = SignedDuration::from_mins(64);

/// Which notices arrived, as far as somebody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// When the notices were sent off that were looked for.
    pub looked: Vec<Timestamp>,
    /// When a notice arrived at a person, by when it was sent off.
    pub arrived: BTreeMap<(Timestamp, PersonId), Timestamp>,
}

/// What a review looks at beside the change.
#[derive(Clone, Copy)]
pub struct LazyFacts<'a> {
    /// All assessments in force, the live one last. Each has to have the rule on the same terms.
    pub assessments: &'a [&'a Assessment],
    /// People and roles.
    pub directory: &'a Directory,
    /// What the journal can witness, and the time.
    pub witnessed: Witnessed<'a>,
    /// Where people work.
    pub places: &'a dyn Places,
    /// Which notices arrived; `None` when nobody looked, and then no time begins to run.
    pub arrivals: Option<&'a Arrivals>,
}

/// Decides what reviews of the current revision do now.
#[must_use]
pub fn next(change: &Change, facts: LazyFacts<'_>) -> Vec<ChangeEvent> {
    let now = facts.witnessed.now;
    let waits = matches!(&change.state, State::AwaitingApproval { expires_at, .. }
        if now < *expires_at);
    let Some(newest) = facts.assessments.last().filter(|_| waits) else { return Vec::new() };
    if change.lazy_reviews.is_empty() && newest.automatic.iter().all(|r| r.review.is_none()) {
        return Vec::new();
    }
    let unmet = decide(change, newest, facts.directory, facts.witnessed).unmet;
    let mut rules = free_rules(change, facts.assessments, facts.directory, facts.witnessed);
    rules.retain(|r| r.review.is_some() && r.answers.iter().any(|key| unmet.contains(key)));
    let mut events = Vec::new();
    let mut ended = Vec::new();
    for review in &change.lazy_reviews {
        match ending(change, review, &rules, facts.directory) {
            Some(why) => {
                ended.push(review.rule.id.as_str());
                let rule = review.rule.id.clone();
                events.push(step(LazyStep::Ended { rule, why }));
            }
            None => {
                let rule = rules.iter().find(|rule| rule.rule.id == review.rule.id);
                events.extend(rule.and_then(|rule| Look { change, facts, review, rule }.event()));
            }
        }
    }
    let is_open = |rule: &AutomaticRule| {
        change.lazy_review(&rule.rule.id).is_some_and(|r| !ended.contains(&r.rule.id.as_str()))
    };
    let new = rules.iter().filter(|rule| !change.is_held() && !is_open(rule));
    events.extend(new.filter_map(|rule| begin(change, rule, newest, facts)));
    events
}

fn step(step: LazyStep) -> ChangeEvent {
    ChangeEvent::LazyReview(Box::new(step))
}

/// Why a review can't go on.
fn ending(
    change: &Change,
    review: &LazyReview,
    rules: &[&AutomaticRule],
    directory: &Directory,
) -> Option<String> {
    let service = &change.revision().material.service;
    let id = review.rule.id.as_str();
    if directory.automation_stopped_since(Some(review.decided_on), id, service).is_some() {
        return Some("automatic approval was stopped".to_owned());
    }
    if change.objection().is_some() || change.objector().is_some() {
        return Some("somebody objected, so people decide".to_owned());
    }
    let same = |rule: &&AutomaticRule| {
        rule.rule.id == review.rule.id && rule.review.as_ref() == Some(&review.terms)
    };
    if !rules.iter().copied().any(|rule| same(&rule)) {
        return Some("the rule does not answer what is missing, or not on these terms".to_owned());
    }
    None
}

fn begin(
    change: &Change,
    rule: &AutomaticRule,
    newest: &Assessment,
    facts: LazyFacts<'_>,
) -> Option<ChangeEvent> {
    let terms = rule.review.as_ref()?;
    Some(step(LazyStep::Begun {
        rule: rule.rule.clone(),
        policy: newest.policy.clone(),
        revision: change.revision().number,
        terms: terms.clone(),
        decided_on: facts.directory.version(),
        told: told(change, &terms.tell, facts.directory, facts.witnessed.now),
    }))
}

/// Whom to tell: holders over the service who are here and had no hand in it.
fn told(
    change: &Change,
    roles: &[crate::ids::RoleName],
    directory: &Directory,
    now: Timestamp,
) -> Vec<RoleTold> {
    let service = &change.revision().material.service;
    let domain = directory.service(service).and_then(|s| s.domain.as_ref());
    let duties = Duties::of(change, directory);
    let of_role = |role: &crate::ids::RoleName| {
        let holders = directory.holders(role, |scope| scope.covers(service, domain)).into_iter();
        let clean = holders.filter(|person| {
            directory.away_until(person, now).is_none() && duties.hands_of(person, now).is_empty()
        });
        RoleTold { role: role.clone(), people: clean.take(TOLD_MAX).cloned().collect() }
    };
    roles.iter().map(of_role).collect()
}

/// One look at one review that may go on.
struct Look<'a> {
    change: &'a Change,
    facts: LazyFacts<'a>,
    review: &'a LazyReview,
    rule: &'a AutomaticRule,
}

impl Look<'_> {
    fn now(&self) -> Timestamp {
        self.facts.witnessed.now
    }

    fn event(&self) -> Option<ChangeEvent> {
        if self.change.is_held() {
            return self.stand("somebody holds the change", false);
        }
        let looked_for = |arrivals: &&Arrivals| {
            self.review.notices.iter().all(|notice| arrivals.looked.contains(&notice.at))
        };
        let Some(arrivals) = self.facts.arrivals.filter(looked_for) else { return self.wake() };
        if let Some(why) = self.quiet(arrivals) {
            return self.stand(&why, true);
        }
        match &self.review.time {
            ReviewTime::Waits { left_seconds, .. } => self.run(*left_seconds, arrivals),
            ReviewTime::Runs { ends_at, remind_at } => match remind_at {
                Some(at) if *at <= self.now() => self.remind(*ends_at),
                None if *ends_at <= self.now() => Some(self.approve(arrivals)),
                _ => None,
            },
        }
    }

    /// After a hold somebody has to look where notices arrived before time can run.
    fn wake(&self) -> Option<ChangeEvent> {
        let ReviewTime::Waits { left_seconds, look_at: None, .. } = &self.review.time else {
            return None;
        };
        Some(step(LazyStep::Waits {
            rule: self.review.rule.id.clone(),
            why: "it is looked at where its notices arrived".to_owned(),
            left_seconds: *left_seconds,
            look_at: Some(self.now()),
        }))
    }

    /// Why silence means nothing: a role of some notice that it reached nobody of.
    fn quiet(&self, arrivals: &Arrivals) -> Option<String> {
        let of_notice = |notice: &crate::change::Notice| {
            notice.told.iter().find_map(|told| {
                let RoleTold { role, people } = told;
                if people.is_empty() {
                    return Some(format!("nobody with clean hands who is here holds {role}"));
                }
                let reached =
                    |p: &&PersonId| arrivals.arrived.contains_key(&(notice.at, (*p).clone()));
                let nobody = people.iter().find(reached).is_none();
                nobody.then(|| format!("a notice has reached nobody who holds {role}"))
            })
        };
        self.review.notices.iter().find_map(of_notice)
    }

    /// Where notices arrived.
    fn arrived(&self, arrivals: &Arrivals) -> Vec<Arrival> {
        let of_notice = |notice: &crate::change::Notice| {
            let of_role = notice.told.iter().flat_map(|told| {
                told.people.iter().map(move |person| (told.role.clone(), person.clone()))
            });
            let sent = notice.at;
            of_role
                .filter_map(|(role, person)| {
                    let at = *arrivals.arrived.get(&(sent, person.clone()))?;
                    Some(Arrival { role, person, at })
                })
                .collect::<Vec<_>>()
        };
        self.review.notices.iter().flat_map(of_notice).collect()
    }

    /// Time stands, if it does not already for the same reason.
    fn stand(&self, why: &str, looks_again: bool) -> Option<ChangeEvent> {
        let (left_seconds, looks, known, due) = match &self.review.time {
            ReviewTime::Waits { why, left_seconds, looks, look_at } => {
                let due = look_at.is_some_and(|at| at <= self.now());
                (*left_seconds, looks.saturating_add(1), Some(why.as_str()), due)
            }
            ReviewTime::Runs { ends_at, .. } => (self.left(*ends_at), 0, None, true),
        };
        if known == Some(why) && !(due && looks_again) {
            return None;
        }
        let pause = FIRST_LOOK.saturating_mul(1 << looks.min(6)).min(LATEST_LOOK);
        let look_at = self.now().checked_add(pause).ok().filter(|_| looks_again);
        let (rule, why) = (self.review.rule.id.clone(), why.to_owned());
        Some(step(LazyStep::Waits { rule, why, left_seconds, look_at }))
    }

    /// Working time until the end. Where no calendar can tell, all of the window is left.
    fn left(&self, ends_at: Timestamp) -> u64 {
        if ends_at <= self.now() {
            return 0;
        }
        let left = self.facts.places.organisation().working_between(self.now(), ends_at);
        let all = u64::from(self.review.terms.window_minutes) * 60;
        left.ok().and_then(|left| u64::try_from(left.as_secs()).ok()).unwrap_or(all)
    }

    /// Working time so many seconds after a moment.
    fn after(&self, from: Timestamp, seconds: u64) -> Option<Timestamp> {
        let span = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
        let at = self.facts.places.organisation().add_working(from, span).ok()?;
        Some(crate::time::to_millis(at))
    }

    fn run(&self, left_seconds: u64, arrivals: &Arrivals) -> Option<ChangeEvent> {
        let remind = u64::from(self.review.terms.remind_minutes) * 60;
        let reminded = self.review.notices.len() > 1;
        // Whoever was told late that the end comes near still has the time that policy gives them.
        let left_seconds = if reminded { left_seconds.max(remind) } else { left_seconds };
        let Some(ends_at) = self.after(self.now(), left_seconds) else {
            return self.stand("no calendar can tell when its working time is over", true);
        };
        let remind_at = self.after(self.now(), left_seconds.saturating_sub(remind));
        Some(step(LazyStep::Runs {
            rule: self.review.rule.id.clone(),
            arrived: self.arrived(arrivals),
            ends_at,
            remind_at: if reminded { None } else { Some(remind_at.unwrap_or(self.now())) },
        }))
    }

    /// Tells stakeholders again. After a late reminder there is as much time left as policy says.
    fn remind(&self, ends_at: Timestamp) -> Option<ChangeEvent> {
        let remind = u64::from(self.review.terms.remind_minutes) * 60;
        let Some(earliest) = self.after(self.now(), remind) else {
            return self.stand("no calendar can tell when its working time is over", true);
        };
        let tell = &self.review.terms.tell;
        Some(step(LazyStep::Reminded {
            rule: self.review.rule.id.clone(),
            told: told(self.change, tell, self.facts.directory, self.now()),
            ends_at: ends_at.max(earliest),
        }))
    }

    fn approve(&self, arrivals: &Arrivals) -> ChangeEvent {
        let revision = self.change.revision();
        let policy = self.facts.assessments.last().map(|a| a.policy.clone());
        ChangeEvent::LazilyApproved(Box::new(AutomaticApproval {
            by: self.rule.clone(),
            policy: policy.unwrap_or_else(|| self.review.policy.clone()),
            revision: revision.number,
            revision_digest: revision.digest.clone(),
            decided_on: Some(self.facts.directory.version()),
            review: Some(HeldReview {
                terms: self.review.terms.clone(),
                began_at: self.review.began_at,
                notices: self.review.notices.clone(),
                arrived: self.arrived(arrivals),
            }),
            at: self.now(),
        }))
    }
}
