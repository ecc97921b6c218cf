//! `cargo xtask simulate [--steps N | --events N [--each N]] [--seed N] [--database sqlite|postgres]
//! [--journal FILE]`: a long run, which says how far it is. With `--each` it is many runs, a seed each.

use anyhow::{Context as _, Result, bail};
use sim::{Database, Options, Until, simulate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let mut databases = vec![Database::Sqlite, Database::Postgres];
    let mut options = Options::from_environment(Database::Sqlite, 20_000, None)?;
    options.progress = true;
    let mut each = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--steps" => {
                options.until = Until::Steps(value()?.parse().context("--steps needs a number")?);
            }
            "--events" => {
                options.until = Until::Events(value()?.parse().context("--events needs a number")?);
            }
            "--each" => each = Some(value()?.parse().context("--each needs a number")?),
            "--seed" => options.seed = value()?.parse().context("--seed needs a number")?,
            "--journal" => options.journal = Some(value()?.into()),
            "--database" => {
                databases = match value()?.as_str() {
                    "sqlite" => vec![Database::Sqlite],
                    "postgres" => vec![Database::Postgres],
                    other => bail!("`{other}` is no database; use sqlite or postgres"),
                };
            }
            other => bail!(
                "`{other}` is no option: --steps N or --events N, --each N, --seed N, \
                 --database NAME, --journal FILE"
            ),
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for database in databases {
        let options = Options { database, ..options.clone() };
        match (options.until, each) {
            (Until::Events(all), Some(each)) => runtime.block_on(many(options, all, each))?,
            (Until::Steps(_), Some(_)) => bail!("--each goes with --events"),
            (_, None) => print!("{}", runtime.block_on(simulate(&options))?),
        }
    }
    Ok(())
}

/// One run of about `each` events after the other, each with the next seed, until all came together.
async fn many(mut options: Options, all: u64, each: u64) -> Result<()> {
    if each == 0 {
        bail!("--each needs at least one event");
    }
    let mut made = 0;
    while made < all {
        options.until = Until::Events(each.min(all - made));
        let summary = simulate(&options).await?;
        made += summary.entries;
        print!("{summary}");
        println!("{made} of {all} events on {:?}, seeds up to {}", options.database, options.seed);
        options.seed += 1;
    }
    Ok(())
}
