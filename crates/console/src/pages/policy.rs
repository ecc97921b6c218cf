//! The live policy in words, its source, and proposals to change it.

use askama::Template;

use super::policy_delay::{Delay, RevertForm};
use crate::filters;
use crate::pages::policy_shadow::ShadowPart;
use crate::view::{Badge, Digest, FormErrors, Layout, Link, Moment, Paging, SourceFile, Who};

/// The live bundle in words.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Which bundle is live.
    pub bundle: Bundle,
    /// Tiers and what each means.
    pub tiers: Vec<Tier>,
    /// Approval levels, from peer review to CAB.
    pub levels: Vec<Level>,
    /// The risk matrix and the factors.
    pub risk: RiskPolicy,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Standard-change templates.
    pub templates: Vec<TemplateRow>,
    /// The bundle's files: name and `/policy/source/{name}`.
    pub files: Vec<Link>,
    /// Proposals that wait, newest first.
    pub proposals: Vec<ProposalRow>,
    /// How many were decided on; leads to their list.
    pub decided: u32,
    /// The form to go back to the bundle before, for those who may propose.
    pub revert: Option<RevertForm>,
    /// Whether to offer the propose form's link.
    pub can_propose: bool,
}

/// The live bundle.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// Its name.
    pub name: String,
    /// Its version as counted by the ledger.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// Since when it is live.
    pub activated: Moment,
    /// Who put it live.
    pub by: Vec<Who>,
    /// The ledger entry that put it live.
    pub entry: Option<Link>,
}

/// A tier of environments.
#[derive(Debug, Clone, Default)]
pub struct Tier {
    /// `T3`.
    pub name: String,
    /// Its title, e.g. "Production".
    pub title: String,
    /// Environments in it.
    pub environments: String,
    /// "Enforce" or "Observe", with what it means.
    pub gate_mode: String,
    /// How long an approval holds.
    pub approval_valid: String,
    /// How long a grant holds.
    pub grant_valid: String,
    /// Anything else, e.g. "tags refused, digests only".
    pub notes: String,
}

/// An approval level.
#[derive(Debug, Clone, Default)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// From which score.
    pub from_score: String,
    /// What it needs in words.
    pub needs: String,
    /// Who has the authority: the service's owners or a board.
    pub authority: String,
}

/// How risk is computed.
#[derive(Debug, Clone, Default)]
pub struct RiskPolicy {
    /// Impact names, the columns.
    pub columns: Vec<String>,
    /// Each urgency with one cell per impact; a cell may name several complexities.
    pub rows: Vec<MatrixRow>,
    /// What the rows are, e.g. "Urgency (complexity: medium)".
    pub caption: String,
    /// Named factors.
    pub factors: Vec<FactorRule>,
}

/// One row of the matrix.
#[derive(Debug, Clone, Default)]
pub struct MatrixRow {
    /// Its name.
    pub name: String,
    /// One per column.
    pub cells: Vec<String>,
}

/// A named risk factor.
#[derive(Debug, Clone, Default)]
pub struct FactorRule {
    /// Its name.
    pub name: String,
    /// Its points, e.g. `+15`.
    pub points: String,
    /// When it counts, in words.
    pub when: String,
    /// The condition as written.
    pub condition: String,
    /// Where it is written.
    pub source: Option<Link>,
}

/// A rule: when it applies apart from what it needs.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Its id; also its anchor, `rule-<id>`.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it applies, in words.
    pub when: String,
    /// The condition as written.
    pub condition: String,
    /// What it needs, in words, one per line.
    pub needs: Vec<String>,
    /// Why it is there.
    pub why: String,
    /// Compliance controls it serves.
    pub controls: Vec<String>,
    /// Where it is written.
    pub source: Option<Link>,
}

/// A standard-change template.
#[derive(Debug, Clone, Default)]
pub struct TemplateRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Its limits in words.
    pub limits: String,
    /// What it still needs, e.g. "nothing" or "1 peer".
    pub needs: String,
}

/// A proposal in the list.
#[derive(Debug, Clone, Default)]
pub struct ProposalRow {
    /// Its page.
    pub href: String,
    /// Its title.
    pub title: String,
    /// Who proposed it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// E.g. "Checks passed", "Checks failed", "Approved".
    pub state: Badge,
    /// What is missing, e.g. "1 approval by a policy approver".
    pub missing: String,
}

/// Proposals that were decided on, newest first, at `/policy/proposals`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_decided.html")]
pub struct DecidedPage {
    /// The frame.
    pub layout: Layout,
    /// The proposals of this page.
    pub proposals: Vec<DecidedRow>,
    /// Neighbouring pages.
    pub paging: Paging,
}

