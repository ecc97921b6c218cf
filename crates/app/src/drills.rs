//! Drills of policy against the people there are. Read-only: only the nightly run records what is new.

mod nightly;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::drill::DrillFailure;
use domain::event::PolicyFile;
use domain::ids::{PersonId, ServiceName};
use domain::notification::{Preferences, Topic};
use domain::organisation::Service;
use domain::refusal::Refusal;
use jiff::Timestamp;
use policy::Bundle;
use policy::drill::{
    Drill, DrillEntry, DrillPerson, DrillProblem, DrillReport, DrillWhat, LivePeople,
};

use crate::facts::Live;
use crate::notify::held_until;
use crate::{App, AppError};

/// Services that one drill runs for at most; the most critical first.
const SERVICES_MAX: usize = 20;

/// Runs of one call at most.
const RUNS_MAX: usize = 100;

/// Where drills of a bundle stand.
const FOLDER: &str = "drills/";
/// Where drills stand that somebody hands in.
const GIVEN: &str = "drills/given.yaml";

/// Which drills to run.
#[derive(Debug, Clone, Default)]
pub struct DrillWish {
    /// Of this bundle; of the live one when left out.
    pub bundle: Option<Arc<Bundle>>,
    /// These instead of the bundle's own: the text of a file such as those in `drills/`.
    pub drills: Option<String>,
    /// Only the one of this name.
    pub name: Option<String>,
    /// For this service, whatever the drill says.
    pub service: Option<ServiceName>,
}

/// What came of drills.
#[derive(Debug)]
pub struct Drilled {
    /// Digest of the bundle that was tried.
    pub policy: String,
    /// One for each drill and service.
    pub reports: Vec<DrillReport>,
    /// Drills that no service there is fits, so that they were not run.
    pub not_run: Vec<String>,
    /// Runs for a service that were left out because there would be too many.
    pub left_out: usize,
    /// How mail reaches people who want it when they are asked: what they prefer, and their zone.
    /// Everybody has it in the product.
    by_mail: BTreeMap<PersonId, (Preferences, String)>,
    /// What nightly runs of the live bundle found, each with since when.
    known: BTreeMap<DrillFailure, Timestamp>,
}

impl Drilled {
    /// Whether every drill ran and went as it has to.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.not_run.is_empty() && self.reports.iter().all(DrillReport::passed)
    }

    /// When a mail about an entry goes to somebody, by their quiet hours and how urgent it is; `None`
    /// when they get none.
    #[must_use]
    pub fn mailed_at(&self, entry: &DrillEntry, person: &PersonId) -> Option<Timestamp> {
        let told = matches!(entry.what, DrillWhat::Asked | DrillWhat::Reminded);
        let (preferences, zone) = self.by_mail.get(person).filter(|_| told)?;
        Some(held_until(preferences, zone, entry.at, entry.urgent).unwrap_or(entry.at))
    }

    /// Everything that fails; also what was not run.
    fn failures(&self) -> impl Iterator<Item = DrillFailure> {
        let all = self
            .reports
            .iter()
            .flat_map(|report| report.problems.iter().zip(std::iter::repeat(report)));
        let not_run = self.not_run.iter().map(|drill| DrillFailure::fits_no_service(drill));
        all.map(|(problem, report)| report.failure(problem)).chain(not_run)
    }

    /// Since when nightly runs have found a problem.
    #[must_use]
    pub fn known_since(&self, report: &DrillReport, problem: &DrillProblem) -> Option<Timestamp> {
        self.known.get(&report.failure(problem)).copied()
    }
}

/// Drills with the services they run for.
struct Runs {
    runs: Vec<(usize, Service)>,
    not_run: Vec<String>,
    left_out: usize,
}

impl App {
    /// Runs drills with the people there are, each from the next such weekday and hour on.
    ///
    /// # Errors
    /// There is no policy, no such drill or service, drills that were handed in can't be read, or the
    /// store does not answer.
    pub async fn policy_drills(&self, wish: DrillWish) -> Result<Drilled, AppError> {
        let live = self.live();
        let mut bundle = match wish.bundle.clone() {
            Some(bundle) => bundle,
            None => Arc::clone(&live.policy.live_bundle().ok_or(AppError::NoPolicy)?.bundle),
        };
        let policy = bundle.digest().to_owned();
        let own = wish.drills.is_none() && live.policy.live().is_some_and(|b| b.digest() == policy);
        if let Some(drills) = wish.drills.clone() {
            bundle = with_drills(bundle, drills).await?;
        }
        let now = self.ports.now();
        let Runs { runs, not_run, left_out } = runs(&bundle, &live, &wish)?;
        let load = BTreeMap::new();
        let (runs, people) = each(&bundle, &live, (runs, load, now), |bundle, drill, people| {
            bundle.drill_candidates(drill, people)
        })
        .await?;
        let people: Vec<PersonId> = people.into_iter().flatten().collect();
        let load = self.current_load(&people, now).await?;
        let (_, reports) = each(&bundle, &live, (runs, load, now), Bundle::drill_live).await?;
        let by_mail = self.reached_by_mail(&live, &reports);
        let known = if own { live.policy.drill_failures().clone() } else { BTreeMap::new() };
        Ok(Drilled { policy, reports, not_run, left_out, by_mail, known })
    }

