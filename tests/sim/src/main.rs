//! `cargo xtask simulate [--steps N | --events N] [--seed N] [--database sqlite|postgres]
//! [--journal FILE]`: a long run, which says how far it is.

use anyhow::{Context as _, Result, bail};
use sim::{Database, Options, Until, simulate};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let mut databases = vec![Database::Sqlite, Database::Postgres];
    let mut options = Options::from_environment(Database::Sqlite, 20_000, None)?;
    options.progress = true;
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
                "`{other}` is no option: --steps N or --events N, --seed N, --database NAME, \
                 --journal FILE"
            ),
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for database in databases {
        options.database = database;
        print!("{}", runtime.block_on(simulate(&options))?);
    }
    Ok(())
}
