//! One alignment session: its agenda, concerns with their answers, what came out, and its end.

use std::sync::Arc;

use app::organisation::ConcernDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::alignments::{
    AgendaCard, AlignmentPage, ConcernCard, ConcernForm, OutcomeBadge,
};
use console::view::{Choice, Flash, Link, Section};
use domain::ids::{AlignmentId, PersonId};
use domain::organisation::{AgendaItem, AlignmentOutcome, KnownAlignment, KnownConcern};

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::visit::Visit;
use super::open::{change, state};
use super::{PAGE, plan};
use crate::error::ApiError;

pub(super) fn id_of(text: &str) -> Result<AlignmentId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("alignment session", text))
}

/// `GET /alignments/{alignment}`
pub(in crate::ui) async fn show(visit: Visit, Path(alignment): Path<String>) -> Response {
    match page(&visit, &alignment).await {
        Ok(page) => visit.ok(&page),
        Err(error) => visit.problem(error).await,
    }
}

pub(super) async fn page(visit: &Visit, alignment: &str) -> Result<AlignmentPage, ApiError> {
    let principal = &visit.signed_in.principal;
    let known = visit.state.app.alignment(principal, &id_of(alignment)?)?;
    let reader = visit.reader();
    let mut agenda = Vec::new();
    for item in &known.opened.agenda {
        agenda.push(card(visit, &known, item).await?);
    }
    let opened = &known.opened;
    let title = opened.title.text().to_owned();
    Ok(AlignmentPage {
        layout: visit.layout(&title, Section::Changes).await,
        id: opened.id.to_string(),
        title,
        state: state(&known),
        closed: known.closed.as_ref().map(|closing| reader.moment(closing.at)),
        notes: plan::notes(visit, &known),
        from: reader.moment(opened.from),
        until: reader.moment(opened.until),
        zone: opened.time_zone.clone(),
        chair: reader.person(&opened.chair),
        participants: opened.participants.iter().map(|p| reader.person(p)).collect(),
        agenda,
        plan: plan::form(visit, &known),
        can_close: known.is_open() && opened.chair == visit.person,
    })
}

async fn card(
    visit: &Visit,
    known: &KnownAlignment,
    item: &AgendaItem,
) -> Result<AgendaCard, ApiError> {
    let (now, _) = visit.state.app.load_change(&item.change).await?;
    let current = now.revision();
    let said = known.conclusions.get(&item.change);
    let open = known.is_open();
    let concern = (open && known.takes_part(&visit.person)).then(|| ConcernForm {
        owners: owners(visit, known, item),
        idempotency_key: visit.new_key(),
    });
    Ok(AgendaCard {
        change: Link::new(item.number.to_string(), format!("/changes/{}", item.number)),
        title: current.material.title.text().to_owned(),
        place: format!("{} in {}", item.service, item.environment),
        revision: item.revision,
        moved_to: (current.digest != item.digest).then_some(current.number),
        outcome: match said.map(|said| said.outcome) {
            None => OutcomeBadge::None,
            Some(AlignmentOutcome::Aligned) => OutcomeBadge::Aligned,
            Some(AlignmentOutcome::NotAligned) => OutcomeBadge::NotAligned,
            Some(AlignmentOutcome::Deferred) => OutcomeBadge::Deferred,
        },
        words: said.map(|said| said.words.text().to_owned()).unwrap_or_default(),
        concerns: known
            .concerns_about(&item.change)
            .map(|c| concern_card(visit, c, open))
            .collect(),
        concern,
        can_conclude: open && known.opened.chair == visit.person,
    })
}

fn concern_card(visit: &Visit, known: &KnownConcern, open: bool) -> ConcernCard {
    let reader = visit.reader();
    let KnownConcern { concern, answer } = known;
    ConcernCard {
        number: concern.number,
        text: concern.text.text().to_owned(),
        by: reader.person(&concern.by),
        at: reader.moment(concern.at),
        owner: reader.person(&concern.owner),
        answer: answer.as_ref().map(|a| (a.answer.text().to_owned(), reader.moment(a.at))),
        can_answer: open && answer.is_none() && concern.owner == visit.person,
    }
}

