//! The reader's calendar feeds: their links are shown once, listed without, and revoked.

use app::access::FeedDraft;
use axum::extract::Path;
use axum::response::Response;
use console::pages::calendar_feeds::{FeedRow, NewFeedPage, Page};
use console::view::{Badge, Choice, FormErrors, Icon, Section, Tone};
use domain::ids::TokenId;
use domain::organisation::{FeedSubject, Token};
use domain::requirement::Scope;

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::shown_once::shown_once;
use super::super::visit::{Visit, refused_fields};
use super::scopes::choices;
use crate::error::ApiError;
use crate::feeds::link;

const PATH: &str = "/calendar-feeds";
const EXPIRIES: [(&str, &str); 4] =
    [("30", "in 30 days"), ("90", "in 90 days"), ("180", "in half a year"), ("365", "in a year")];

/// What was typed.
#[derive(Default)]
struct Typed {
    label: String,
    about: String,
    expires_days: String,
}

/// `GET /calendar-feeds`, with what the form is about in the query
pub(in crate::ui) async fn show(
    visit: Visit,
    asked: axum::extract::Query<super::show::Asked>,
) -> Response {
    let typed = Typed { about: asked.scope.clone(), ..Typed::default() };
    visit.ok(&page(&visit, &typed, FormErrors::default()).await)
}

async fn page(visit: &Visit, typed: &Typed, errors: FormErrors) -> Page {
    let mut feeds: Vec<FeedRow> =
        visit.live.calendar_feeds_of(&visit.person).map(|token| row(visit, token)).collect();
    feeds.reverse();
    let own = Choice::new("own", "What I ask for and decide on, and my absences");
    let mut about = vec![own, Choice::new("organisation", "The whole organisation")];
    about.extend(choices(&visit.live.directory));
    for choice in &mut about {
        choice.selected = choice.value == typed.about;
    }
    let days = if typed.expires_days.is_empty() { "180" } else { &typed.expires_days };
    let expiry = |(value, label): (&str, &str)| Choice {
        selected: value == days,
        ..Choice::new(value, label)
    };
    Page {
        layout: visit.layout("Calendar feeds", Section::Changes).await,
        feeds,
        label: typed.label.clone(),
        about,
        expiries: EXPIRIES.into_iter().map(expiry).collect(),
        idempotency_key: visit.new_key(),
        errors,
    }
}

fn row(visit: &Visit, token: &Token) -> FeedRow {
    let working = token.works(visit.now);
    let status = match (token.revoked, working) {
        (true, _) => Badge::new(Tone::Bad, Icon::Stop, "Revoked"),
        (false, false) => Badge::new(Tone::Quiet, Icon::Clock, "Expired"),
        (false, true) => Badge::new(Tone::Good, Icon::Check, "Active"),
    };
    FeedRow {
        id: token.id.to_string(),
        label: token.label.clone(),
        about: token.feed.as_ref().map(in_words).unwrap_or_default(),
        expires: visit.reader().moment(token.expires_at),
        status,
        can_revoke: working,
    }
}

fn in_words(about: &FeedSubject) -> String {
    match about {
        FeedSubject::Own => "What I ask for and decide on, and my absences".to_owned(),
        FeedSubject::Scope(Scope::Organisation) => "The whole organisation".to_owned(),
        FeedSubject::Scope(Scope::Domain(name)) => format!("The domain {name}"),
        FeedSubject::Scope(Scope::Service(name)) => format!("The service {name}"),
    }
}

/// `POST /calendar-feeds`
pub(in crate::ui) async fn make(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    match made(&visit, &form).await {
        Ok(page) => visit.ok(&page),
        Err(error) => refused(&visit, &form, error).await,
    }
}

async fn made(visit: &Visit, form: &Form) -> Result<NewFeedPage, ApiError> {
    let about = form.trimmed("about").parse();
    let draft = FeedDraft {
        label: form.trimmed("label").to_owned(),
        about: about.map_err(|_| ApiError::field("about", "choose what it is about"))?,
        expires_in_days: form.get("expires_days").parse().unwrap_or(0),
    };
    let label = draft.label.clone();
    let principal = &visit.signed_in.principal;
    let act = visit.state.app.make_calendar_feed(principal, draft);
    let token = shown_once(visit, form, PATH, act).await?;
    let live = visit.state.app.live();
    let known = live.directory.token(&token.id);
    Ok(NewFeedPage {
        layout: visit.layout("New feed", Section::Changes).await,
        label,
        url: link(&visit.server_url(), &token.text),
        expires: known.map(|(_, t)| visit.reader().moment(t.expires_at)),
    })
}

async fn refused(visit: &Visit, form: &Form, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut errors = FormErrors::default();
    for (field, message) in fields {
        let field = if field == "expires_in_days" { "expires_days".to_owned() } else { field };
        errors.add(field, message);
    }
    let typed = Typed {
        label: form.get("label").to_owned(),
        about: form.get("about").to_owned(),
        expires_days: form.get("expires_days").to_owned(),
    };
    let page = page(visit, &typed, errors).await;
    visit.page(error.status(), &page)
}

/// `POST /calendar-feeds/{token}/revoke`. Twice is once.
pub(in crate::ui) async fn revoke(Path(token): Path<String>, posted: Posted) -> Response {
    let visit = posted.visit;
    let Ok(token) = token.parse::<TokenId>() else {
        return visit.problem(ApiError::not_found("calendar feed", "with this id")).await;
    };
    match visit.state.app.revoke_token(&visit.signed_in.principal, &token).await {
        Ok(()) => redirect(PATH, &recorded("The link leads nowhere any more.", None)),
        Err(error) => visit.problem(error.into()).await,
    }
}
