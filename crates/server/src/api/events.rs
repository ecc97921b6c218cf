//! `GET /v1/events`

use std::convert::Infallible;
use std::time::Duration;

use api_types::sessions::ServerEvent;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::actor::Actor;
use domain::organisation::Status;
use futures::Stream as EventStream;
use serde::Deserialize;
use store::{Notice, Stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::answer::{Problems, find_change};
use crate::body::QueryOf;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;

const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// What to be told of.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsQuery {
    /// Only of this change, by id or number.
    #[serde(default)]
    change: Option<String>,
}

/// Server-sent events: `change`, `gate`, `organisation` or `policy` whenever such a stream grows,
/// and `resync` when some may have been missed. The id of an event is the size of the log.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "events", tag = "events",
    params(EventsQuery),
    responses(
        (status = 200, description = "A stream of events", body = ServerEvent, content_type = "text/event-stream"),
        Problems
    )
)]
pub(crate) async fn events(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    QueryOf(query): QueryOf<EventsQuery>,
) -> Result<Sse<impl EventStream<Item = Result<Event, Infallible>>>, ApiError> {
    caller.may_read("follow events")?;
    let only = match &query.change {
        Some(text) => {
            let id = find_change(&state, &caller, text).await?;
            Some([Stream::change(&id), Stream::gate(&id)])
        }
        None => {
            caller.is_unlimited("follow events of every service")?;
            None
        }
    };
    // First listen, then look: nothing falls between the two.
    let notices = state.app.store().watch();
    let size = state.app.store().head().await?.size;
    let seen = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    let waiting = seen.filter(|seen| *seen < size).map(|_| resync(size)).into_iter().collect();
    let follower = Follower { state, caller, notices, only, waiting };
    let stream = futures::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Follower {
    state: AppState,
    caller: Caller,
    notices: broadcast::Receiver<Notice>,
    only: Option<[Stream; 2]>,
    /// Events to send before looking for more, last first.
    waiting: Vec<Event>,
}

impl Follower {
    /// The next event; `None` when the server stops or the caller was shut out.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop() {
                return Some(event);
            }
            let notice = tokio::select! {
                notice = self.notices.recv() => notice,
                () = self.state.stopped() => return None,
            };
            match notice {
                Ok(notice) => {
                    if notice.streams.contains(&Stream::organisation()) {
                        // The notice may be faster than the action that reads it back.
                        self.state.app.refresh().await.ok()?;
                        if !self.still_in() {
                            return None;
                        }
                    }
                    self.waiting = self.told(&notice);
                }
                Err(RecvError::Lagged(_)) => {
                    let size = self.state.app.store().head().await.ok()?.size;
                    return Some(resync(size));
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    fn told(&self, notice: &Notice) -> Vec<Event> {
        let wanted = |s: &&Stream| self.only.as_ref().is_none_or(|only| only.contains(s));
        let streams = notice.streams.iter().rev().filter(wanted);
        streams.filter_map(|s| event(s, notice.size)).collect()
    }

    /// Whether the caller's account or token can still be used (B12).
    fn still_in(&self) -> bool {
        let live = self.state.app.live();
        let directory = &live.directory;
        let account = match &self.caller.principal.actor {
            Actor::Person { account, .. } => directory.is_usable(account),
            Actor::ServiceAccount { service_account } => directory
                .service_account(service_account)
                .is_some_and(|a| a.status == Status::Active),
            Actor::System => false,
        };
        let token = self.caller.principal.token.as_ref();
        let revoked = token.is_some_and(|t| directory.token(&t.id).is_none_or(|(_, t)| t.revoked));
        account && !revoked
    }
}

/// The event for a stream that grew. Who signs in when is nobody else's business.
fn event(stream: &Stream, size: u64) -> Option<Event> {
    let kind = match stream.as_str().split('/').next()? {
        "change" => "change",
        "gate" => "gate",
        "organisation" => "organisation",
        "policy" => "policy",
        _ => return None,
    };
    Some(write(kind, stream.as_str(), size))
}

fn resync(size: u64) -> Event {
    write("resync", "*", size)
}

fn write(kind: &str, stream: &str, size: u64) -> Event {
    let data = ServerEvent { stream: stream.to_owned(), size };
    let text = serde_json::to_string(&data).unwrap_or_default();
    Event::default().event(kind).id(size.to_string()).data(text)
}
