//! The editor of a bundle: its files, what the checker says of them, and proposing them.

use askama::Template;

use super::policy::Bundle;
use crate::filters;
use crate::view::{FormErrors, Layout, SourceFile};

/// The page, at `/policy/proposals/new`; posts to `/policy/proposals`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_propose.html")]
pub struct ProposePage {
    /// The frame.
    pub layout: Layout,
    /// The bundle it changes; sent as `base_digest`.
    pub base: Bundle,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `title`.
    pub title: String,
    /// Field `reason`.
    pub reason: String,
    /// Fields `file_name` and `file_text`, repeated. Files come as `folder` and `file`; `step` is `upload` to put
    /// them into the fields, `check` to have them checked, `glance` for the same without proofs, or
    /// `propose`.
    pub files: Vec<SourceFile>,
    /// What the checker says, if it was asked.
    pub checked: Option<Checked>,
    /// By field name; files are `file_text_0` and so on.
    pub errors: FormErrors,
}

/// What the checker says of the files as they stand.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Whether they can be proposed.
    pub ok: bool,
    /// Whether guarantees were proven too; a glance while somebody types leaves that out.
    pub proven: bool,
    /// Findings, errors and warnings.
    pub findings: Vec<CheckedFinding>,
    /// Test cases that came out as expected.
    pub passed: usize,
    /// Those that did not.
    pub failed: Vec<FailedCase>,
}

/// One finding.
#[derive(Debug, Clone, Default)]
pub struct CheckedFinding {
    /// `rules/base.yaml, line 31`.
    pub place: String,
    /// The field of its file, e.g. `#file_text_3`; `None` when no field has it.
    pub href: Option<String>,
    /// Its file, e.g. `rules/base.yaml`.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// With file, line, excerpt and caret.
    pub text: String,
    /// Whether it keeps the bundle from being proposed.
    pub is_error: bool,
}

/// A test case that did not come out as expected.
#[derive(Debug, Clone, Default)]
pub struct FailedCase {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What did not.
    pub problems: Vec<String>,
}

impl Checked {
    /// In one sentence.
    #[must_use]
    pub fn headline(&self) -> String {
        let cases = self.passed + self.failed.len();
        let tests = match (cases, self.failed.len()) {
            (0, _) => "no test case ran".to_owned(),
            (all, 0) => format!("all {all} test cases pass"),
            (all, failed) => format!("{failed} of {all} test cases fail"),
        };
        let errors = self.findings.iter().filter(|finding| finding.is_error).count();
        match (self.ok, errors) {
            (true, _) if !self.proven => {
                format!("No error so far: {tests}. “Check” proves the guarantees too.")
            }
            (true, _) => format!("It can be proposed: {tests}."),
            (false, 0) => format!("It can't be proposed: {tests}."),
            (false, 1) => "It can't be proposed: there is 1 error.".to_owned(),
            (false, n) => format!("It can't be proposed: there are {n} errors."),
        }
    }
}
