//! The axe accessibility checker, run inside the page.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;
use thirtyfour::WebDriver;

/// The last argument is WebDriver's callback. From the top of the page, so that the bar which stays
/// there covers no half of a link.
const RUN: &str = r"
window.scrollTo({ top: 0, behavior: 'instant' });
const done = arguments[arguments.length - 1];
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  .then(results => done({ violations: results.violations }))
  .catch(error => done({ error: String(error) }));
";

/// One rule that a page breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule's id in axe, such as `color-contrast`.
    pub rule: String,
    /// What the rule asks for.
    pub help: String,
    /// The offending elements, as CSS selectors.
    pub elements: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.help, self.elements.join(", "))
    }
}

pub(super) async fn check(page: &WebDriver) -> Result<Vec<Violation>> {
    let file = crate::target()?.join("npm/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&file)
        .with_context(|| format!("read {}; `cargo xtask prepare` installs it", file.display()))?;
    page.execute(axe, Vec::new()).await.context("load axe into the page")?;
    let answer = page.execute_async(RUN, Vec::new()).await.context("run axe in the page")?;
    let answer: Value = answer.convert().context("read axe's answer")?;
    let violations = answer["violations"].as_array();
    let violations = violations.with_context(|| format!("axe failed: {}", answer["error"]))?;
    Ok(violations.iter().map(violation).collect())
}

fn violation(found: &Value) -> Violation {
    let text = |name: &str| found[name].as_str().unwrap_or_default().to_owned();
    let elements = found["nodes"].as_array().into_iter().flatten();
    let elements = elements.map(|node| node["target"].to_string()).collect();
    Violation { rule: text("id"), help: text("help"), elements }
}
