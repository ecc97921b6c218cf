//! What leaves the server: webhooks, and messages that were given up.

use axum::response::Response;
use console::pages::notifications::{DeliveryPage, LetterRow, WebhookRow};
use console::view::{Badge, FormErrors, Icon, Section, Tone};
use domain::notification::Webhook;
use domain::organisation::Status;

use super::super::form::Form;
use super::super::view::reader::counted;
use super::super::visit::Visit;
use crate::error::ApiError;

/// `GET /notifications/delivery`
pub(super) async fn show(visit: Visit) -> Response {
    let made = page(&visit, &Form::default(), FormErrors::default()).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

/// The page with what was typed into its form.
pub(super) async fn page(
    visit: &Visit,
    form: &Form,
    errors: FormErrors,
) -> Result<DeliveryPage, ApiError> {
    let (app, reader) = (&visit.state.app, visit.reader());
    let principal = &visit.signed_in.principal;
    let webhooks = app.webhooks(principal)?;
    let letters = app.dead_letters(principal).await?;
    let status = app.outbox_status().await?;
    let mail = match app.outlets_in_use().mail {
        true => "Mail is sent.",
        false => "No mail is sent: no relay is set up.",
    };
    let waiting = usize::try_from(status.waiting).unwrap_or(usize::MAX);
    let letter = |letter: app::notify::DeadLetterView| LetterRow {
        to: format!("{} to {}", letter.channel, letter.to),
        about: letter.about,
        died: reader.moment(letter.died_at),
        error: letter.error,
    };
    Ok(DeliveryPage {
        layout: visit.layout("Delivery", Section::None).await,
        lede: format!("{mail} {}.", counted(waiting, "message waits", "messages wait")),
        webhooks: webhooks.iter().map(row).collect(),
        letters: letters.into_iter().map(letter).collect(),
        label: form.get("label").to_owned(),
        url: form.get("url").to_owned(),
        events: form.get("events").to_owned(),
        idempotency_key: visit.new_key(),
        errors,
    })
}

fn row(webhook: &Webhook) -> WebhookRow {
    let status = match webhook.status {
        Status::Active => Badge::new(Tone::Good, Icon::Check, "Active"),
        Status::Inactive => Badge::new(Tone::Quiet, Icon::Stop, "Stopped"),
    };
    WebhookRow {
        id: webhook.id.to_string(),
        label: webhook.label.clone(),
        host: webhook.host.clone(),
        events: webhook.events.iter().cloned().collect(),
        status,
    }
}
