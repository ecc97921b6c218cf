//! One run: a step, then every check, until it has gone on long enough; then calm.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use app::AppError;
use jiff::SignedDuration;
use store::StoreError;

use crate::act::{Action, Done, Scene, choose, overtaking, perform};
use crate::cast::Cast;
use crate::chance::Chance;
use crate::check::i2_durable::Acknowledged;
use crate::check::{self, Found};
use crate::model::{Entry, Model};
use crate::options::{Options, Until};
use crate::port::Trouble;
use crate::rules::{Strictness, digest};
use crate::world::{Process, World};

/// Steps until everything there is is looked at for the first time. It takes as long as the log is, so
/// each next time comes a quarter later than the one before.
const THOROUGH: u64 = 1_000;
/// Steps between two looks at all that was acknowledged meanwhile, and between two words about progress.
const ACKNOWLEDGED: u64 = 1_000;
/// Acknowledged entries looked up after every step: more than most steps make.
const RECENT: usize = 3;
/// A start reads the organisation from its beginning, so it gets rarer as that grows: once in as many
/// steps as this many of its entries.
const ENTRIES_A_STEP: usize = 10;
/// Questions of the past are asked again in a copy of the log, of at most so many entries.
const PAST_MAX: u64 = 20_000;
/// Questions of the past that are asked again at the end.
const PAST: usize = 4;
const PAGE: usize = 500;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Summary {
    /// The seed.
    pub seed: u64,
    /// Steps.
    pub steps: u64,
    /// Changes that were asked for.
    pub changes: usize,
    /// Events, each an entry of the log.
    pub entries: u64,
    /// Root over them, as hex: the same for the same seed.
    pub root: String,
    /// Deaths of the process.
    pub deaths: u64,
    /// Actions that another node overtook.
    pub overtaken: u64,
    /// Steps a second of real time.
    pub rate: u64,
    /// What was done and how it came out, with how often.
    pub tally: BTreeMap<String, u64>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "seed {}: {} steps ({} a second), {} changes, {} events, {} deaths, {} overtaken, \
             root {}",
            self.seed,
            self.steps,
            self.rate,
            self.changes,
            self.entries,
            self.deaths,
            self.overtaken,
            self.root.get(..16).unwrap_or_default()
        )?;
        for (what, count) in &self.tally {
            writeln!(f, "{count:>8}  {what}")?;
        }
        Ok(())
    }
}

/// A run under way.
pub(crate) struct Run {
    pub(crate) world: World,
    process: Option<Process>,
    pub(crate) cast: Arc<Cast>,
    pub(crate) model: Model,
    pub(crate) open: BTreeSet<String>,
    pub(crate) summary: Summary,
    chance: Chance,
    /// Told to callers, and not looked up yet after a death.
    acknowledged: Vec<Acknowledged>,
    /// Verdicts, to be asked for again.
    verdicts: Vec<u64>,
    /// What was done lately, for whoever reads of a violation.
    lately: Vec<String>,
    /// The step at which everything is looked at next.
    thorough: u64,
    journal: Option<File>,
}

/// Runs a simulation.
///
/// # Errors
/// An invariant does not hold, with the seed and what was done last; or the run itself fails.
pub async fn simulate(options: &Options) -> Result<Summary> {
    let seed = options.seed;
    println!("SIM_SEED={seed} for {:?} on {:?}", options.until, options.database);
    let begun = Instant::now();
    let mut run = Run::begin(options).await?;
    while run.goes_on(options.until) {
        run.summary.steps += 1;
        let step = run.step().await;
        step.with_context(|| run.story(options))?;
        if options.progress && run.summary.steps.is_multiple_of(ACKNOWLEDGED) {
            run.say_progress(options, begun);
        }
    }
    run.summary.rate = rate(run.summary.steps, begun);
    let ended = run.end().await;
    ended.with_context(|| run.story(options))?;
    Ok(run.summary)
}

