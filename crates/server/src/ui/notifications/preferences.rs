//! What reaches the person by mail, and when.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::Response;
use console::pages::notifications::PreferencesPage;
use console::view::{Choice, Flash, FormErrors, Section};
use domain::notification::{Preferences, QuietHours, Topic};

use super::super::answer::redirect;
use super::super::form::{Form, Posted};
use super::super::visit::{Visit, refused_fields};
use crate::error::ApiError;
use crate::wire::notifications::minute_of_day;

const EVERY: [(u16, &str); 6] = [
    (0, "no time: each at once"),
    (10, "10 minutes"),
    (30, "30 minutes"),
    (60, "an hour"),
    (240, "4 hours"),
    (1440, "a day"),
];

/// `GET /notifications/preferences`
pub(super) async fn show(visit: Visit) -> Response {
    let chosen = visit.state.app.notification_settings().preferences(&visit.person);
    let page = page(&visit, &chosen, FormErrors::default()).await;
    visit.ok(&page)
}

async fn page(visit: &Visit, chosen: &Preferences, errors: FormErrors) -> PreferencesPage {
    let directory = &visit.live.directory;
    let person = directory.person(&visit.person);
    let address = person.and_then(|p| p.emails.iter().find_map(|e| e.get()));
    let lede = match (visit.state.app.outlets_in_use().mail, address) {
        (false, _) => {
            "This server sends no mail; the pages have everything all the same.".to_owned()
        }
        (true, None) => "There is no address of yours; ask an admin to add one.".to_owned(),
        (true, Some(address)) => format!("Mail goes to {address}."),
    };
    let of_day = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let every = |(minutes, label): &(u16, &str)| Choice {
        selected: *minutes == chosen.every_minutes,
        ..Choice::new(minutes.to_string(), *label)
    };
    let mut choices: Vec<Choice> = EVERY.iter().map(every).collect();
    if !choices.iter().any(|choice| choice.selected) {
        let minutes = chosen.every_minutes;
        let own = Choice::new(minutes.to_string(), format!("{minutes} minutes"));
        choices.push(Choice { selected: true, ..own });
    }
    let topic = |topic: Topic| Choice {
        selected: chosen.mail.contains(&topic),
        ..Choice::new(topic.as_str(), said(topic))
    };
    PreferencesPage {
        layout: visit.layout("What comes by mail", Section::None).await,
        lede,
        topics: Topic::ALL.into_iter().map(topic).collect(),
        every: choices,
        quiet_from: chosen.quiet.map(|q| of_day(q.from)).unwrap_or_default(),
        quiet_until: chosen.quiet.map(|q| of_day(q.until)).unwrap_or_default(),
        time_zone: person.map(|p| p.time_zone.clone()).unwrap_or_default(),
        urgent_always: chosen.urgent_always,
        errors,
        admin: visit.is_admin(),
    }
}

const fn said(topic: Topic) -> &'static str {
    match topic {
        Topic::Asked => "Somebody waits for your decision",
        Topic::Votes => "Somebody voted on what you asked for",
        Topic::Decisions => "What you asked for was decided, lapsed, or runs out of time",
        Topic::Revisions => "What you voted on was changed, and your vote does not count any more",
        Topic::Holds => "What you asked for was put on hold, or released",
        Topic::Deployments => "What you asked for was deployed",
        Topic::Policy => "Policy was proposed or decided on",
    }
}

/// `POST /notifications/preferences`. The same choice again changes nothing, so no key is needed.
pub(super) async fn submit(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let typed = match typed(&form) {
        Ok(typed) => typed,
        Err(error) => return refused(&visit, error).await,
    };
    let app = &visit.state.app;
    match app.set_preferences(&visit.signed_in.principal, typed).await {
        Ok(()) => redirect("/notifications/preferences", &Flash::good("It is saved.")),
        Err(error) => refused(&visit, error.into()).await,
    }
}

fn typed(form: &Form) -> Result<Preferences, ApiError> {
    let (from, until) = (form.trimmed("quiet_from"), form.trimmed("quiet_until"));
    let quiet = if from.is_empty() && until.is_empty() {
        None
    } else {
        Some(QuietHours {
            from: minute_of_day("quiet_from", from)?,
            until: minute_of_day("quiet_until", until)?,
        })
    };
    let every = form.trimmed("every_minutes").parse();
    Ok(Preferences {
        mail: form.all("topic").filter_map(Topic::of_word).collect::<BTreeSet<_>>(),
        every_minutes: every.map_err(|_| ApiError::field("every_minutes", "choose one"))?,
        quiet,
        urgent_always: form.get("urgent_always") == "true",
    })
}

async fn refused(visit: &Visit, error: ApiError) -> Response {
    let Some(fields) = refused_fields(&error) else { return visit.problem(error).await };
    let mut errors = FormErrors::default();
    for (field, message) in fields {
        errors.add(if field == "quiet" { "quiet_from".to_owned() } else { field }, message);
    }
    let chosen = visit.state.app.notification_settings().preferences(&visit.person);
    let page = page(visit, &chosen, errors).await;
    visit.page(StatusCode::BAD_REQUEST, &page)
}
