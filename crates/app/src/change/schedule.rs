//! The earliest safe start of a change, also of one that nobody has asked for yet.

use calendar::Span;
use domain::change::{Change, ChangeEvent, Material, Revision, State};
use domain::ids::{ChangeId, ChangeNumber, DomainName};
use domain::refusal::Refusal;
use domain::requirement::Requirement;
use domain::scheduling::{HORIZON, Schedule, SchedulingFacts, earliest};
use jiff::Timestamp;
use policy::Assessed;

use crate::asking::LivePlaces;
use crate::facts::ChangeFacts;
use crate::principal::Principal;
use crate::{App, AppError, Live};

impl ChangeFacts {
    /// When it can start at the soonest, if everybody answers as late as policy lets them. `None` once
    /// it was deployed or is over, while it waits for a new revision, and where policy can't say who must
    /// answer.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
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
            let unmet = |r: &Requirement| {
                let mut decisions = self.evaluation.decisions.iter();
                decisions.any(|decision| decision.unmet.contains(&r.key))
            };
            asked.retain(unmet);
        }
        Some(schedule_of(&self.live, change, &asked, self.now))
    }
}

impl App {
    /// The same for a change that nobody has asked for yet, given what policy says of it. Nothing is
    /// recorded.
    ///
    /// # Errors
    /// A field can't be accepted.
    pub fn schedule_material(
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
        let mut change = Change::begin(&created, now).map_err(AppError::damaged)?;
        change
            .apply(&ChangeEvent::ChangeAssessed(assessment.clone()), now)
            .map_err(AppError::damaged)?;
        let live = self.live();
        Ok(Some(schedule_of(&live, &change, &assessment.requirements, now)))
    }
}

fn schedule_of(live: &Live, change: &Change, asked: &[Requirement], now: Timestamp) -> Schedule {
    let material = &change.revision().material;
    let service = live.directory.service(&material.service);
    let domain: Option<&DomainName> = service.and_then(|s| s.domain.as_ref());
    let bundle = live.policy.live();
    let tier =
        bundle.and_then(|b| b.tier_of(material.environment.as_str())).map_or(4, |t| t.number);
    let span = Span { start: now, end: now.checked_add(HORIZON).unwrap_or(Timestamp::MAX) };
    // One whose exception was asked for is waited for by its requirement instead.
    let excepted = |id: &str| change.exceptions().any(|e| e.freeze == id);
    let mut freezes = live.freezes_during(span);
    freezes.retain(|f| f.covers(material, domain, tier) && !excepted(&f.id));
    let keeps_to = bundle
        .is_some_and(|b| b.windows_ahead(now).iter().any(|w| w.covers(material, domain, tier)));
    let mut windows = live.windows_during(span);
    windows.retain(|w| w.covers(material, domain, tier));
    let facts = SchedulingFacts {
        directory: &live.directory,
        places: &LivePlaces(live),
        unmet: &asked.iter().collect::<Vec<_>>(),
        freezes: &freezes,
        windows: keeps_to.then_some(windows.as_slice()),
    };
    earliest(change, facts, now)
}