impl Run {
    async fn begin(options: &Options) -> Result<Self> {
        let mut model = Model::default();
        for strictness in [Strictness::Usual, Strictness::Strict] {
            model.bundles.insert(digest(strictness)?, strictness);
        }
        let world = World::new(options)?;
        let process = world.start().await?;
        let cast = Arc::new(Cast::found(&process.app).await?);
        process.other.refresh().await?;
        let summary = Summary { seed: options.seed, ..Summary::default() };
        let mut run = Self {
            world,
            process: Some(process),
            cast,
            model,
            open: BTreeSet::new(),
            summary,
            chance: Chance::new(options.seed),
            acknowledged: Vec::new(),
            verdicts: Vec::new(),
            lately: Vec::new(),
            thorough: THOROUGH,
            journal: options.journal.as_ref().map(File::create).transpose()?,
        };
        run.read().await?;
        Ok(run)
    }

    fn goes_on(&self, until: Until) -> bool {
        match until {
            Until::Steps(steps) => self.summary.steps < steps,
            Until::Events(events) => self.model.tree.size() < events,
        }
    }

    fn story(&self, options: &Options) -> String {
        format!(
            "seed {} on {:?}, step {}; repeat it with SIM_SEED={} SIM_STEPS={}; lately:\n{}",
            options.seed,
            options.database,
            self.summary.steps,
            options.seed,
            self.summary.steps,
            self.lately.join("\n")
        )
    }

    fn say_progress(&self, options: &Options, begun: Instant) {
        eprintln!(
            "{:?}, {:?}: {} steps, {} a second, {} changes, {} events",
            options.database,
            options.until,
            self.summary.steps,
            rate(self.summary.steps, begun),
            self.model.changes.len(),
            self.model.tree.size(),
        );
    }

    async fn step(&mut self) -> Result<()> {
        self.pass_time();
        let mut chance = self.chance.clone();
        let action = choose(&self.scene(), &mut chance);
        self.chance = chance;
        let overtaken = self.summary.overtaken;
        let dies = self.make_trouble(&action)?;
        let result = self.perform(&action).await?;
        self.process()?.port.calm();
        self.note(&action, &result);
        let ticked = matches!((&action, &result), (Action::Tick, Ok(_)));
        self.accept(result, dies).await?;
        let fell_over = self.chance.once_in(self.rarely(150));
        if fell_over && !dies {
            self.die().await?;
        }
        self.check().await?;
        if ticked && !dies && overtaken == self.summary.overtaken {
            self.nothing_due()?;
        }
        Ok(())
    }

    /// What time sets off happens on every node: now and then it is the other one that does it.
    async fn perform(&mut self, action: &Action) -> Result<Result<Done, AppError>> {
        let elsewhere = matches!(action, Action::Tick) && self.chance.once_in(3);
        if elsewhere {
            self.lately.push("  on the other node".to_owned());
        }
        let process = self.process.as_ref().context("no process runs")?;
        Ok(if elsewhere {
            process.other.refresh().await?;
            perform(&process.other, action).await
        } else {
            perform(&process.app, action).await
        })
    }

    fn nothing_due(&self) -> Result<()> {
        let open = self.open.iter().filter_map(|id| self.model.changes.get(id));
        found(check::asking::nothing_due(&self.model, open, self.world.now().as_millisecond()))
    }

    /// Once in so many steps, and more rarely when there is much to read.
    fn rarely(&self, times: usize) -> usize {
        times.max(self.model.organisation.entries / ENTRIES_A_STEP)
    }

    pub(crate) fn process(&self) -> Result<&Process> {
        self.process.as_ref().context("no process runs")
    }

