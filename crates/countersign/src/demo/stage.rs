//! Plays the past: makes the organisation, then lets one step after another happen in the order of
//! time, so that the journal reads as if it had grown day by day.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use anyhow::{Context, Result};
use app::App;
use domain::event::PolicyFile;
use futures::future::join_all;
use jiff::Timestamp;
use policy::Bundle;

use super::calendar::minutes;
use super::cast::Cast;
use super::chance::Chance;
use super::clock::{self, DemoClock};
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
    /// How many steps are played at once. With one, the journal is in the order of time; with more
    /// it is nearly so, and a database that takes long over each commit gets several to share one.
    pub lanes: usize,
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

    const fn is_for_all(&self) -> bool {
        match self {
            Self::Life(life) => life.is_for_all(),
            Self::Open(_) => false,
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
    app.begin_policy(files()?).await?;
    let live = app.live();
    let bundle = live.policy.live().context("no policy is live")?;
    cast.add_machines(app, &issuers(bundle)).await?;
    let collected = credentials::collect(app, &cast, &passwords).await?;
    let end = minutes(now, -2);
    let world = World { app, cast: &cast, bundle, begin, end };
    let stories = stories(&world, seeding.changes)?;
    play(&world, clock, stories, seeding).await?;
    clock.let_go();
    sample::write(data)?;
    // Last: a demo without credentials was not finished.
    credentials::write(data, &collected)
}

/// The starter policy, but for the signatures it asks of the strictest tier: nobody here has a key.
fn files() -> Result<Vec<PolicyFile>> {
    let mut files = policy::starter::files(STARTER).context("the starter policy is missing")?;
    for file in &mut files {
        file.text = file.text.replace("    step_up: { signature: required }\n", "");
    }
    Ok(files)
}

/// The machines whose word policy wants to hear.
fn issuers(bundle: &Bundle) -> BTreeSet<String> {
    bundle.rules().iter().flat_map(|r| &r.evidence).flat_map(|e| e.issuers.clone()).collect()
}

/// What is still to happen, by time and number of the story.
type Queue = BTreeMap<(Timestamp, usize), Story>;

async fn play(
    world: &World<'_>,
    clock: &DemoClock,
    mut queue: Queue,
    seeding: Seeding<'_>,
) -> Result<()> {
    let mut begun = 0;
    while let Some(((first, _), _)) = queue.first_key_value() {
        // The store compares deadlines with the earliest of the steps.
        clock.set(*first);
        let turns = turns(&mut queue, seeding.lanes);
        begun += turns.iter().filter(|(_, story)| story.begins()).count();
        (seeding.progress)(begun);
        let steps = turns.into_iter().map(|((at, n), mut story)| async move {
            let next = clock::at(at, story.step(world, at)).await;
            (n, story, next)
        });
        for (n, story, next) in join_all(steps).await {
            if let Some(next) = next? {
                queue.insert((next, n), story);
            }
        }
    }
    Ok(())
}

/// The next steps that can be played together: a step for all is played alone.
fn turns(queue: &mut Queue, lanes: usize) -> Vec<((Timestamp, usize), Story)> {
    let mut turns = Vec::new();
    while let Some(next) = queue.first_entry() {
        let alone = next.get().is_for_all();
        if turns.len() >= lanes.max(1) || (alone && !turns.is_empty()) {
            break;
        }
        turns.push(next.remove_entry());
        if alone {
            break;
        }
    }
    turns
}

fn stories(world: &World<'_>, changes: usize) -> Result<Queue> {
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
    let numbered = stories.into_iter().enumerate();
    Ok(numbered.map(|(n, (at, story))| ((at, n), story)).collect())
}
