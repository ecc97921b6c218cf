//! A change in plain words for somebody who is asked to decide: opened by a form, confirmed, decided.

use std::sync::Arc;

use app::change::Briefed;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::briefing::{Ask, Form as Fields, Opened, Page};
use console::view::{Digest, FormErrors, Section};
use domain::change::{Digest as ShownDigest, VoteDecision};
use domain::ids::{ChangeId, RoleName};

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::signing::sign_vote;
use super::super::view::{reader::sentence, status};
use super::super::visit::{Visit, refused_fields};
use super::{resolve, vote};
use crate::error::ApiError;
use crate::wire::request;

/// `GET /changes/{number}/briefing`: shows what was opened before; opening is a form of its own.
pub(in crate::ui) async fn show(visit: Visit, Path(name): Path<String>) -> Response {
    let made = async {
        let id = resolve(&visit, &name).await?;
        page(&visit, &id, None).await
    };
    let made = made.await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /changes/{number}/briefing/openings`
pub(in crate::ui) async fn open(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("/changes/{name}/briefing/openings");
    let act = async || {
        let id = resolve(&visit, &name).await?;
        let done = visit.state.app.open_briefing(&visit.signed_in.principal, &id).await?;
        let message = recorded("It is on the record that you opened this.", done.commit.as_ref());
        Ok(Done::new(format!("/changes/{name}/briefing"), message))
    };
    let made = once(&visit, &turns, &path, &form, act).await;
    visit.answer(made).await
}

/// `POST /changes/{number}/briefing/decision`: confirms what is ticked, then votes.
pub(in crate::ui) async fn decide(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let path = format!("/changes/{id}/briefing/decision");
    let act = async || {
        confirm(&visit, &id, &form).await?;
        vote::vote(&visit, &id, &name, &form).await
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &id, &form, error).await,
    }
}

/// Confirming is needed to approve only: nobody confirms in order to say no.
async fn confirm(visit: &Visit, id: &ChangeId, form: &Form) -> Result<(), ApiError> {
    if status::decision_sent(form.get("decision")) != Some(VoteDecision::Approve) {
        return Ok(());
    }
    let shown: ShownDigest = request::read("decision", form.get("shown"))?;
    let roles: Vec<RoleName> = request::read_all("acknowledged", &form.list("acknowledged"))?;
    let app = &visit.state.app;
    app.acknowledge_briefing(&visit.signed_in.principal, id, &shown, &roles).await?;
    Ok(())
}

async fn refused(visit: &Visit, id: &ChangeId, form: &Form, error: ApiError) -> Response {
    if let Some(page) = sign_vote::instead(visit, id, form, &error).await {
        return page;
    }
    let typed = page(visit, id, Some(form)).await.map(|mut page| {
        let fields = refused_fields(&error);
        match (&mut page.opened, fields) {
            (Some(opened), Some(fields)) => {
                for (field, message) in fields {
                    opened.form.errors.add(field, message);
                }
            }
            _ => page.layout.flash.push(visit.refusal(&error)),
        }
        visit.page(error.status(), &page)
    });
    visit.answer(typed).await
}

async fn page(visit: &Visit, id: &ChangeId, typed: Option<&Form>) -> Result<Page, ApiError> {
    let principal = &visit.signed_in.principal;
    let found = visit.state.app.briefing(principal, id).await?;
    let briefing = &found.briefing;
    let mut roles: Vec<String> = briefing.asks.iter().map(|a| a.role.to_string()).collect();
    roles.dedup();
    let title = format!("{} briefing", briefing.number);
    let decided = decided(visit, id).await?;
    Ok(Page {
        layout: visit.layout(&title, Section::Changes).await,
        number: briefing.number.clone(),
        title: briefing.title.text().to_owned(),
        roles,
        open_key: visit.new_key(),
        opened: opened(visit, &found, typed)
            .map(|opened| Opened { decided: decided.map(status::decision), ..opened }),
    })
}

/// What the reader decided before.
async fn decided(visit: &Visit, id: &ChangeId) -> Result<Option<VoteDecision>, ApiError> {
    let (change, _) = visit.state.app.load_change(id).await?;
    Ok(change.current_votes().find(|v| v.person == visit.person).map(|v| v.decision))
}

fn opened(visit: &Visit, found: &Briefed, typed: Option<&Form>) -> Option<Opened> {
    let informed = found.informed.as_ref()?;
    let briefing = &found.briefing;
    let reader = visit.reader();
    let ticked = |role: &RoleName| {
        informed.acknowledged.iter().any(|a| a.role == *role)
            || typed.is_some_and(|form| form.all("acknowledged").any(|r| r == role.as_str()))
    };
    let ask = |a: &domain::change::Ask| Ask {
        role: a.role.to_string(),
        why: sentence(&a.why),
        meaning: a.meaning.clone().unwrap_or_default(),
        acknowledgement: a.acknowledgement.clone(),
        ticked: ticked(&a.role),
    };
    Some(Opened {
        at: reader.moment(informed.opened_at),
        plain_summary: briefing
            .plain_summary
            .as_ref()
            .map(|text| text.text().to_owned())
            .unwrap_or_default(),
        reason: briefing.reason.text().to_owned(),
        window: briefing.window.as_ref().map(|w| (reader.moment(w.from), reader.moment(w.until))),
        risk: status::risk(&briefing.risk_level, visit.bundle()),
        asks: briefing.asks.iter().map(ask).collect(),
        shown: Digest::new(found.shown.to_string()),
        decided: None,
        form: Fields {
            expected_revision: briefing.revision.to_string(),
            idempotency_key: visit.new_key(),
            decision: typed
                .and_then(|form| status::decision_sent(form.get("decision")))
                .map(status::decision),
            justification: typed.map(|f| f.get("justification").to_owned()).unwrap_or_default(),
            errors: FormErrors::default(),
        },
    })
}
