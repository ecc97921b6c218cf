//! What a run is asked to do.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

/// Which database a run is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A folder of its own.
    Sqlite,
    /// A database of its own on the shared server.
    Postgres,
}

/// A defect that is planted between the use cases and the store, to show that it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// Appends lose their guards: decisions on old facts are stored.
    NoGuards,
    /// Now and then an append is acknowledged and not stored.
    NotDurable,
    /// Now and then a change's row in the read model is not written.
    StaleRow,
    /// Nobody looks whether somebody with a vote of their own answers for somebody else.
    HandOfDelegate,
    /// A deployment by an override is called approved.
    OverrideApproves,
    /// An item of a set is looked at as if it was alone.
    ItemAlone,
    /// Time goes by, and nothing that is due happens.
    NoTimers,
}

/// How long a run goes on.
#[derive(Debug, Clone, Copy)]
pub enum Until {
    /// So many steps: somebody does something, or time goes by.
    Steps(u64),
    /// The journal has so many events. A step makes about two.
    Events(u64),
}

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything follows from it.
    pub seed: u64,
    /// How long it goes on.
    pub until: Until,
    /// Whether it says from time to time how far it is.
    pub progress: bool,
    /// Where.
    pub database: Database,
    /// What is planted.
    pub bug: Option<Bug>,
    /// A file that gets every entry as a line: where two runs of a seed part, one sees it there.
    pub journal: Option<PathBuf>,
}

impl Options {
    /// `SIM_STEPS` steps from `SIM_SEED`; without these `steps` from `seed`, or from a fresh one.
    ///
    /// # Errors
    /// A variable is no number.
    pub fn from_environment(database: Database, steps: u64, seed: Option<u64>) -> Result<Self> {
        let number = |name: &str| match std::env::var(name) {
            Ok(text) => text.parse().map(Some).with_context(|| format!("{name} is no number")),
            Err(_) => Ok(None),
        };
        let seed = match number("SIM_SEED")?.or(seed) {
            Some(seed) => seed,
            None => fresh_seed()?,
        };
        if std::env::var_os("SIM_EVENTS").is_some() {
            bail!("SIM_EVENTS is not read any more; say SIM_STEPS");
        }
        let steps = number("SIM_STEPS")?.unwrap_or(steps);
        if steps == 0 {
            bail!("SIM_STEPS is 0: nothing would happen");
        }
        Ok(Self {
            seed,
            until: Until::Steps(steps),
            progress: false,
            database,
            bug: None,
            journal: None,
        })
    }
}

/// A seed that another run does not have.
fn fresh_seed() -> Result<u64> {
    #[expect(clippy::disallowed_methods, reason = "chooses which run this is, and prints it")]
    let now = jiff::Timestamp::now();
    Ok(u64::try_from(now.as_nanosecond() % 1_000_000_007)?)
}
