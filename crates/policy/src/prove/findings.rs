//! What the exhaustive check found, in the form of every other complaint about a bundle.

use domain::requirement::RuleRef;

use super::{Example, Proof, Standing};
use crate::bundle::yaml::Text;
use crate::bundle::{Bundle, Loaded};
use crate::diagnostic::{Diagnostic, Finding, Span};

impl Proof {
    /// Errors for guarantees that don't hold, rules out of reach and contradictions; warnings for
    /// gaps, which block and so are safe, and for what could not be proven.
    #[must_use]
    pub fn diagnostics(&self, bundle: &Bundle) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for result in &self.guarantees {
            let finding = match &result.standing {
                Standing::Proven => continue,
                Standing::Refuted { example } => {
                    let message = format!("this does not hold: {}", result.title);
                    Finding::error("guarantee_refuted", Span::default(), message)
                        .help(format!("a change that breaks it:\n{}", in_words(example)))
                }
                Standing::Unproven { because, tried, suspect } => {
                    unproven(&result.title, because, *tried, suspect.as_ref())
                }
            };
            found.extend(place(bundle, &result.source, finding));
        }
        for rule in &self.unreachable {
            let message = format!("rule `{}` applies to no change at all", rule.id);
            let finding = Finding::error("unreachable", Span::default(), message)
                .help("correct its condition or the levels it needs, or remove it");
            found.extend(place(bundle, rule, finding));
        }
        for pair in &self.contradictions {
            let message = format!(
                "rule `{}` says that nobody approves what rule `{}` in {}:{} asks somebody for",
                pair.exempts.id, pair.asks.id, pair.asks.file, pair.asks.line
            );
            let finding = Finding::error("contradiction", Span::default(), message)
                .help(format!("a change for which both apply:\n{}", in_words(&pair.example)));
            found.extend(place(bundle, &pair.exempts, finding));
        }
        found.extend(self.gaps.iter().filter_map(|gap| {
            let file = bundle.files().iter().find(|file| file.path.starts_with("rules/"))?;
            let message =
                "some changes can never be approved, because policy has no answer to them";
            let finding = Finding::warning("gap", Span::default(), message).help(format!(
                "such as ({}):\n{}",
                gap.code,
                in_words(&gap.example)
            ));
            Some(Text { path: &file.path, text: &file.text }.place(finding))
        }));
        found
    }
}

impl Loaded {
    /// The warnings of loading together with what the exhaustive check and the drills found. It knows every gap, so
    /// the quick look for gaps that loading takes has nothing to add.
    #[must_use]
    pub fn with_proof(&self, proof: &Proof) -> Vec<Diagnostic> {
        let known = self.warnings.iter().filter(|d| !proof.exhaustive || d.code != "nobody_asked");
        let found = known.cloned().chain(proof.diagnostics(&self.bundle));
        found.chain(self.bundle.drill_diagnostics()).collect()
    }
}

fn unproven(title: &str, because: &[String], tried: u64, suspect: Option<&Example>) -> Finding {
    let message = match suspect {
        Some(_) => format!("this could not be proven, and a change may break it: {title}"),
        None => format!(
            "this could not be proven, though {tried} changes drawn at random keep it: {title}"
        ),
    };
    let mut help: Vec<String> = suspect.map(in_words).into_iter().collect();
    if !because.is_empty() {
        help.push(format!("what can't be split into cases: {}", because.join("; ")));
    }
    Finding::warning("guarantee_unproven", Span::default(), message).help(help.join("\n"))
}

fn in_words(example: &Example) -> String {
    let mut text = example.to_yaml();
    for rule in &example.accepting {
        text.push_str(&format!("while the risk of going off rule `{rule}` is accepted\n"));
    }
    for rule in &example.automatic {
        text.push_str(&format!("where the rule `{rule}` approves in place of people\n"));
    }
    for assumed in &example.assuming {
        text.push_str(&format!("if this comes out as needed: {assumed}\n"));
    }
    text.trim_end().to_owned()
}

/// Marks the first line of what the finding is about.
fn place(bundle: &Bundle, source: &RuleRef, mut finding: Finding) -> Option<Diagnostic> {
    let file = bundle.files().iter().find(|file| file.path == source.file)?;
    let before =
        file.text.split_inclusive('\n').take(usize::try_from(source.line).ok()?.checked_sub(1)?);
    let start: usize = before.map(str::len).sum();
    let line = file.text.get(start..)?.lines().next().unwrap_or_default();
    let indent = line.len() - line.trim_start().len();
    finding.span = Span::new(start + indent, start + line.len());
    Some(Text { path: &file.path, text: &file.text }.place(finding))
}
