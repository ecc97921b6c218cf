//! `policy check`: what is wrong with a bundle, in a form that editors understand.

use std::path::{Path, PathBuf};

use anyhow::Result;
use domain::event::PolicyFile;
use policy::{Bundle, Diagnostic, Loaded};

use super::files;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, Out};

const AFTER_HELP: &str = "\
Examples:
  countersign policy check policies/regulated-company
  countersign policy check . --json | jq '.diagnostics[].message'

Findings read file:line:column: error[code]: message, with the place marked. Nothing is sent.";

/// Arguments of `policy check`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

/// Checks a bundle.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let files = files::read(&args.dir)?;
    let out = &context.out;
    let (bundle, diagnostics) = match Bundle::load(&files) {
        Ok(Loaded { bundle, warnings }) => (Some(bundle), warnings),
        Err(errors) => (None, errors),
    };
    if out.json {
        out.json(&serde_json::json!({
            "ok": bundle.is_some(),
            "digest": bundle.as_ref().map(Bundle::digest),
            "diagnostics": diagnostics,
        }))?;
    } else {
        show(out, &args.dir, &files, &diagnostics);
        summary(out, bundle.as_ref(), &diagnostics);
    }
    Ok(if bundle.is_some() { Exit::Ok } else { Exit::Error })
}

fn summary(out: &Out, bundle: Option<&Bundle>, diagnostics: &[Diagnostic]) {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    match bundle {
        Some(bundle) => out.line(
            &Line::new()
                .good("✓ ")
                .bold(bundle.name())
                .plain(format!(
                    ": {} rules, {} environments, {} templates, {warnings} warnings  ",
                    bundle.rules().len(),
                    bundle.environments().len(),
                    bundle.templates().len()
                ))
                .dim(bundle.digest()),
        ),
        None => {
            let words = format!("{errors} errors, {warnings} warnings");
            out.line(&Line::new().bad("✗ ").plain(words));
        }
    }
}

/// Shows findings, each with its place marked.
pub fn show(out: &Out, folder: &Path, files: &[PolicyFile], diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let file = files.iter().find(|f| f.path == diagnostic.file);
        let text = file.map(|f| f.text.as_str()).unwrap_or_default();
        let path = folder.join(&diagnostic.file).display().to_string();
        let placed = Diagnostic { file: path, ..diagnostic.clone() };
        for (n, line) in placed.render(text).lines().enumerate() {
            out.line(&match (n, diagnostic.is_error()) {
                (0, true) => Line::new().bad(line),
                (0, false) => Line::new().warn(line),
                _ => Line::of(line),
            });
        }
        out.line(&Line::new());
    }
}
