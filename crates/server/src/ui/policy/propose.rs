//! Proposing a bundle: checked at once, live only after somebody else decides.

use std::sync::Arc;

use app::AppError;
use axum::Extension;
use axum::response::Response;
use console::view::SourceFile;
use domain::event::PolicyFile;
use policy::diagnostic::Diagnostic;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::policy::proposal_href;
use super::super::visit::{Visit, refused_fields};
use super::new::{Typed, form as page};
use super::upload;
use crate::error::ApiError;

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
    if form.get("step") == "upload" {
        return visit.ok(&page(&visit, typed(&form, &files)).await);
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

/// The form again with what was typed and what the checker says.
async fn refused(visit: &Visit, form: &Form, files: &[PolicyFile], error: ApiError) -> Response {
    let mut typed = typed(form, files);
    let status = error.status();
    if let Some(found) = diagnostics(&error) {
        typed.diagnostics = Some(render(found, files));
        typed.errors.add("", "The bundle has errors; the checker's words say where.");
    } else if let Some(fields) = refused_fields(&error) {
        for (field, message) in fields {
            let known = matches!(field.as_str(), "reason" | "file");
            typed.errors.add(if known { field.as_str() } else { "" }, message);
        }
    } else {
        return visit.problem(error).await;
    }
    let page = page(visit, typed).await;
    visit.page(status, &page)
}

fn diagnostics(error: &ApiError) -> Option<&[Diagnostic]> {
    match error {
        ApiError::App(inner) => match &**inner {
            AppError::Bundle { diagnostics } => Some(diagnostics),
            _ => None,
        },
        _ => None,
    }
}

/// The checker's words with the excerpts they are about.
fn render(found: &[Diagnostic], files: &[PolicyFile]) -> String {
    let text = |name: &str| files.iter().find(|f| f.path == name).map_or("", |f| &f.text);
    found.iter().map(|d| d.render(text(&d.file))).collect::<Vec<_>>().join("\n\n")
}
