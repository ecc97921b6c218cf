//! `policy check`: what is wrong with a bundle, in a form that editors understand.

use std::path::{Path, PathBuf};

use anyhow::Result;
use domain::event::PolicyFile;
use policy::prove::{GuaranteeResult, Standing};
use policy::{Bundle, Diagnostic, Proof};

use super::against::{Against, Comparison};
use super::files;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, Out};

const AFTER_HELP: &str = "\
Examples:
  countersign policy check policies/regulated-company
  countersign policy check . --json | jq '.diagnostics[].message'
  countersign policy check . --against live

Findings read file:line:column: error[code]: message, with the place marked. Guarantees of the
bundle are proven over every change there can be, or refuted by the smallest one. Nothing is sent.

With --against live the live bundle is read from the server and compared here. The exit code is 0 when
the bundle asks for no less, 11 when it may ask for less, each way in words, 13 when nothing is known of
the live bundle, and 1 when the bundle has errors or you may not ask. Groups that roles.yaml gives roles to
and that the server does not have are named: a warning, which does not change the exit code.";

/// Arguments of `policy check`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Also say what may ask for less than this
    #[arg(long, value_name = "WHAT")]
    against: Option<Against>,
}

/// Checks a bundle.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let files = files::read(&args.dir)?;
    let out = &context.out;
    let (checked, diagnostics) = match Bundle::load(&files) {
        Ok(loaded) => {
            let proof = loaded.bundle.prove();
            let diagnostics = loaded.with_proof(&proof);
            (Some((loaded.bundle, proof)), diagnostics)
        }
        Err(errors) => (None, errors),
    };
    let ok = checked.is_some() && !diagnostics.iter().any(Diagnostic::is_error);
    let compared = match (args.against, &checked) {
        (Some(Against::Live), Some((bundle, _))) => Some(Comparison::with_live(bundle, context)?),
        _ => None,
    };
    if out.json {
        out.json(&serde_json::json!({
            "ok": ok,
            "digest": checked.as_ref().map(|(bundle, _)| bundle.digest()),
            "diagnostics": diagnostics,
            "proof": checked.as_ref().map(|(_, proof)| proof),
            "against": compared,
        }))?;
    } else {
        show(out, &args.dir, &files, &diagnostics);
        if let Some((_, proof)) = &checked {
            guarantees(out, proof);
        }
        summary(out, checked.as_ref(), &diagnostics);
        if let Some(compared) = &compared {
            compared.show(out);
        }
    }
    Ok(if ok { compared.map_or(Exit::Ok, |compared| compared.exit()) } else { Exit::Error })
}

/// The guarantees that hold; the others are among the findings.
fn guarantees(out: &Out, proof: &Proof) {
    let proven = |result: &&GuaranteeResult| result.standing == Standing::Proven;
    for result in proof.guarantees.iter().filter(proven) {
        out.line(&Line::new().good("✓ proven: ").plain(&result.title));
    }
}

fn summary(out: &Out, checked: Option<&(Bundle, Proof)>, diagnostics: &[Diagnostic]) {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let Some((bundle, proof)) = checked.filter(|_| errors == 0) else {
        let words = format!("{errors} errors, {warnings} warnings");
        return out.line(&Line::new().bad("✗ ").plain(words));
    };
    let tried = if proof.exhaustive { "all" } else { "at random" };
    let words = format!(
        ": {} rules, {} environments, {} templates, {warnings} warnings; {} kinds of changes tried ({tried})  ",
        bundle.rules().len(),
        bundle.environments().len(),
        bundle.templates().len(),
        proof.regions,
    );
    let line = Line::new().good("✓ ").bold(bundle.name());
    out.line(&line.plain(words).dim(bundle.digest()));
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
