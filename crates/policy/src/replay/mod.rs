//! Replay: what another bundle would have said of every past change.
//!
//! The journal's events are folded ([`Fold`]): each change is looked at with the organisation as it
//! was when policy was asked (I5), and those that ended become [`Segment`]s, columns of facts that hang on
//! no bundle. Two bundles are asked of each segment, and what they say is compared and added up. Memory
//! does not grow with the length of history.
//!
//! With [`Replay::reproducing`] every recorded assessment is also made again, by the code that enforces
//! it, under the bundle that was live then: what is recorded must come out again, and the columnar
//! evaluator must say the same ([`Reproduced`]).
//!
//! Must not do IO. What was refused was never recorded as a change, so history can't show what a
//! looser bundle would have let in.

mod compare;
mod comparison;
mod deployments;
mod difference;
mod evaluator;
mod fold;
mod outcome;
mod reproduce;
mod segment;
mod totals;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::change::ChangeEvent;
use domain::event::{ExposureEvent, OrganisationEvent, PolicyEvent};
use domain::ids::{ChangeId, EnvironmentName, ServiceName};
use jiff::Timestamp;
use serde::Serialize;

pub use self::comparison::Comparison;
pub use self::difference::{Ask, Kind, Moves, moves};
pub use self::fold::Fold;
pub use self::outcome::{Answer, Asks, Outcome, Risk, Terms};
pub use self::segment::Segment;
pub use self::totals::{
    Counts, EXAMPLES, Example, Failed, OPEN_NAMED, Reproduced, RoleEffect, Waiting,
};

use self::compare::Compare;
use self::evaluator::Evaluator;
use self::fold::push;
use crate::assess::AssessmentFacts;
use crate::bundle::Bundle;

/// A replay under way.
#[derive(Debug)]
pub struct Replay {
    fold: Fold,
    compare: Compare,
}

/// What a replay found, up to where it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Digest of the bundle that is compared with.
    pub base: String,
    /// Digest of the bundle that was tried.
    pub candidate: String,
    /// All changes that policy was asked about, by how their outcome moves.
    pub counts: Counts,
    /// How often each kind of difference occurs, with the latest examples, in the order of
    /// [`Kind::ALL`].
    pub kinds: Vec<KindCount>,
    /// By service and tier under the bundle that is compared with; the tier is missing where that
    /// gives none.
    pub services: Vec<ServiceCount>,
    /// By roles.
    pub roles: BTreeMap<String, RoleEffect>,
    /// Waiting for approvals.
    pub waiting: Waiting,
    /// Changes whose deployment failed.
    pub failed: Failed,
    /// Changes that are not over.
    pub open: u64,
    /// Those of them whose outcome moves.
    pub open_moved: u64,
    /// These by name, at most [`OPEN_NAMED`].
    pub open_named: Vec<Example>,
    /// Whether what is recorded came out again.
    pub reproduced: Reproduced,
}

/// How often one kind of difference occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: Kind,
    /// Changes.
    pub changes: u64,
    /// The latest of them, at most [`EXAMPLES`].
    pub examples: Vec<Example>,
}

/// The changes of one service in one tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceCount {
    /// The service.
    pub service: String,
    /// The tier.
    pub tier: Option<u8>,
    /// Its changes.
    #[serde(flatten)]
    pub counts: Counts,
}

impl Replay {
    /// A replay of an empty history. Changes that policy was asked about before `since` only count as
    /// the past of others.
    #[must_use]
    pub fn new(base: Arc<Bundle>, candidate: Arc<Bundle>, since: Option<Timestamp>) -> Self {
        Self { fold: Fold::default(), compare: Compare::new(base, candidate, since) }
    }

    /// Also makes every recorded assessment again. It takes a multiple of the time.
    #[must_use]
    pub fn reproducing(mut self) -> Self {
        self.fold = self.fold.reproducing();
        self
    }

    /// Folds in an event of the organisation.
    pub fn organisation(&mut self, event: &OrganisationEvent) {
        self.fold.organisation(event);
    }

    /// Folds in an event of policy.
    pub fn policy(&mut self, event: &PolicyEvent) {
        self.fold.policy(event);
    }

    /// Folds in what was let through to a service in an environment.
    pub fn exposure(
        &mut self,
        place: (ServiceName, EnvironmentName),
        event: &ExposureEvent,
        at: Timestamp,
    ) {
        self.fold.exposure(place, event, at);
    }

    /// Folds in an event of a change.
    pub fn change(&mut self, id: &ChangeId, event: ChangeEvent, at: Timestamp) {
        self.fold.change(id, event, at);
        if self.fold.has_segment() {
            self.compare.add(&self.fold.take_ended());
        }
    }

    /// Adds changes that were folded before.
    pub fn segment(&mut self, ended: &Segment) {
        self.compare.add(ended);
    }

    /// What was found up to here. More events may follow.
    #[must_use]
    pub fn report(&mut self) -> Report {
        self.compare.add(&self.fold.take_ended());
        let totals = self.compare.with_open(&self.fold.open());
        let waiting = totals.waiting();
        let plain = |examples: Vec<Arc<Example>>| -> Vec<Example> {
            examples.into_iter().map(Arc::unwrap_or_clone).collect()
        };
        let (base, candidate) = (self.compare.base.bundle(), self.compare.candidate.bundle());
        let mut services = Vec::new();
        for (service, tiers) in &totals.services {
            services.extend(tiers.iter().map(|(tier, counts)| ServiceCount {
                service: service.clone(),
                tier: *tier,
                counts: *counts,
            }));
        }
        let kinds = totals.kinds.into_iter().map(|(kind, (changes, examples))| KindCount {
            kind,
            changes,
            examples: plain(examples.into_iter().rev().collect()),
        });
        Report {
            base: base.digest().to_owned(),
            candidate: candidate.digest().to_owned(),
            counts: totals.counts,
            kinds: kinds.collect(),
            services,
            roles: totals.roles,
            waiting,
            failed: totals.failed,
            open: totals.open,
            open_moved: totals.open_moved,
            open_named: plain(totals.open_named),
            reproduced: self.fold.reproduced(),
        }
    }
}

/// The outcome of each change under a bundle, by the columnar evaluator. [`Bundle::assess`] says the
/// same of each, and why.
#[must_use]
pub fn outcomes(bundle: &Arc<Bundle>, changes: &[AssessmentFacts<'_>]) -> Vec<Outcome> {
    let mut segment = Segment::default();
    for facts in changes {
        push(&mut segment, facts);
    }
    let mut evaluator = Evaluator::new(Arc::clone(bundle));
    let said = evaluator.evaluate(&segment);
    said.into_iter().filter_map(|said| evaluator.outcome(said)).collect()
}
