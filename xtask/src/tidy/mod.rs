//! `cargo xtask tidy`: the rules of the house that neither rustfmt nor clippy knows.

mod attacks;
mod coverage;
mod functions;
mod lexer;
mod reasons;
mod report;
mod rings;
mod rules;
mod sources;

use anyhow::{Result, bail};

use crate::{Flags, workspace};

pub fn run(flags: &Flags) -> Result<()> {
    let sources = sources::load()?;
    if flags.has("--json") {
        println!("{:#}", report::Report::of(&sources).json());
    } else if flags.has("--report") {
        report::Report::of(&sources).print();
        coverage::print(&sources);
    }
    refuse(&problems(&sources)?)
}

/// The rules alone, as one of the checks of `cargo xtask test`.
pub fn check() -> Result<()> {
    refuse(&problems(&sources::load()?)?)
}

fn problems(sources: &[sources::Source]) -> Result<Vec<String>> {
    let metadata = workspace::metadata()?;
    let mut problems = rings::problems(&metadata)?;
    problems.extend(reasons::problems(&metadata)?);
    problems.extend(sources.iter().flat_map(rules::problems));
    problems.extend(attacks::problems(sources));
    Ok(problems)
}

fn refuse(problems: &[String]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    for problem in problems {
        eprintln!("tidy: {problem}");
    }
    bail!("{} against the house rules", problems.len())
}