    /// Those of the people in drills who are sent a mail when they are asked.
    fn reached_by_mail(
        &self,
        live: &Live,
        reports: &[DrillReport],
    ) -> BTreeMap<PersonId, (Preferences, String)> {
        let settings = Arc::clone(&self.notify.read().0);
        let people = reports.iter().flat_map(|r| &r.timeline).flat_map(|entry| &entry.people);
        let reached = |one: &DrillPerson| {
            let person = live.directory.person(&one.person).filter(|p| !p.emails.is_empty())?;
            let preferences = settings.preferences(&one.person);
            let wanted = preferences.mail.contains(&Topic::Asked);
            wanted.then(|| (one.person.clone(), (preferences, person.time_zone.clone())))
        };
        people.filter_map(reached).collect()
    }
}

/// The same bundle with other drills.
async fn with_drills(bundle: Arc<Bundle>, text: String) -> Result<Arc<Bundle>, AppError> {
    let load = move || {
        let others = bundle.files().iter().filter(|file| !file.path.starts_with(FOLDER));
        let mut files: Vec<PolicyFile> = others.cloned().collect();
        files.push(PolicyFile { path: GIVEN.to_owned(), text });
        Bundle::load(&files)
    };
    let loaded = tokio::task::spawn_blocking(load).await.map_err(AppError::damaged)?;
    Ok(Arc::new(loaded.map_err(|diagnostics| AppError::Bundle { diagnostics })?.bundle))
}

/// What runs for what.
fn runs(bundle: &Bundle, live: &Live, wish: &DrillWish) -> Result<Runs, AppError> {
    let drills: Vec<(usize, &Drill)> = bundle
        .drills()
        .iter()
        .enumerate()
        .filter(|(_, drill)| wish.name.as_ref().is_none_or(|name| *name == drill.name))
        .collect();
    if let Some(name) = wish.name.as_ref().filter(|_| drills.is_empty()) {
        return Err(Refusal::NotFound { entity: "drill", id: name.clone() }.into());
    }
    let given = match &wish.service {
        None => None,
        Some(name) => Some(
            live.directory
                .service(name)
                .ok_or_else(|| Refusal::NotFound { entity: "service", id: name.to_string() })?,
        ),
    };
    let mut found = Runs { runs: Vec::new(), not_run: Vec::new(), left_out: 0 };
    for (index, drill) in drills {
        let mut services = match given {
            Some(service) => vec![service],
            None => drill.services(&live.directory),
        };
        services.sort_by(|a, b| (b.criticality, &a.name).cmp(&(a.criticality, &b.name)));
        if services.is_empty() {
            found.not_run.push(drill.name.clone());
        }
        found.left_out += services.len().saturating_sub(SERVICES_MAX);
        let some = services.into_iter().take(SERVICES_MAX);
        found.runs.extend(some.map(|service| (index, service.clone())));
    }
    found.left_out += found.runs.len().saturating_sub(RUNS_MAX);
    found.runs.truncate(RUNS_MAX);
    Ok(found)
}

type Input = (Vec<(usize, Service)>, BTreeMap<PersonId, u32>, Timestamp);

/// Does something for every drill and service, off the threads that answer requests.
async fn each<T: Send + 'static>(
    bundle: &Arc<Bundle>,
    live: &Arc<Live>,
    (runs, load, now): Input,
    what: fn(&Bundle, &Drill, LivePeople<'_>) -> T,
) -> Result<(Vec<(usize, Service)>, Vec<T>), AppError> {
    let (bundle, live) = (Arc::clone(bundle), Arc::clone(live));
    let work = move || {
        let one = |(index, service): &(usize, Service)| {
            let directory = &live.directory;
            let drill = bundle.drills().get(*index)?;
            Some(what(&bundle, drill, LivePeople { directory, service, load: &load, now }))
        };
        let found = runs.iter().filter_map(one).collect();
        (runs, found)
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::damaged)
}
