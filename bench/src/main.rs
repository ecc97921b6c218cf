//! Measures what the README claims, in one run and as ratios: figures of different machines or
//! moments don't compare, ratios of one run do.
//!
//! `cargo xtask bench [--quick] [--json FILE] [--only NAME]`

mod asking;
mod fill;
mod growth;
mod http;
mod ledger_speed;
mod load;
mod policy_speed;
mod process;
mod raw;
mod replay_speed;
mod report;
mod site;
mod stores;

use anyhow::Context as _;

use report::Report;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Seconds a throughput is measured for.
    pub seconds: f64,
    /// Sizes of the growing organisation, in changes.
    pub changes: &'static [usize],
    /// Changes that wait with timers, few and many.
    pub pending: [usize; 2],
    /// Entries of the log that is verified.
    pub entries: usize,
    /// Changes that are replayed.
    pub replayed: u64,
}

const FULL: Scale = Scale {
    seconds: 3.0,
    changes: &[10_000, 100_000, 1_000_000],
    pending: [1_000, 100_000],
    entries: 2_000_000,
    replayed: 1_000_000,
};
const QUICK: Scale = Scale {
    seconds: 0.7,
    changes: &[10_000, 100_000],
    pending: [400, 4_000],
    entries: 200_000,
    replayed: 100_000,
};

struct Options {
    scale: Scale,
    json: Option<String>,
    only: Option<String>,
}

fn options() -> anyhow::Result<Options> {
    let mut options = Options { scale: FULL, json: None, only: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => options.scale = QUICK,
            "--json" => options.json = Some(arguments.next().context("--json needs a file")?),
            "--only" => options.only = Some(arguments.next().context("--only needs a name")?),
            "--help" | "-h" => {
                println!(
                    "usage: cargo xtask bench [--quick] [--json FILE] [--only PART]\n\
                     parts: raw policy replay ledger sqlite postgres asking asking-postgres\n\
                             growth growth-postgres process\n\
                     --quick grows to 100,000 changes instead of 1,000,000"
                );
                std::process::exit(0);
            }
            other => anyhow::bail!("`{other}` is no option; try --help"),
        }
    }
    Ok(options)
}

fn main() -> anyhow::Result<()> {
    let options = options()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut report = Report::default();
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    let scale = options.scale;
    if wanted("raw") {
        raw::measure(&mut report)?;
    }
    if wanted("policy") {
        policy_speed::measure(&mut report)?;
    }
    if wanted("replay") {
        replay_speed::measure(scale.replayed, &mut report)?;
    }
    if wanted("ledger") {
        runtime.block_on(ledger_speed::measure(scale, &mut report))?;
    }
    if wanted("sqlite") {
        runtime.block_on(stores::sqlite(scale, &mut report))?;
    }
    if wanted("postgres") {
        runtime.block_on(stores::postgres(scale, &mut report))?;
    }
    if wanted("asking") {
        runtime.block_on(asking::sqlite(scale, &mut report))?;
    }
    if wanted("asking-postgres") {
        runtime.block_on(asking::postgres(scale, &mut report))?;
    }
    if wanted("growth") {
        runtime.block_on(growth::sqlite(scale, &mut report))?;
    }
    if wanted("growth-postgres") {
        runtime.block_on(growth::postgres(scale, &mut report))?;
    }
    if wanted("process") {
        process::measure(&mut report)?;
    }
    if let Some(path) = &options.json {
        std::fs::write(path, report.json()?)
            .with_context(|| format!("failed to write `{path}`"))?;
    }
    Ok(())
}
