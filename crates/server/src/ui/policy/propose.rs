//! Proposing a bundle: checked at once, live only after somebody else decides.

use std::sync::Arc;

use api_types::policy::{Diagnostic, PolicyCheck, Severity};
use app::AppError;
use axum::Extension;
use axum::response::Response;
use console::pages::policy_editor::{Checked, CheckedFinding, FailedCase};
use console::view::SourceFile;
use domain::event::PolicyFile;
use domain::organisation::access;
use domain::refusal::Refusal;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::policy::proposal_href;
use super::super::visit::{Visit, refused_fields};
use super::new::{Typed, form as page};
use super::upload;
use crate::error::ApiError;
use crate::wire::policy::{check, glance};

/// `POST /policy/proposals`
pub(in crate::ui) async fn submit(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let files = match upload::merge(files(&form), &form) {
        Ok(files) => files,
        Err(error) => return refused(&visit, &form, &files(&form), error).await,
    };
    let step = form.get("step");
    if step == "upload" {
        return visit.ok(&page(&visit, typed(&form, &files)).await);
    }
    if let "check" | "glance" = step {
        if !visit.holds(access::POLICY_AUTHOR) {
            let refusal = Refusal::NotEntitled { action: "check policy", who: "policy authors" };
            return visit.problem(refusal.into()).await;
        }
        let proven = step == "check";
        return visit.ok(&page(&visit, checked(&form, &files, proven).await).await);
    }
    let act = async || propose(&visit, &form, files.clone()).await;
    match once(&visit, &turns, "/policy/proposals", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, &files, error).await,
    }
}

fn files(form: &Form) -> Vec<PolicyFile> {
    let names = form.all("file_name").map(str::trim);
    names
        .zip(form.all("file_text"))
        .filter(|(name, text)| !(name.is_empty() && text.trim().is_empty()))
        .map(|(name, text)| {
            // Browsers send line ends as CR LF; files have LF.
            let text = text.replace("\r\n", "\n");
            PolicyFile { path: name.to_owned(), text }
        })
        .collect()
}

async fn propose(visit: &Visit, form: &Form, files: Vec<PolicyFile>) -> Result<Done, ApiError> {
    let reason = form.trimmed("reason").replace("\r\n", "\n");
    let reason = match form.trimmed("title") {
        "" => reason,
        title if reason.is_empty() => title.to_owned(),
        title => format!("{title}\n\n{reason}"),
    };
    let done = visit.state.app.propose_policy(&visit.signed_in.principal, files, &reason).await?;
    let message = recorded("The bundle passed its checks and is proposed.", done.commit.as_ref());
    Ok(Done::new(proposal_href(&done.value), message))
}

fn typed(form: &Form, files: &[PolicyFile]) -> Typed {
    let source = |f: &PolicyFile| SourceFile { name: f.path.clone(), text: f.text.clone() };
    Typed {
        title: form.get("title").to_owned(),
        reason: form.get("reason").to_owned(),
        files: files.iter().map(source).collect(),
        ..Typed::default()
    }
}

/// What was typed and what the checker says of it. Nothing is recorded.
async fn checked(form: &Form, files: &[PolicyFile], proven: bool) -> Typed {
    let mut typed = typed(form, files);
    let bundle = files.to_vec();
    let look = if proven { check } else { glance };
    let found = tokio::task::spawn_blocking(move || look(&bundle)).await;
    match found {
        Ok(found) => {
            typed.checked = Some(Checked { proven, ..view(&found, files) });
        }
        Err(_) => typed.errors.add("", "The check did not finish. Nothing was recorded."),
    }
    typed
}

fn view(found: &PolicyCheck, files: &[PolicyFile]) -> Checked {
    let field = |name: &str| {
        let at = files.iter().position(|file| file.path == name)?;
        Some(format!("#file_text_{at}"))
    };
    let finding = |d: &Diagnostic| CheckedFinding {
        place: format!("{}, line {}", d.file, d.line),
        href: field(&d.file),
        file: d.file.clone(),
        line: d.line,
        text: d.rendered.clone(),
        is_error: d.severity == Severity::Error,
    };
    let failed = found.tests.iter().filter(|case| !case.passed);
    Checked {
        ok: found.ok,
        proven: true,
        findings: found.diagnostics.iter().map(finding).collect(),
        passed: found.tests.iter().filter(|case| case.passed).count(),
        failed: failed
            .map(|case| FailedCase {
                name: case.name.clone(),
                file: case.file.clone(),
                problems: case.problems.clone(),
            })
            .collect(),
    }
}

/// The form again with what was typed, whatever was refused, and what the checker says.
async fn refused(visit: &Visit, form: &Form, files: &[PolicyFile], error: ApiError) -> Response {
    let mut typed = typed(form, files);
    let status = error.status();
    if is_about_the_bundle(&error) {
        typed = checked(form, files, true).await;
        typed.errors.add("", "The bundle has errors; the checker's words say where.");
    } else if let Some(fields) = refused_fields(&error) {
        for (field, message) in fields {
            let known = matches!(field.as_str(), "reason" | "file");
            typed.errors.add(if known { field.as_str() } else { "" }, message);
        }
    } else if !status.is_client_error() {
        return visit.problem(error).await;
    }
    let known = !typed.errors.list.is_empty();
    let mut page = page(visit, typed).await;
    if !known {
        page.layout.flash.push(visit.refusal(&error));
    }
    visit.page(status, &page)
}

fn is_about_the_bundle(error: &ApiError) -> bool {
    let ApiError::App(inner) = error else { return false };
    matches!(**inner, AppError::Bundle { .. } | AppError::BundleCases { .. })
}
