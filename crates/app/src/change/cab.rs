//! The agenda of the Change Advisory Board: what it looks at next, and what it is only told of (M5.6).

use std::sync::Arc;

use domain::cab::{CabFacts, CabPlace, CabReason, place};
use domain::change::{Change, State};
use domain::conflict::conflicts_among;
use domain::ids::{ChangeId, EnvironmentName, ServiceName};
use jiff::Timestamp;
use policy::Assessed;
use store::ChangeFilter;

use crate::pasts::Pasts;
use crate::principal::Principal;
use crate::{App, AppError};

const PAGE: usize = 200;

/// What the board looks at, and what it is told of.
#[derive(Debug, Clone, Default)]
pub struct Cab {
    /// Talked over, by when the window opens and then by number, each with the reasons.
    pub agenda: Vec<(Arc<Change>, Vec<CabReason>)>,
    /// Only told of, in the same order.
    pub told: Vec<Arc<Change>>,
    /// The approval level whose changes are high risk; `None` where policy has one level only.
    pub level: Option<String>,
    /// When the board meets next, if policy says so.
    pub meeting: Option<Timestamp>,
}

impl App {
    /// Splits the open changes that a principal's credential reaches into those that a board talks
    /// over and those that it is told of.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn cab(&self, principal: &Principal) -> Result<Cab, AppError> {
        self.cab_of(|service, environment| principal.reaches(service, environment)).await
    }

    /// The same of the changes to these services and environments.
    pub(super) async fn cab_of(
        &self,
        reached: impl Fn(&ServiceName, &EnvironmentName) -> bool,
    ) -> Result<Cab, AppError> {
        let (live, now) = (self.live(), self.ports.now());
        let levels = live.policy.live().map(policy::bundle::Bundle::levels).unwrap_or_default();
        let highest = levels.last().filter(|_| levels.len() > 1).map(|level| level.name.clone());
        let open = self.open_changes(reached).await?;
        let mut pasts = Pasts::new();
        self.read_pasts(&open, &mut pasts).await?;
        let meeting = live.policy.live().and_then(|b| b.board()?.next_meeting(now));
        let mut cab = Cab { level: highest, meeting, ..Cab::default() };
        let all = open.iter().map(|(change, _)| change.as_ref());
        let conflicts = conflicts_among(all, &live.directory);
        for (change, version) in &open {
            if matches!(change.state, State::Implementing { .. }) {
                continue;
            }
            let known = (live.clone(), now);
            let facts = self.own_facts_among(change.clone(), *version, &pasts, known).await?;
            let said = facts.evaluation.assessed.as_deref().and_then(Assessed::assessment);
            let known = CabFacts {
                assessment: said,
                highest: cab.level.as_deref(),
                conflicts: conflicts.get(&change.number).map_or(&[], Vec::as_slice),
                directory: &live.directory,
            };
            match place(change, known) {
                CabPlace::Agenda(reasons) => cab.agenda.push((change.clone(), reasons)),
                CabPlace::Told => cab.told.push(change.clone()),
                CabPlace::Out => {}
            }
        }
        Ok(cab)
    }

    /// Changes that are not over, by when their window opens and then by number.
    async fn open_changes(
        &self,
        reached: impl Fn(&ServiceName, &EnvironmentName) -> bool,
    ) -> Result<Vec<(Arc<Change>, u64)>, AppError> {
        let states = ["draft", "assessing", "awaiting_approval", "approved", "implementing"];
        let mut filter = ChangeFilter {
            states: states.map(str::to_owned).to_vec(),
            limit: PAGE,
            ..ChangeFilter::default()
        };
        let (mut found, mut more) = (Vec::new(), true);
        while more {
            let page = self.store.changes(&filter).await?;
            more = page.more;
            filter.before_number = page.items.last().map(|row| row.number.0);
            let ids: Vec<ChangeId> = page.items.into_iter().map(|row| row.id).collect();
            for (change, version) in self.load_changes(&ids).await? {
                let material = &change.revision().material;
                if reached(&material.service, &material.environment) {
                    found.push((change, version));
                }
            }
        }
        let opens = |change: &Change| change.revision().material.window.as_ref().map(|w| w.from);
        found.sort_by_key(|(change, _)| {
            let from = opens(change);
            (from.is_none(), from, change.number)
        });
        Ok(found)
    }
}
