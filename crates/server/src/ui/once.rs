//! A form sent twice acts once: by the key hidden in the page it came from.

use std::collections::HashMap;
use std::sync::Arc;

use app::{Earlier, KeptAnswer, KeyTaken, RequestKey};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::view::Flash;
use parking_lot::Mutex;

use super::answer;
use super::form::Form;
use super::visit::Visit;
use crate::error::ApiError;
use crate::idempotency::change_at;

const KEY_MAX: usize = 100;

/// Keys whose form is being answered on this node.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// Where an action leads, and what is said there.
pub(super) struct Done {
    pub(super) to: String,
    pub(super) message: Flash,
}

impl Done {
    pub(super) fn new(to: impl Into<String>, message: Flash) -> Self {
        Self { to: to.into(), message }
    }
}

/// Forgets the key when the last form with it is answered.
struct Leave<'a> {
    turns: &'a Turns,
    key: &'a str,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let mut all = self.turns.0.lock();
        // The map's own and this turn's, which is dropped after.
        if all.get(self.key).is_some_and(|turn| Arc::strong_count(turn) <= 2) {
            all.remove(self.key);
        }
    }
}

/// Acts unless a form with this key was answered before; then leads where that one led. Refusals are
/// not kept: the person corrects the form and sends it again.
pub(super) async fn once(
    visit: &Visit,
    turns: &Turns,
    path: &str,
    form: &Form,
    act: impl AsyncFnOnce() -> Result<Done, ApiError>,
) -> Result<Response, ApiError> {
    let key = form.get("idempotency_key");
    if key.is_empty() || key.len() > KEY_MAX {
        let done = act().await?;
        return Ok(answer::redirect(&done.to, &done.message));
    }
    let key = format!("page:{key}");
    let app = &visit.state.app;
    let principal = &visit.signed_in.principal;
    let asked = RequestKey::new(principal, &key, "POST", path, form.bytes());
    let flight = format!("{} {key}", principal.id());
    let turn = turns.0.lock().entry(flight.clone()).or_default().clone();
    let _leave = Leave { turns, key: &flight };
    let _guard = turn.lock().await;
    match app.earlier_answer(&asked).await? {
        Earlier::None => {}
        earlier => return led(visit, earlier).await,
    }
    let (done, taken) = app.keyed(&asked, act()).await;
    if taken == KeyTaken::ByAnother {
        let earlier = app.earlier_answer(&asked).await?;
        return led(visit, earlier).await;
    }
    let done = done?;
    let answer = KeptAnswer { status: 303, body: done.to.clone() };
    let kept = match taken {
        KeyTaken::ByThis => app.keep_answer(&asked, answer).await,
        KeyTaken::ByNobody | KeyTaken::ByAnother => app.take_key(&asked, answer).await.map(drop),
    };
    if let Err(error) = kept {
        // It is done and durable: that must not be hidden.
        tracing::warn!(error = %error, "failed to keep the answer to a form");
    }
    Ok(answer::redirect(&done.to, &done.message))
}

/// To where an earlier form with the key led.
async fn led(visit: &Visit, earlier: Earlier) -> Result<Response, ApiError> {
    let to = match earlier {
        Earlier::Answered(answer) => answer.body,
        Earlier::Recorded(index) => match change_at(&visit.state, index).await? {
            Some(id) => format!("/changes/{id}"),
            None => format!("/ledger/entries/{index}"),
        },
        Earlier::Mismatch | Earlier::None => return Err(already_sent()),
    };
    Ok(Redirect::to(&to).into_response())
}

fn already_sent() -> ApiError {
    let detail = "this form was sent before with other content; nothing more was recorded";
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_mismatch", detail)
        .next_action("open the page again and start from what it shows now")
}