/// Who can answer a concern of the reader: who asked for the change first, then who takes part.
fn owners(visit: &Visit, known: &KnownAlignment, item: &AgendaItem) -> Vec<Choice> {
    let directory = &visit.live.directory;
    let opened = &known.opened;
    let all = item.requester.iter().chain([&opened.chair]).chain(&opened.participants);
    let mut people: Vec<&PersonId> = Vec::new();
    for person in all.filter(|p| **p != visit.person && directory.is_active(p)) {
        if !people.contains(&person) {
            people.push(person);
        }
    }
    people.iter().map(|p| Choice::new(p.as_str(), directory.person_name(p))).collect()
}

/// `POST /alignments/{alignment}/concerns`
pub(in crate::ui) async fn raise(
    Path(alignment): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{PAGE}/{alignment}");
    let act = async || {
        let owner = form.trimmed("owner").parse();
        let draft = ConcernDraft {
            change: change(&visit, "change", form.trimmed("change")).await?,
            text: form.trimmed("text").to_owned(),
            owner: Some(owner.map_err(|_| ApiError::field("owner", "choose who answers it"))?),
        };
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.raise_concern(principal, &id_of(&alignment)?, &draft).await?;
        let message =
            recorded("The concern is raised; its owner hears of it.", done.commit.as_ref());
        Ok(Done::new(path.clone(), message))
    };
    let posted = format!("{path}/concerns");
    match once(&visit, &turns, &posted, &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &alignment, error).await,
    }
}

/// `POST /alignments/{alignment}/concerns/{concern}/answer`. A second time finds it answered.
pub(in crate::ui) async fn answer(
    Path((alignment, concern)): Path<(String, String)>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async {
        let id = id_of(&alignment)?;
        let number = concern.parse().map_err(|_| ApiError::not_found("concern", &concern))?;
        let principal = &visit.signed_in.principal;
        let answer = form.trimmed("answer");
        let done = visit.state.app.answer_concern(principal, (&id, number), answer).await?;
        Ok(recorded("The concern is answered.", done.commit.as_ref()))
    };
    done(&visit, &alignment, act.await).await
}

/// `POST /alignments/{alignment}/outcomes`. The same twice says the same.
pub(in crate::ui) async fn conclude(
    Path(alignment): Path<String>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async {
        let id = id_of(&alignment)?;
        let change = change(&visit, "change", form.trimmed("change")).await?;
        let outcome = form.trimmed("outcome");
        let outcome = AlignmentOutcome::ALL.into_iter().find(|o| o.as_str() == outcome);
        let outcome = outcome.ok_or_else(|| ApiError::field("outcome", "choose what came out"))?;
        let (principal, words) = (&visit.signed_in.principal, form.trimmed("words"));
        let app = &visit.state.app;
        let done = app.conclude_alignment(principal, (&id, &change), outcome, words).await?;
        let text = "It is recorded, and counts once the session is closed.";
        Ok(recorded(text, done.commit.as_ref()))
    };
    done(&visit, &alignment, act.await).await
}

/// `POST /alignments/{alignment}/closure`. A second time finds it closed.
pub(in crate::ui) async fn close(
    Path(alignment): Path<String>,
    Posted { visit, .. }: Posted,
) -> Response {
    let act = async {
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.close_alignment(principal, &id_of(&alignment)?).await?;
        Ok(recorded("The session is closed: what came out counts.", done.commit.as_ref()))
    };
    done(&visit, &alignment, act.await).await
}

pub(super) async fn done(
    visit: &Visit,
    alignment: &str,
    done: Result<Flash, ApiError>,
) -> Response {
    match done {
        Ok(message) => redirect(&format!("{PAGE}/{alignment}"), &message),
        Err(error) => refused(visit, alignment, error).await,
    }
}

/// The page again with why not, where it can be shown.
async fn refused(visit: &Visit, alignment: &str, error: ApiError) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    match page(visit, alignment).await {
        Ok(mut page) => {
            page.layout.flash.push(visit.refusal(&error));
            visit.page(error.status(), &page)
        }
        Err(_) => visit.problem(error).await,
    }
}
