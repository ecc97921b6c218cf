//! One request of somebody signed in: who, what is live, and the frame their page gets.

use std::sync::Arc;

use app::{AppError, Live};
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::Template;
use console::pages::problem;
use console::view::{Flash, Layout, Link, NextStep, Section, StatusChange, User};
use domain::ids::PersonId;
use domain::organisation::{Status, access};
use domain::refusal::Refusal;
use jiff::Timestamp;
use policy::bundle::Bundle;

use super::answer;
use super::flash;
use super::view::reader::{Reader, Zone, sentence};
use crate::error::ApiError;
use crate::session::SignedIn;
use crate::state::AppState;
use crate::wire::Names;

/// One request of somebody signed in.
pub(super) struct Visit {
    pub(super) state: AppState,
    pub(super) signed_in: SignedIn,
    pub(super) person: PersonId,
    /// The organisation and policy as the request found them.
    pub(super) live: Arc<Live>,
    pub(super) now: Timestamp,
    zone: Zone,
    flash: Option<Flash>,
    host: String,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let signed_in = <SignedIn as FromRequestParts<_>>::from_request_parts(parts, state).await?;
        let Some(person) = signed_in.principal.actor.person().cloned() else {
            return Err(Redirect::to("/sign-in").into_response());
        };
        let live = state.app.live();
        Ok(Self {
            zone: Zone::of(&live.directory, &person),
            now: state.app.ports().now(),
            flash: flash::read(&parts.headers),
            host: parts
                .headers
                .get(axum::http::header::HOST)
                .and_then(|host| host.to_str().ok())
                .unwrap_or("localhost")
                .to_owned(),
            state: state.clone(),
            signed_in,
            person,
            live,
        })
    }
}

