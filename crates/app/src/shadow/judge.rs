//! What the gate would have said to a question of the past: the facts as of then, once with the bundle
//! that was live and once with the shadow's, given to the code that answers the gate.

use std::sync::Arc;

use domain::change::{Change, Evidence};
use domain::event::ChangeEvent;
use domain::gate::{Answer, Question};
use domain::ids::{ChangeId, ChangeNumber};
use domain::precedent::approved_before;
use jiff::Timestamp;
use policy::Assessed;
use policy::shadow::Said;
use store::Stream;

use super::follow::{Followed, Follower};
use crate::change::answer;
use crate::facts::{ChangeFacts, PRECEDENTS, witnessed, witnessed_in};
use crate::journal::open;
use crate::{App, AppError, Live, precedents};

/// Entries of a change read at once.
const PAGE: usize = 200;
/// So many of the newest changes for an artifact are looked through for those there were then.
const LOOKED_THROUGH: usize = 50;

/// What is said of one question.
pub(super) struct Asked {
    /// The change it is about.
    pub(super) number: ChangeNumber,
    /// What the bundle that was live says again.
    pub(super) again: Answer,
    /// What the shadow says.
    pub(super) shadow: Said,
}

impl Follower {
    /// Asks both bundles a question about a followed change, as of an entry.
    pub(super) async fn asked(
        &mut self,
        app: &App,
        question: &Question,
        now: Timestamp,
        index: u64,
    ) -> Result<Asked, AppError> {
        let known = question.change.as_ref().and_then(|id| self.changes.get(id));
        let change = &known.ok_or_else(|| AppError::damaged("no change is followed"))?.change;
        let number = change.number;
        let mut items = vec![change.id.clone()];
        items.extend(change.set.iter().flat_map(|set| set.others(&change.id)).cloned());
        for id in &items {
            self.find(app, id, index).await?;
        }
        let base = self.facts(app, (&self.base, recorded), &items, (now, index)).await?;
        let again = answer(question, &base)?.verdict.answer;
        let tried = self.facts(app, (&self.tried, supposed), &items, (now, index)).await?;
        let said = answer(question, &tried)?;
        let (answer, code) = (said.verdict.answer, said.verdict.code);
        Ok(Asked { number, again, shadow: Said { answer, code, enforced: said.enforced } })
    }

    /// The facts about the first of some followed changes, with the others as the items of its set.
    async fn facts(
        &self,
        app: &App,
        (live, seen): (&Arc<Live>, Seen),
        items: &[ChangeId],
        (now, index): (Timestamp, u64),
    ) -> Result<ChangeFacts, AppError> {
        let mut all = Vec::with_capacity(items.len());
        for id in items {
            let followed = self.changes.get(id);
            let followed = followed.ok_or_else(|| AppError::damaged("no change is followed"))?;
            let mut change = seen(followed);
            change.verify_signatures();
            let assessed = match live.assess(change.revision(), &change.requester, None, now) {
                Ok(assessed) => Some(Arc::new(assessed)),
                Err(AppError::NoPolicy) => None,
                Err(other) => return Err(other),
            };
            let deployments = app.witnessed_before(&change, assessed.as_deref(), index).await?;
            let stored = (Arc::new(change), followed.version);
            all.push(ChangeFacts::of(stored, Arc::clone(live), (assessed, None), deployments, now));
        }
        let mut all = all.into_iter();
        let mut facts = all.next().ok_or_else(|| AppError::damaged("no change is asked about"))?;
        facts.others = all.collect();
        Ok(facts)
    }
}

/// How a change is seen by one of the bundles.
type Seen = fn(&Followed) -> Change;

/// The change as it stood.
fn recorded(followed: &Followed) -> Change {
    followed.change.clone()
}

/// The change as it would stand had the shadow's bundle been live since it started.
fn supposed(followed: &Followed) -> Change {
    let change = &followed.change;
    match &followed.supposed {
        Some(supposed) => change.supposing(supposed.assessment.as_ref(), supposed.at),
        None => change.clone(),
    }
}

impl App {
    /// A change and its version as of an entry of the journal; `None` when it was not there yet.
    pub(super) async fn change_before(
        &self,
        id: &ChangeId,
        index: u64,
    ) -> Result<Option<(Change, u64)>, AppError> {
        let mut found: Option<(Change, u64)> = None;
        loop {
            let from = found.as_ref().map_or(0, |(_, version)| *version);
            let page = self.store.stream(&Stream::change(id), from, PAGE).await?;
            for entry in page.iter().take_while(|entry| entry.index < index) {
                let read = open::<ChangeEvent>(entry)?;
                match &mut found {
                    Some((change, version)) => {
                        change.apply(&read.event, read.time)?;
                        *version = entry.version + 1;
                    }
                    None => {
                        found = Some((Change::begin(&read.event, read.time)?, entry.version + 1));
                    }
                }
            }
            if found.as_ref().map_or(0, |(_, version)| *version) < from + PAGE as u64 {
                return Ok(found);
            }
        }
    }

    /// Evidence from deployments that had ended by an entry.
    async fn witnessed_before(
        &self,
        change: &Change,
        assessed: Option<&Assessed>,
        index: u64,
    ) -> Result<Vec<Evidence>, AppError> {
        let mut found = Vec::new();
        let material = &change.revision().material;
        for environment in witnessed_in(change, assessed) {
            for digest in material.digests() {
                let service = material.service.as_str();
                let ids = self
                    .store
                    .changes_for_artifact(service, environment, digest.as_str(), LOOKED_THROUGH)
                    .await?;
                let mut there = 0;
                for id in ids {
                    if there == PRECEDENTS {
                        break;
                    }
                    if let Some((precedent, _)) = self.change_before(&id, index).await? {
                        there += 1;
                        found.extend(witnessed(&precedent, environment, digest));
                    }
                }
            }
        }
        if precedents::wanted(change, assessed) {
            found.extend(self.approved_before_entry(change, index).await?);
        }
        Ok(found)
    }

    /// The same from what people had approved by an entry.
    async fn approved_before_entry(
        &self,
        change: &Change,
        index: u64,
    ) -> Result<Vec<Evidence>, AppError> {
        let Some(ids) = self.of_same_artifacts(&change.revision().material).await? else {
            return Ok(Vec::new());
        };
        let mut seen = Vec::new();
        for id in ids {
            seen.extend(self.change_before(&id, index).await?.map(|(change, _)| change));
        }
        Ok(approved_before(change, &seen.iter().collect::<Vec<_>>()))
    }
}
