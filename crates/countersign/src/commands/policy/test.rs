//! `policy test`: runs a bundle's own test cases.

use std::path::PathBuf;

use anyhow::Result;

use policy::drill::DrillReport;

use super::offline;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;

const AFTER_HELP: &str = "\
Example:
  countersign policy test policies/regulated-company

A case says what a change is and what policy must ask for; a drill, who has to be asked by when. A bundle
in which one fails can't be proposed.";

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
    let drills: Vec<DrillReport> = bundle.drills().iter().map(|d| bundle.drill(d)).collect();
    let passed = report.passed() && drills.iter().all(DrillReport::passed);
    let exit = if passed { Exit::Ok } else { Exit::Error };
    if context.out.json {
        let cases = &report.cases;
        context.out.json(&serde_json::json!({ "cases": cases, "drills": drills }))?;
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
    show_drills(args, context, &drills);
    if report.cases.is_empty() {
        context.out.note(&Line::new().warn("the bundle has no test cases: it has shown nothing"));
    }
    Ok(exit)
}

fn show_drills(args: &Args, context: &Context, drills: &[DrillReport]) {
    for drill in drills.iter().filter(|drill| args.verbose || !drill.passed()) {
        let place = format!("{}:{}", args.dir.join(&drill.file).display(), drill.line);
        let mark = if drill.passed() { Line::new().good("✓ ") } else { Line::new().bad("✗ ") };
        context.out.line(&mark.plain(&drill.name).dim(format!("  {place}")));
        for problem in &drill.problems {
            context.out.line(&Line::indented(2).plain(&problem.message));
            context.out.line(&Line::indented(2).info("→ ").plain(&problem.help));
        }
    }
    let failed = drills.iter().filter(|drill| !drill.passed()).count();
    let words = format!("{} drills pass, {failed} fail", drills.len() - failed);
    let line = if failed == 0 { Line::new().good("✓ ") } else { Line::new().bad("✗ ") };
    context.out.line(&line.plain(words));
}
