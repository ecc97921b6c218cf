//! What waits for the signed-in person.

use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::inbox::Page;
use console::view::{Link, Section};

use super::view::inbox as view;
use super::visit::Visit;
use crate::error::ApiError;

const WAITING_SHOWN: usize = 20;
const SHOWN_MAX: usize = 50;

/// `GET /`: to the inbox; on a new system, to its setup.
pub(super) async fn home(
    axum::extract::State(state): axum::extract::State<crate::AppState>,
) -> Response {
    if state.app.needs_setup() {
        return super::setup::not_begun(&state);
    }
    Redirect::to("/inbox").into_response()
}

/// `GET /inbox`
pub(super) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made).await
}

async fn page(visit: &Visit) -> Result<Response, ApiError> {
    let inbox = visit.state.app.inbox(&visit.signed_in.principal).await?;
    let (reader, bundle) = (visit.reader(), visit.bundle());
    let waiting = inbox.waiting_for_you.len();
    let own = inbox.you_wait.iter().take(WAITING_SHOWN);
    let plans = visit.state.app.plan_troubles();
    let ids: Vec<_> = inbox.waiting_for_you.iter().map(|i| i.facts.change.id.clone()).collect();
    let same = visit.state.app.duplicates_among(&ids).await?;
    let you_wait = own.map(|(_, facts)| {
        let mut waiting = view::waiting(&reader, &facts.change, bundle);
        waiting.subject.trouble = plans.get(&facts.change.id).cloned();
        waiting
    });
    let you_wait = you_wait.collect();
    let more = |when: bool, label: &str, href: &str| when.then(|| Link::new(label, href));
    let mut layout = visit.layout_with("Inbox", Section::Inbox, waiting).await;
    layout.live = Some("/v1/events".to_owned());
    let page = Page {
        layout,
        waiting_for_you: inbox
            .waiting_for_you
            .iter()
            .map(|item| {
                let mut task = view::task(&reader, item, bundle);
                let id = &item.facts.change.id;
                task.subject.trouble = plans.get(id).cloned();
                let others = same.get(id).into_iter().flatten();
                task.subject.duplicates = others.map(ToString::to_string).collect();
                task
            })
            .collect(),
        in_bulk: view::in_bulk(&inbox.waiting_for_you),
        blocked_by_you: inbox
            .blocked_by_you
            .iter()
            .map(|change| view::blocked(&reader, change, &visit.person, bundle))
            .collect(),
        more_waiting_for_you: more(
            waiting >= SHOWN_MAX,
            "All changes that await approval",
            "/changes?state=awaiting-approval",
        ),
        more_you_wait: more(
            inbox.you_wait.len() > WAITING_SHOWN,
            "All your changes",
            "/changes?mine=true",
        ),
        you_wait,
    };
    Ok(visit.ok(&page))
}
