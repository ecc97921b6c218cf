//! `policy test`: runs a bundle's own test cases.

use std::path::PathBuf;

use anyhow::Result;

use super::offline;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;

const AFTER_HELP: &str = "\
Example:
  countersign policy test policies/regulated-company

A case says what a change is and what policy must ask for. A bundle with a failing case can't be
proposed.";

/// Arguments of `policy test`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Name the cases that pass as well
    #[arg(long, short)]
    verbose: bool,
}

/// Runs the cases.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let bundle = offline::load(&args.dir, context)?;
    let report = bundle.test();
    let exit = if report.passed() { Exit::Ok } else { Exit::Error };
    if context.out.json {
        context.out.json(&report)?;
        return Ok(exit);
    }
    for case in &report.cases {
        let passed = case.problems.is_empty();
        if passed && !args.verbose {
            continue;
        }
        let place = format!("{}:{}", args.dir.join(&case.file).display(), case.line);
        let mark = if passed { Line::new().good("✓ ") } else { Line::new().bad("✗ ") };
        context.out.line(&mark.plain(&case.name).dim(format!("  {place}")));
        for problem in &case.problems {
            context.out.line(&Line::indented(2).plain(problem));
        }
    }
    let failed = report.failures().count();
    let passed = report.cases.len() - failed;
    let words = format!("{passed} cases pass, {failed} fail");
    let line = Line::new();
    let line = if failed == 0 { line.good("✓ ") } else { line.bad("✗ ") };
    context.out.line(&line.plain(words));
    if report.cases.is_empty() {
        context.out.note(&Line::new().warn("the bundle has no test cases: it has shown nothing"));
    }
    Ok(exit)
}
