//! A new change, or a new revision of one: first the choice of template or service, then the form.
//!
//! [`ChoosePage`] is a GET page with the query `q`; [`FormPage`] posts to `/changes` or `/changes/{number}/revisions`.

use askama::Template;

use super::change::ScheduleView;
use crate::filters;
use crate::view::{Choice, FormErrors, Layout};

/// Step one: what kind of change.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/new_change_choose.html")]
pub struct ChoosePage {
    /// The frame.
    pub layout: Layout,
    /// Words to look for.
    pub query: String,
    /// Pre-authorised templates that match.
    pub templates: Vec<TemplateCard>,
    /// Services that match.
    pub services: Vec<ServiceCard>,
}

/// A template to start from.
#[derive(Debug, Clone, Default)]
pub struct TemplateCard {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Its version.
    pub version: String,
    /// Its limits in words, e.g. "checkout, staging and production; weekdays 08–16".
    pub limits: String,
    /// The form with it, e.g. `/changes/new?template=restart-worker`.
    pub href: String,
}

/// A service to start from.
#[derive(Debug, Clone, Default)]
pub struct ServiceCard {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its domain.
    pub domain: String,
    /// E.g. "critical".
    pub criticality: String,
    /// Names of its owners.
    pub owners: String,
    /// The form with it, e.g. `/changes/new?service=checkout`.
    pub href: String,
}

/// Step two: the change itself. Every field keeps what was typed.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/new_change_form.html")]
pub struct FormPage {
    /// The frame.
    pub layout: Layout,
    /// `None`: a new change. `Some`: a new revision of a change.
    pub revises: Option<Revises>,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `title`.
    pub title: String,
    /// Field `description`.
    pub description: String,
    /// Field `reason`: why it should be done.
    pub reason: String,
    /// Field `plain_summary`: what changes for people, in plain words.
    pub plain_summary: String,
    /// Field `service`.
    pub services: Vec<Choice>,
    /// Field `environment`.
    pub environments: Vec<Choice>,
    /// Fields `artifact_name` and `artifact_digest`, repeated; empty rows are ignored. A few empty ones are added.
    pub artifacts: Vec<ArtifactRow>,
    /// Field `parameters`: `key=value` lines.
    pub parameters: String,
    /// Field `plan_hash`: digest of a plan, e.g. Terraform's.
    pub plan_hash: String,
    /// Field `version`: the version that would be in place.
    pub version: String,
    /// Field `paths`: touched paths in the source, one a line.
    pub paths: String,
    /// Field `change_type`.
    pub change_types: Vec<Choice>,
    /// Field `incident`: what an emergency answers.
    pub incident: String,
    /// Field `impact`.
    pub impacts: Vec<Choice>,
    /// Field `urgency`.
    pub urgencies: Vec<Choice>,
    /// Field `complexity`.
    pub complexities: Vec<Choice>,
    /// Field `template`, when started from one.
    pub template: Option<TemplateCard>,
    /// Zone of the window's times, in words.
    pub zone: String,
    /// Field `supersedes`: number of the change that this one replaces, if it does.
    pub supersedes: String,
    /// Field `window_start`, `YYYY-MM-DDTHH:MM` in that zone.
    pub window_start: String,
    /// Field `window_end`, as above.
    pub window_end: String,
    /// Field `authors`: one user name or e-mail per line; all who wrote what is deployed.
    pub authors: String,
    /// When it could start, if it was asked; nothing is recorded by that.
    pub schedule: Option<ScheduleView>,
    /// By field name; artifact errors belong to `artifact_digest_0` and so on.
    pub errors: FormErrors,
}

/// The change a new revision belongs to.
#[derive(Debug, Clone, Default)]
pub struct Revises {
    /// `CHG-1042`.
    pub number: String,
    /// Sent as `expected_revision`.
    pub expected_revision: String,
    /// What happens to the votes, e.g. "2 votes on revision 3 stop counting".
    pub effect: String,
}

/// An artifact's name and digest as typed.
#[derive(Debug, Clone, Default)]
pub struct ArtifactRow {
    /// E.g. `registry.example/checkout`.
    pub name: String,
    /// E.g. `sha256:…`.
    pub digest: String,
}

impl FormPage {
    /// The rows typed so far and empty ones up to at least three.
    #[must_use]
    pub fn artifact_rows(&self) -> Vec<ArtifactRow> {
        let mut rows = self.artifacts.clone();
        rows.push(ArtifactRow::default());
        rows.resize_with(rows.len().max(3), ArtifactRow::default);
        rows
    }

    /// Where the form posts to.
    #[must_use]
    pub fn action(&self) -> String {
        match &self.revises {
            Some(revises) => format!("/changes/{}/revisions", revises.number),
            None => "/changes".to_owned(),
        }
    }
}
