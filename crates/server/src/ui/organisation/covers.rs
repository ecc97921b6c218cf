//! Taking over a turn on call, and giving it back.

use std::sync::Arc;

use app::organisation::CoverDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::rotas::CoverForm;
use console::view::{Choice, FormErrors, Section};
use domain::ids::CoverId;
use domain::organisation::Rota;

use super::super::absence::time;
use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::visit::Visit;
use super::forms::{id, step, submit};
use super::rotas::{ROTAS, find};
use crate::error::ApiError;
use crate::wire::request;

/// `GET /organisation/rotas/{id}/cover`
pub(in crate::ui) async fn new(visit: Visit, Path(rota): Path<String>) -> Response {
    let made = match find(&visit, &rota) {
        Ok(known) => Ok(page(&visit, known, None, FormErrors::default()).await),
        Err(error) => Err(error),
    };
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// `POST /organisation/rotas/{id}/cover`
pub(in crate::ui) async fn take(
    Path(rota): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{ROTAS}/{rota}/cover");
    let act = async || {
        let (from, by) = (form.trimmed("from"), form.trimmed("by"));
        let nobody = || ApiError::field("by", "nobody is known by that; write an e-mail address");
        let draft = CoverDraft {
            rota: find(&visit, &rota)?.id.clone(),
            person: request::read("person", form.trimmed("person"))?,
            by: match by {
                "" => visit.person.clone(),
                by => domain::duties::resolve(by, &visit.live.directory).ok_or_else(nobody)?,
            },
            from: if from.is_empty() { None } else { Some(time(&visit, &form, "from")?) },
            until: time(&visit, &form, "until")?,
        };
        visit.state.app.cover_shift(&visit.signed_in.principal, draft).await?;
        Ok(Done::new(ROTAS, recorded("The turn is taken over.", None)))
    };
    let again = async |errors| Ok(page(&visit, find(&visit, &rota)?, Some(&form), errors).await);
    submit(&visit, &turns, (&path, &form), act, again).await
}

/// `POST /organisation/rotas/covers/{id}/end`
pub(in crate::ui) async fn end(
    Path(cover): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{ROTAS}/covers/{cover}/end");
    let act = async || {
        let known = id::<CoverId>("cover", &cover)?;
        visit.state.app.end_cover(&visit.signed_in.principal, &known).await?;
        Ok(Done::new(ROTAS, recorded("The turn is given back.", None)))
    };
    step(&visit, &turns, (&path, &form), act).await
}

async fn page(visit: &Visit, rota: &Rota, typed: Option<&Form>, errors: FormErrors) -> CoverForm {
    let directory = &visit.live.directory;
    let field = |name| typed.map(|form| form.get(name).to_owned()).unwrap_or_default();
    let chosen = field("person");
    let choice = |person: &domain::ids::PersonId| Choice {
        selected: person.as_str() == chosen,
        ..Choice::new(person.to_string(), directory.person_name(person))
    };
    let mut people: Vec<Choice> = rota.people.iter().map(choice).collect();
    people.dedup_by(|a, b| a.value == b.value);
    CoverForm {
        layout: visit.layout("Take over a turn", Section::Organisation).await,
        action: format!("{ROTAS}/{}/cover", rota.id),
        rota: rota.name.clone(),
        idempotency_key: visit.new_key(),
        people,
        by: field("by"),
        for_others: visit.is_admin(),
        zone: visit.reader().zone.name().to_owned(),
        from: field("from"),
        until: field("until"),
        errors,
    }
}
