//! The form to propose a bundle, starting from the live one.

use axum::extract::Query;
use axum::response::Response;
use console::pages::policy_editor::{Checked, ProposePage};
use console::view::{FormErrors, Section, SourceFile};
use domain::event::PolicyFile;
use domain::ids::{EnvironmentName, ServiceName};
use domain::organisation::access;
use domain::refusal::Refusal;
use policy::Bundle;
use serde::Deserialize;

use super::super::view::policy as view;
use super::super::visit::Visit;

/// A place where the gate is to block.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Asked {
    enforce: Option<String>,
    #[serde(rename = "in")]
    environment: Option<String>,
}

/// `GET /policy/proposals/new`, and with `?enforce=SERVICE&in=ENVIRONMENT` with the edit after which the
/// gate blocks there.
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    if !visit.holds(access::POLICY_AUTHOR) {
        let refusal = Refusal::NotEntitled { action: "propose policy", who: "policy authors" };
        return visit.problem(refusal.into()).await;
    }
    let place = asked.enforce.as_deref().and_then(|s| s.parse::<ServiceName>().ok());
    let place = place.zip(asked.environment.as_deref().and_then(|e| e.parse().ok()));
    let page = form(&visit, start(visit.bundle(), place.as_ref())).await;
    visit.ok(&page)
}

/// The files of the live bundle, or these with the edit after which the gate blocks somewhere.
fn start(live: Option<&Bundle>, place: Option<&(ServiceName, EnvironmentName)>) -> Typed {
    let source = |f: PolicyFile| SourceFile { name: f.path, text: f.text };
    match (live, place) {
        (None, _) => Typed::default(),
        (Some(live), None) => {
            let files = live.files().iter().cloned().map(source).collect();
            Typed { files, ..Typed::default() }
        }
        (Some(live), Some((service, environment))) => Typed {
            title: format!("The gate blocks for {service} in {environment}"),
            reason: "It only recorded so far; the findings say what it let through.".to_owned(),
            files: live.enforcing(service, environment).into_iter().map(source).collect(),
            ..Typed::default()
        },
    }
}

/// What stands in the form.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) files: Vec<SourceFile>,
    pub(super) checked: Option<Checked>,
    pub(super) errors: FormErrors,
}

/// The form with this in it, and an empty file at its end.
pub(super) async fn form(visit: &Visit, mut typed: Typed) -> ProposePage {
    let policy = &visit.live.policy;
    typed.files.push(SourceFile::default());
    ProposePage {
        layout: visit.layout("Propose a change to policy", Section::Policy).await,
        base: view::bundle(&visit.reader(), policy.live_bundle(), policy.activations),
        idempotency_key: visit.new_key(),
        title: typed.title,
        reason: typed.reason,
        files: typed.files,
        checked: typed.checked,
        errors: typed.errors,
    }
}