impl Visit {
    /// For whom values are put into words.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader { directory: &self.live.directory, zone: &self.zone, now: self.now }
    }

    /// The live bundle.
    pub(super) fn bundle(&self) -> Option<&Bundle> {
        self.live.policy.live()
    }

    /// Whether the person holds an access role. Pages offer only forms that could succeed.
    pub(super) fn holds(&self, role: &str) -> bool {
        self.live.directory.holds(&self.person, role)
    }

    /// Whether they are an admin.
    pub(super) fn is_admin(&self) -> bool {
        self.holds(access::ADMIN)
    }

    /// How an admin can change the status of something; `ask` is the page before taking it away.
    pub(super) fn status_change(
        &self,
        now: Status,
        ask: impl FnOnce() -> String,
    ) -> Option<StatusChange> {
        self.is_admin().then(|| match now {
            Status::Active => StatusChange::Ask { href: ask() },
            Status::Inactive => StatusChange::Now { idempotency_key: self.new_key() },
        })
    }

    /// A fresh key for a form.
    pub(super) fn new_key(&self) -> String {
        self.state.app.ports().random_hex::<16>()
    }

    /// Where this server is reached, for commands to copy.
    pub(super) fn server_url(&self) -> String {
        let public = self.state.settings.public_url.clone();
        public.unwrap_or_else(|| format!("http://{}", self.host))
    }

    /// The frame of a page.
    pub(super) async fn layout(&self, title: &str, section: Section) -> Layout {
        let waiting = self.state.app.inbox_count(&self.signed_in.principal).await;
        let waiting = waiting.unwrap_or_default();
        self.layout_with(title, section, waiting).await
    }

    /// The frame of a page, when it is known how many decisions wait.
    pub(super) async fn layout_with(
        &self,
        title: &str,
        section: Section,
        waiting: usize,
    ) -> Layout {
        let head = self.state.app.store().head().await.ok();
        let unread = self.state.app.unread_notifications(&self.person).await.unwrap_or_default();
        Layout {
            user: Some(self.user()),
            csrf: self.signed_in.csrf().to_owned(),
            flash: self.flash.clone().into_iter().collect(),
            organisation: self.live.directory.name().to_owned(),
            banner: answer::banner(&self.state),
            banner_link: self
                .state
                .settings
                .sandbox
                .as_ref()
                .map(|_| Link::new("Move the clock", "/sandbox")),
            inbox_count: u32::try_from(waiting).unwrap_or(u32::MAX),
            unread: u32::try_from(unread).unwrap_or(u32::MAX),
            made_at: self.zone.words_with_name(self.now),
            version: self.state.settings.version.to_owned(),
            log_size: head.map(|head| head.size),
            ..Layout::new(title, section)
        }
    }

    fn user(&self) -> User {
        let directory = &self.live.directory;
        let account = match &self.signed_in.principal.actor {
            domain::actor::Actor::Person { account, .. } => directory.account(account),
            _ => None,
        };
        let mut roles: Vec<&str> = Vec::new();
        for (role, _) in directory.roles_of(&self.person) {
            if !roles.contains(&role.as_str()) {
                roles.push(role.as_str());
            }
        }
        User {
            name: directory.person_name(&self.person),
            user_name: account.map(|a| a.subject.clone()).unwrap_or_default(),
            href: format!("/organisation/people/{}", self.person),
            roles: roles.join(", "),
        }
    }

    /// A page; a message that came with the request is gone after it.
    pub(super) fn page(&self, status: StatusCode, page: &impl Template) -> Response {
        let mut response = answer::page(status, page);
        if self.flash.is_some() {
            flash::clear(response.headers_mut());
        }
        response
    }

    /// A page that worked.
    pub(super) fn ok(&self, page: &impl Template) -> Response {
        self.page(StatusCode::OK, page)
    }

    /// The page, or the page that says why not.
    pub(super) async fn answer(&self, made: Result<Response, ApiError>) -> Response {
        match made {
            Ok(response) => response,
            Err(error) => self.problem(error).await,
        }
    }

    /// Why something was refused, as a message at the top of a page.
    pub(super) fn refusal(&self, error: &ApiError) -> Flash {
        let said = error.problem_with(&Names::new(&self.live.directory));
        let mut text =
            format!("Nothing was recorded. {}.", sentence(said.detail.trim_end_matches('.')));
        for step in &said.next_actions {
            text.push(' ');
            text.push_str(&sentence(step));
            text.push('.');
        }
        Flash::bad(text)
    }

    /// What went wrong, as a page.
    pub(super) async fn problem(&self, error: ApiError) -> Response {
        let status = error.status();
        if status == StatusCode::NOT_FOUND {
            let layout = self.layout("There is nothing here", Section::None).await;
            let found = problem::Page::not_found(layout, crate::envelope::request_id());
            return self.page(status, &found);
        }
        if let ApiError::App(inner) = &error
            && status.is_server_error()
        {
            tracing::error!(code = inner.code(), error = %inner, "a page failed");
        }
        let said = error.problem_with(&Names::new(&self.live.directory));
        let reader = self.reader();
        let reasons = match &error {
            ApiError::App(inner) => match &**inner {
                AppError::RefusedByPolicy { reasons, .. } => vec![reader.node(reasons)],
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let layout = self.layout(&said.title, Section::None).await;
        let page = problem::Page {
            layout,
            status: said.status,
            title: said.title,
            detail: format!("{}.", sentence(said.detail.trim_end_matches('.'))),
            reasons,
            next: said.next_actions.iter().map(|step| NextStep::new(sentence(step))).collect(),
            code: said.code,
            request_id: crate::envelope::request_id(),
        };
        self.page(status, &page)
    }
}

/// The fields that a refusal names, if that is what it is.
pub(super) fn refused_fields(error: &ApiError) -> Option<Vec<(String, String)>> {
    let ApiError::App(inner) = error else { return None };
    let refusal = match &**inner {
        AppError::Refused(refusal) | AppError::RefusedByPolicy { refusal, .. } => refusal,
        _ => return None,
    };
    match refusal {
        Refusal::Fields(fields) => {
            Some(fields.iter().map(|f| (f.field.clone(), sentence(&f.message))).collect())
        }
        Refusal::Exists { entity, .. } => {
            let field = match *entity {
                "user name" => "user_name",
                "e-mail address" => "emails",
                _ => "name",
            };
            Some(vec![(field.to_owned(), format!("{}.", sentence(&refusal.to_string())))])
        }
        _ => None,
    }
}