/// A proposal that was decided on.
#[derive(Debug, Clone, Default)]
pub struct DecidedRow {
    /// Its title.
    pub title: String,
    /// The bundle's digest.
    pub digest: Digest,
    /// Who proposed it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// "Live", "Replaced", "Declined".
    pub state: Badge,
    /// Who decided.
    pub decided_by: Who,
    /// When.
    pub decided_at: Moment,
    /// What they said.
    pub reason: String,
}

/// One file of a bundle with line numbers, at `/policy/source/{name}`; `#L12` leads to line 12.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_source.html")]
pub struct SourcePage {
    /// The frame.
    pub layout: Layout,
    /// Which bundle.
    pub bundle: Bundle,
    /// The other files.
    pub files: Vec<Link>,
    /// This file.
    pub file: SourceFile,
}

/// A proposal with its checks. Approving posts to `/policy/proposals/{id}/approve`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_proposal.html")]
pub struct ProposalPage {
    /// The frame.
    pub layout: Layout,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// Where it stands.
    pub state: Badge,
    /// The digest it would put live; sent as `digest`.
    pub digest: Digest,
    /// The bundle it was made from.
    pub base: Digest,
    /// Said when it may ask for less than the live bundle.
    pub delay: Option<Delay>,
    /// Each check: name, outcome, detail.
    pub checks: Vec<Check>,
    /// What the checker says, shown as is.
    pub diagnostics: Option<String>,
    /// The difference to the live bundle, unified form, by file.
    pub diffs: Vec<FileDiff>,
    /// Approvals so far.
    pub approvals: Vec<Approval>,
    /// What is missing.
    pub missing: String,
    /// The form, or why this person can't approve.
    pub ballot: ProposalBallot,
    /// The form to turn it down, for those who may; its author takes it back this way.
    pub decline: Option<DeclineForm>,
    /// Whether it runs beside the live bundle.
    pub shadow: ShadowPart,
}

/// The form to turn a proposal down. Posts to `/policy/proposals/{id}/decline`.
#[derive(Debug, Clone, Default)]
pub struct DeclineForm {
    /// Whether the reader wrote the proposal.
    pub own: bool,
    /// Field `reason`.
    pub reason: String,
    /// Field `reason`.
    pub errors: FormErrors,
}

/// Whether the reader can approve the proposal.
#[derive(Debug, Clone, Default)]
pub enum ProposalBallot {
    /// It is decided, or the reader has no part in it.
    #[default]
    None,
    /// They can; the key is sent as `idempotency_key`, with the field `justification`.
    Open {
        /// Sent as `idempotency_key`.
        idempotency_key: String,
    },
    /// They can't.
    Closed {
        /// Why.
        reasons: Vec<String>,
    },
}

/// One check of a proposal.
#[derive(Debug, Clone, Default)]
pub struct Check {
    /// What was checked.
    pub name: String,
    /// How it went.
    pub state: Badge,
    /// More about it.
    pub detail: String,
}

/// The difference of one file.
#[derive(Debug, Clone, Default)]
pub struct FileDiff {
    /// The file.
    pub name: String,
    /// Its lines.
    pub lines: Vec<DiffLine>,
}

/// One line of a difference.
#[derive(Debug, Clone, Default)]
pub struct DiffLine {
    /// `+`, `-`, `@` or a space.
    pub sign: char,
    /// The line.
    pub text: String,
}

impl DiffLine {
    /// The sign for the margin; a hunk's line says itself what it is.
    #[must_use]
    pub fn shown_sign(&self) -> char {
        if self.sign == '@' { ' ' } else { self.sign }
    }

    /// The CSS class of the line.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self.sign {
            '+' => "ins",
            '-' => "del",
            '@' => "hunk",
            _ => "same",
        }
    }
}

impl FileDiff {
    /// A difference from unified diff text.
    pub fn unified(name: impl Into<String>, text: &str) -> Self {
        let line = |line: &str| {
            let mut chars = line.chars();
            let sign = chars.next().filter(|c| "+-@".contains(*c)).unwrap_or(' ');
            let text = if sign == '@' { line } else { chars.as_str() };
            DiffLine { sign, text: text.to_owned() }
        };
        Self { name: name.into(), lines: text.lines().map(line).collect() }
    }
}

/// An approval of a proposal.
#[derive(Debug, Clone, Default)]
pub struct Approval {
    /// Who.
    pub who: Who,
    /// When.
    pub at: Moment,
    /// What they said.
    pub justification: String,
}