    fn scene(&self) -> Scene<'_> {
        Scene { cast: &self.cast, model: &self.model, now: self.world.now(), open: &self.open }
    }

    /// Mostly minutes, sometimes a night or a week; and now and then a clock is set back.
    fn pass_time(&mut self) {
        let by = match self.chance.below(1_000) {
            0 => SignedDuration::from_hours(24 * 7),
            1..=20 => SignedDuration::from_hours(14),
            21..=40 => SignedDuration::from_secs(-300),
            n => SignedDuration::from_secs(i64::try_from(n).unwrap_or(0) * 3 / 5),
        };
        self.world.pass(by);
    }

    /// Whether the process dies in the middle of what is done next.
    fn make_trouble(&mut self, action: &Action) -> Result<bool> {
        if self.chance.once_in(self.rarely(60)) {
            let lost = self.chance.once_in(2);
            let trouble = if lost { Trouble::Lost } else { Trouble::Stored };
            self.process()?.port.next(trouble);
            return Ok(true);
        }
        if self.chance.once_in(6) {
            let mut chance = self.chance.clone();
            let overtakes = overtaking(&self.scene(), action, &mut chance);
            self.chance = chance;
            self.overtake(overtakes)?;
        }
        Ok(false)
    }

    fn overtake(&mut self, overtakes: Action) -> Result<()> {
        let app = self.process()?.other.clone();
        self.lately.push(format!("  overtaken by {overtakes:?}"));
        self.process()?.port.next(Trouble::Overtaken(Box::pin(async move {
            // Refusals are fine; what was stored is read from the journal.
            let _ = perform(&app, &overtakes).await;
        })));
        self.summary.overtaken += 1;
        Ok(())
    }

    fn note(&mut self, action: &Action, result: &Result<Done, AppError>) {
        let code = match result {
            Ok(_) => "ok",
            Err(error) => error.code(),
        };
        *self.summary.tally.entry(format!("{}: {code}", action.word())).or_default() += 1;
        self.lately.push(format!("{} {action:?} → {code}", self.world.now()));
        let surplus = self.lately.len().saturating_sub(12);
        self.lately.drain(..surplus);
    }

    /// Takes what was answered; an answer that nobody should get ends the run.
    async fn accept(&mut self, result: Result<Done, AppError>, dies: bool) -> Result<()> {
        match result {
            Ok(done) => {
                self.acknowledged.extend(done.acknowledged);
                if let Some(asked) = &done.asked {
                    found(check::i8_says_why::answer(asked))?;
                }
                Ok(())
            }
            Err(AppError::Store(StoreError::Stopped { .. })) if dies => self.die().await,
            Err(AppError::Store(StoreError::Late)) => Ok(()),
            Err(
                error @ (AppError::Store(_)
                | AppError::Damaged { .. }
                | AppError::Contended
                | AppError::Bundle { .. }
                | AppError::BundleCases { .. }
                | AppError::NoPolicy),
            ) => bail!("an action failed with {error:?}"),
            Err(_) => Ok(()),
        }
    }

    /// The process is gone; another one starts on what is on the disk.
    pub(crate) async fn die(&mut self) -> Result<()> {
        self.summary.deaths += 1;
        self.lately.push("  the process died".to_owned());
        // The old process must let go of the disk before the next one takes it.
        self.process = None;
        self.process = Some(self.world.start().await?);
        let acknowledged = std::mem::take(&mut self.acknowledged);
        found(check::i2_durable::check(self.process()?.store.as_ref(), &acknowledged).await?)
    }

    /// Reads what is new in the journal; every entry is judged before it is taken in. Gives the
    /// changes it is about.
    async fn read(&mut self) -> Result<BTreeSet<String>> {
        let mut touched = BTreeSet::new();
        loop {
            let page = self.process()?.store.entries(self.model.tree.size(), PAGE).await?;
            let is_last = page.len() < PAGE;
            for stored in page {
                let entry = Entry::open(&stored)?;
                found(check::entry(&self.model, &entry))?;
                self.model.tree.push(&stored.leaf);
                if let Some(journal) = &mut self.journal {
                    journal.write_all(&stored.leaf)?;
                    journal.write_all(b"\n")?;
                }
                self.model.apply(&entry);
                if entry.kind == "gate_answered" {
                    self.verdicts.push(entry.index);
                }
                if let Some(id) = entry.stream.strip_prefix("change/") {
                    touched.insert(id.to_owned());
                    let over = self.model.changes.get(id).is_none_or(|c| c.state.is_over());
                    if over {
                        self.open.remove(id)
                    } else {
                        self.open.insert(id.to_owned())
                    };
                }
            }
            if is_last {
                return Ok(touched);
            }
        }
    }

    /// Every invariant, after every step.
    async fn check(&mut self) -> Result<()> {
        let touched = self.read().await?;
        let (process, model) = (self.process.as_ref().context("no process")?, &self.model);
        let store = process.store.as_ref();
        let recent = self.acknowledged.len().saturating_sub(RECENT);
        let recent = self.acknowledged.get(recent..).unwrap_or_default();
        found(check::i2_durable::check(store, recent).await?)?;
        let key = self.world.key.verifier();
        found(check::i3_grows::check(store, &key, model, &mut self.chance).await?)?;
        for id in &touched {
            found(check::i9_rebuilt::row(process, model, id).await?)?;
        }
        if let Some(id) = touched.iter().next()
            && self.chance.once_in(self.rarely(10))
        {
            found(check::i5_replay::nodes_agree(&self.world, process, &self.cast, id).await?)?;
        }
        if self.summary.steps.is_multiple_of(ACKNOWLEDGED) {
            let acknowledged = std::mem::take(&mut self.acknowledged);
            found(check::i2_durable::check(self.process()?.store.as_ref(), &acknowledged).await?)?;
        }
        if self.summary.steps == self.thorough {
            self.thorough += (self.thorough / 4).max(THOROUGH);
            self.check_thoroughly().await?;
        }
        Ok(())
    }

    /// What takes long: the whole log against itself, the read models against the journal, and all
    /// that was ever acknowledged.
    async fn check_thoroughly(&mut self) -> Result<()> {
        let acknowledged = std::mem::take(&mut self.acknowledged);
        found(check::i2_durable::check(self.process()?.store.as_ref(), &acknowledged).await?)?;
        let damage = self.process()?.store.check().await?;
        if !damage.is_empty() {
            bail!("I3: the store contradicts itself: {damage:#?}");
        }
        found(check::i5_replay::history_agrees(self.process()?, &self.cast).await?)?;
        found(check::i9_rebuilt::rebuilt(self.process()?).await?)
    }

    /// Everything once more, the past, and then calm.
    async fn end(&mut self) -> Result<()> {
        self.check_thoroughly().await?;
        self.verdicts.retain(|index| *index < PAST_MAX);
        for _ in 0..PAST {
            let Some(index) = self.chance.one_of(&self.verdicts).copied() else { break };
            found(check::i5_replay::past_agrees(&self.world, self.process()?, index).await?)?;
        }
        self.calm_down().await?;
        self.check_thoroughly().await?;
        self.summary.changes = self.model.changes.len();
        self.summary.entries = self.model.tree.size();
        let root = self.model.tree.root();
        self.summary.root = root.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(())
    }

    /// Performs an action in calm and checks everything after it.
    pub(crate) async fn act(&mut self, action: &Action) -> Result<bool> {
        let before = self.model.tree.size();
        let result = perform(&self.process()?.app, action).await;
        self.note(action, &result);
        self.accept(result, false).await?;
        self.check().await?;
        Ok(self.model.tree.size() > before)
    }
}

/// Steps a second.
fn rate(steps: u64, begun: Instant) -> u64 {
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    steps.saturating_mul(1_000) / ms
}

/// A violation is an error.
pub(crate) fn found(found: Found) -> Result<()> {
    found.map_err(|words| anyhow::anyhow!(words))
}
