//! The form to propose a bundle, starting from the live one.

use axum::response::Response;
use console::pages::policy::ProposePage;
use console::view::{FormErrors, Section, SourceFile};
use domain::organisation::access;
use domain::refusal::Refusal;

use super::super::view::policy as view;
use super::super::visit::Visit;

/// `GET /policy/proposals/new`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    if !visit.holds(access::POLICY_AUTHOR) {
        let refusal = Refusal::NotEntitled { action: "propose policy", who: "policy authors" };
        return visit.problem(refusal.into()).await;
    }
    let files = visit.bundle().map(|b| b.files().to_vec()).unwrap_or_default();
    let files = files.into_iter().map(|f| SourceFile { name: f.path, text: f.text }).collect();
    let page = form(&visit, Typed { files, ..Typed::default() }).await;
    visit.ok(&page)
}

/// What stands in the form.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) reason: String,
    pub(super) files: Vec<SourceFile>,
    pub(super) diagnostics: Option<String>,
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
        diagnostics: typed.diagnostics,
        errors: typed.errors,
    }
}
