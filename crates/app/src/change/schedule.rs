//! The earliest safe start of a change, also of one that nobody has asked for yet.

use calendar::Span;
use domain::change::{Change, ChangeEvent, Material, Revision, State};
use domain::decision::{Authority, Joint};
use domain::ids::{ChangeId, ChangeNumber};
use domain::refusal::Refusal;
use domain::requirement::Requirement;
use domain::scheduling::{HORIZON, Part, Schedule, SchedulingFacts, earliest};
use jiff::{SignedDuration, Timestamp};
use policy::Assessed;

use crate::asking::LivePlaces;
use crate::facts::ChangeFacts;
use crate::principal::Principal;
use crate::{App, AppError, Live};

impl ChangeFacts {
    /// When it can start at the soonest, if everybody answers as late as policy lets them and these other
    /// changes are deployed as planned. `None` once it was deployed or is over, while it or another item of
    /// its set waits for a new revision, and where policy can't say who must answer.
    fn schedule(&self, planned: &[&Change]) -> Option<Schedule> {
        let joint = self.joint(&self.change);
        let mut items = Vec::new();
        for (n, facts) in std::iter::once(self).chain(&self.others).enumerate() {
            if n == 0 || !facts.has_begun() {
                items.push((facts.change.as_ref(), facts.unmet(joint.as_ref())?));
            }
        }
        let authorities = joint.as_ref().map_or(&[][..], |joint| &joint.authorities);
        let others = Others { authorities, planned };
        Some(schedule_of(&self.live, &items, &others, self.now))
    }

    /// Whether its deployment has begun.
    fn has_begun(&self) -> bool {
        let state = &self.change.state;
        matches!(state, State::Implementing { .. } | State::Completed { .. } | State::Closed { .. })
    }

    /// What still has to be answered. `None` where nobody can say.
    fn unmet(&self, joint: Option<&Joint>) -> Option<Vec<Requirement>> {
        let change = &self.change;
        let open = matches!(
            change.state,
            State::Draft | State::AwaitingApproval { .. } | State::Approved { .. }
        );
        // Whoever must answer then is asked anew about what nobody has seen yet.
        let open = open && !change.is_sent_back();
        let assessment = self.assessment().filter(|_| open)?;
        let mut asked = change.with_exceptions(&assessment.requirements).into_owned();
        if !matches!(change.state, State::Draft) {
            let place =
                change.set.as_ref().and_then(|s| s.items.iter().position(|i| *i == change.id));
            let unheard = joint.zip(place).map(|(j, n)| j.missing_for(n)).unwrap_or_default();
            let unmet = |r: &Requirement| {
                let mut decisions = self.evaluation.decisions.iter();
                decisions.any(|d| d.unmet.contains(&r.key)) || unheard.contains(&r.key.as_str())
            };
            asked.retain(unmet);
        }
        Some(asked)
    }
}

/// So far ahead of a start other planned changes are read.
const AHEAD: SignedDuration = SignedDuration::from_hours(14 * 24);

impl App {
    /// The earliest safe start of a change and the other items of its set. Other changes that are planned
    /// are read as far ahead as it goes: two reads by index, of two weeks' windows, unless they move it on.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn schedule(&self, facts: &ChangeFacts) -> Result<Option<Schedule>, AppError> {
        self.past_planned(|planned| facts.schedule(planned)).await
    }

    /// The earliest start by a forecast that is told which other changes are planned until two weeks
    /// after it.
    async fn past_planned(
        &self,
        forecast: impl Fn(&[&Change]) -> Option<Schedule>,
    ) -> Result<Option<Schedule>, AppError> {
        let Some(mut found) = forecast(&[]) else { return Ok(None) };
        let first = found.earliest.unwrap_or(Timestamp::MAX);
        let mut read_to = first;
        while let Some(at) = found.earliest.filter(|at| *at >= read_to) {
            read_to = at.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
            let ids = self.planned_between(first, read_to).await?;
            let read = self.load_changes(&ids).await?;
            let planned: Vec<&Change> = read.iter().map(|(change, _)| change.as_ref()).collect();
            let Some(next) = forecast(&planned) else { return Ok(None) };
            found = next;
        }
        Ok(Some(found))
    }

    /// The same for a change that nobody has asked for yet, given what policy says of it. Nothing is
    /// recorded.
    ///
    /// # Errors
    /// A field can't be accepted.
    pub async fn schedule_material(
        &self,
        principal: &Principal,
        material: Material,
        said: &Assessed,
    ) -> Result<Option<Schedule>, AppError> {
        let Assessed::Assessed { assessment, .. } = said else { return Ok(None) };
        material.check().map_err(Refusal::Fields)?;
        let (now, actor) = (self.ports.now(), principal.actor.clone());
        let revision =
            Revision::new(1, material, [0; 16], actor.clone(), now).map_err(AppError::damaged)?;
        let created =
            Change::create(ChangeId::new(now, [0; 10]), ChangeNumber(0), actor, revision)?;
        let live = self.live();
        let mut change = Change::begin(&created, now).map_err(AppError::damaged)?;
        change
            .apply(
                &ChangeEvent::ChangeAssessed(assessment.clone().begun(&LivePlaces(&live), now)),
                now,
            )
            .map_err(AppError::damaged)?;
        let items = [(&change, assessment.requirements.clone())];
        self.past_planned(|planned| {
            let others = Others { authorities: &[], planned };
            Some(schedule_of(&live, &items, &others, now))
        })
        .await
    }
}

/// What a start depends on outside the changes that start.
struct Others<'a> {
    authorities: &'a [Authority],
    planned: &'a [&'a Change],
}

/// The earliest start of the first of these.
fn schedule_of(
    live: &Live,
    items: &[(&Change, Vec<Requirement>)],
    others: &Others<'_>,
    now: Timestamp,
) -> Schedule {
    let mut set: Vec<Part<'_>> =
        items.iter().map(|(change, asked)| part(live, change, asked, now)).collect();
    let own = set.remove(0);
    let facts = SchedulingFacts {
        directory: &live.directory,
        places: &LivePlaces(live),
        set: &set,
        authorities: others.authorities,
        planned: others.planned,
    };
    earliest(&own, facts, now)
}

/// What stops one change, from policy and as declared.
fn part<'a>(live: &Live, change: &'a Change, asked: &'a [Requirement], now: Timestamp) -> Part<'a> {
    let material = &change.revision().material;
    let bundle = live.policy.live();
    let (domain, tier) = live.place_of(material);
    let span = Span { start: now, end: now.checked_add(HORIZON).unwrap_or(Timestamp::MAX) };
    // One whose exception was asked for is waited for by its requirement instead.
    let excepted = |id: &str| change.exceptions().any(|e| e.freeze == id);
    let mut freezes = live.freezes_during(span);
    freezes.retain(|f| f.covers(material, domain, tier) && !excepted(&f.id));
    let keeps_to = bundle
        .is_some_and(|b| b.windows_ahead(now).iter().any(|w| w.covers(material, domain, tier)));
    let mut windows = live.windows_during(span);
    windows.retain(|w| w.covers(material, domain, tier));
    let unmet = asked.iter().collect();
    Part { change, unmet, freezes, windows: keeps_to.then_some(windows) }
}
