//! Plays the past: makes the organisation, then lets one step after another happen in the order of
//! time, so that the journal reads as if it had grown day by day.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::path::Path;

use anyhow::{Context, Result};
use app::App;
use jiff::Timestamp;
use policy::Bundle;

use super::calendar::minutes;
use super::cast::Cast;
use super::chance::Chance;
use super::clock::DemoClock;
use super::life::{Fate, Life};
use super::open::{self, Open};
use super::{World, credentials, history, sample};

/// The starter policy the company lives by.
const STARTER: &str = "regulated-company";
/// How long the past is.
const DAYS: i64 = 120;
/// Days before the end at which what is open today ran in staging.
const STAGED_DAYS: i64 = 8;

/// What to make up.
pub struct Seeding<'a> {
    /// The data folder.
    pub data: &'a Path,
    /// About so many changes in the past.
    pub changes: usize,
    /// Told how many of them there are so far.
    pub progress: &'a mut (dyn FnMut(usize) + Send),
}

/// When the past of a demo begins that is made now.
#[must_use]
pub fn begin(now: Timestamp) -> Timestamp {
    minutes(now, -DAYS * 24 * 60)
}

/// Something that happens step by step.
enum Story {
    Life(Box<Life>),
    Open(Box<Open>),
}

impl Story {
    async fn step(&mut self, world: &World<'_>, now: Timestamp) -> Result<Option<Timestamp>> {
        match self {
            Self::Life(life) => life.step(world, now).await,
            Self::Open(open) => open.step(world, now).await,
        }
    }

    const fn begins(&self) -> bool {
        match self {
            Self::Life(life) => life.begins(),
            Self::Open(_) => false,
        }
    }
}

/// Makes everything up and writes the credentials. The clock shows the real time afterwards.
///
/// # Errors
/// A use case refuses, or the data folder can't be written.
pub async fn seed(app: &App, clock: &DemoClock, seeding: Seeding<'_>) -> Result<()> {
    let data = seeding.data;
    let now = clock.real_now();
    let begin = begin(now);
    clock.set(begin);
    let mut cast = Cast::new(app.ports());
    let passwords = credentials::passwords(app).await?;
    let hashes = passwords.iter().map(|(user, (_, hash))| (*user, hash.clone())).collect();
    app.import_organisation(cast.events(app.ports(), &hashes)?).await?;
    let files = policy::starter::files(STARTER).context("the starter policy is missing")?;
    app.begin_policy(files).await?;
    let live = app.live();
    let bundle = live.policy.live().context("no policy is live")?;
    cast.add_machines(app, &issuers(bundle)).await?;
    let collected = credentials::collect(app, &cast, &passwords).await?;
    let end = minutes(now, -2);
    let world = World { app, cast: &cast, bundle, begin, end };
    play(&world, clock, seeding.changes, seeding.progress).await?;
    clock.let_go();
    sample::write(data)?;
    // Last: a demo without credentials was not finished.
    credentials::write(data, &collected)
}

/// The machines whose word policy wants to hear.
fn issuers(bundle: &Bundle) -> BTreeSet<String> {
    bundle.rules().iter().flat_map(|r| &r.evidence).flat_map(|e| e.issuers.clone()).collect()
}

async fn play(
    world: &World<'_>,
    clock: &DemoClock,
    changes: usize,
    progress: &mut (dyn FnMut(usize) + Send),
) -> Result<()> {
    let mut stories = stories(world, changes)?;
    let mut queue: BinaryHeap<_> =
        stories.iter().enumerate().map(|(n, (at, _))| Reverse((*at, n))).collect();
    let mut begun = 0;
    while let Some(Reverse((at, n))) = queue.pop() {
        let Some((_, story)) = stories.get_mut(n) else { continue };
        clock.set(at);
        if story.begins() {
            begun += 1;
            progress(begun);
        }
        if let Some(next) = story.step(world, at).await? {
            queue.push(Reverse((next, n)));
        }
    }
    Ok(())
}

fn stories(world: &World<'_>, changes: usize) -> Result<Vec<(Timestamp, Story)>> {
    let mut stories = Vec::new();
    for (at, life) in history::releases(world, changes)? {
        stories.push((at, Story::Life(Box::new(life))));
    }
    for (n, wish) in open::staged()?.into_iter().enumerate() {
        let author = world.cast.team(wish.service.domain);
        let author = author.first().context("a domain has no engineers")?;
        let by = (author.person.clone(), author.principal());
        let chance = Chance::new(u64::try_from(n).unwrap_or(0));
        let life = Life::new(wish, Fate::Flawless, VecDeque::new(), chance, by);
        stories.push((minutes(world.end, -STAGED_DAYS * 24 * 60), Story::Life(Box::new(life))));
    }
    for (at, open) in open::changes(world)? {
        stories.push((at, Story::Open(Box::new(open))));
    }
    Ok(stories)
}
