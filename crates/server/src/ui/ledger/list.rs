//! The head of the log and its entries, newest first.

use app::App;
use app::ledger::{Sighting, WitnessStatus};
use axum::extract::Query;
use axum::response::{IntoResponse as _, Redirect, Response};
use console::pages::ledger::{Copy, Head, Page, Row};
use console::view::{Badge, Icon, Paging, Section, Tone};
use serde::Deserialize;
use store::{Entry, Stream};

use super::super::view::changes::choices;
use super::super::view::ledger as view;
use super::super::view::reader::{Reader, counted};
use super::super::visit::Visit;
use crate::error::ApiError;
use crate::wire::text::percent_encode;

const SHOWN: usize = 50;
const READ_AT_ONCE: usize = 200;
/// Entries looked through for a filtered page, so that no page takes long.
const READ_MAX: usize = 2_000;

const STREAMS: [(&str, &str); 7] = [
    ("change", "Changes"),
    ("gate", "Gate"),
    ("exposure", "Exposure"),
    ("policy", "Policy"),
    ("organisation", "Organisation"),
    ("access", "Access"),
    ("ledger", "Ledger"),
];

const KINDS: [&str; 18] = [
    "change_created",
    "revision_made",
    "change_assessed",
    "vote_recorded",
    "change_approved",
    "change_rejected",
    "change_expired",
    "change_withdrawn",
    "hold_placed",
    "hold_released",
    "gate_answered",
    "grant_redeemed",
    "deployment_finished",
    "bundle_proposed",
    "bundle_activated",
    "role_bound",
    "token_issued",
    "sign_in_refused",
];

/// The fields of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::ui) struct Asked {
    q: String,
    stream: String,
    kind: String,
    before: String,
}

impl Asked {
    fn href(&self, before: Option<u64>) -> String {
        let before = before.map(|n| n.to_string()).unwrap_or_default();
        let all =
            [("q", &self.q), ("stream", &self.stream), ("kind", &self.kind), ("before", &before)];
        let given = all.iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> =
            given.map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
        if query.is_empty() { "/ledger".to_owned() } else { format!("/ledger?{}", query.join("&")) }
    }

    fn is_filtered(&self) -> bool {
        !(self.q.is_empty() && self.stream.is_empty() && self.kind.is_empty())
    }

    /// The one stream that is asked for, where its name is not the beginning of many: an index leads to
    /// its entries, however rare they are.
    fn one_stream(&self) -> Option<Stream> {
        match self.stream.as_str() {
            "policy" => Some(Stream::policy()),
            "organisation" => Some(Stream::organisation()),
            "access" => Some(Stream::access()),
            "ledger" => Some(Stream::ledger()),
            _ => None,
        }
    }

    fn wants_stream(&self, stream: &str) -> bool {
        self.stream.is_empty()
            || stream == self.stream
            || stream.strip_prefix(&self.stream).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// `GET /ledger`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, asked).await;
    visit.answer(made).await
}

async fn page(visit: &Visit, mut asked: Asked) -> Result<Response, ApiError> {
    asked.q = asked.q.trim().to_owned();
    let store = visit.state.app.store();
    let head = store.head().await?;
    if let Ok(index) = asked.q.parse::<u64>()
        && index < head.size
    {
        return Ok(Redirect::to(&format!("/ledger/entries/{index}")).into_response());
    }
    let reader = visit.reader();
    let before: Option<u64> = asked.before.parse().ok();
    let (rows, next) = find(visit, &reader, &asked, before.unwrap_or(head.size)).await?;
    let newest = store.entries_before(head.size, 1).await?;
    let signed = newest.first().and_then(|entry| App::read_entry(entry).ok());
    let key = &visit.state.settings.log_key;
    let witnesses = visit.state.app.witness_status().await?;
    let page = Page {
        layout: visit.layout("Ledger", Section::Ledger).await,
        head: Head {
            size: head.size,
            root: head.root.to_string(),
            origin: key.name().to_owned(),
            key: key.to_string(),
            checkpoint: head.checkpoint,
            signed: signed.map(|e| reader.moment(e.time)).unwrap_or_default(),
            copies: witnesses.iter().flat_map(|status| copies(&reader, status)).collect(),
        },
        query: asked.q.clone(),
        streams: choices(
            "Any stream",
            &asked.stream,
            STREAMS.map(|(value, label)| (value.to_owned(), label.to_owned())),
        ),
        kinds: choices(
            "Any kind",
            &asked.kind,
            KINDS.map(|kind| (kind.to_owned(), kind.replace('_', " "))),
        ),
        is_filtered: asked.is_filtered(),
        paging: Paging {
            first: before.map(|_| asked.href(None)),
            previous: None,
            next: next.map(|index| asked.href(Some(index))),
            summary: counted(rows.len(), "entry", "entries"),
        },
        entries: rows,
    };
    Ok(visit.ok(&page))
}

/// What each witness has seen of the log.
fn copies(reader: &Reader<'_>, status: &WitnessStatus) -> Vec<Copy> {
    let head = status.size + status.unseen;
    let copy = |seen: &Sighting| Copy {
        place: seen.name.clone(),
        size: seen.size,
        at: seen.seen_at.map(|at| reader.moment(at)).unwrap_or_default(),
        state: match head.saturating_sub(seen.size) {
            _ if seen.seen_at.is_none() => Badge::new(Tone::Warn, Icon::Clock, "Not reached yet"),
            0 => Badge::new(Tone::Good, Icon::Check, "Current"),
            behind => Badge::new(Tone::Warn, Icon::Clock, format!("{behind} behind")),
        },
    };
    status.witnesses.iter().map(copy).collect()
}

/// The newest matching entries below `before`, and where to go on.
async fn find(
    visit: &Visit,
    reader: &Reader<'_>,
    asked: &Asked,
    before: u64,
) -> Result<(Vec<Row>, Option<u64>), ApiError> {
    let words: Vec<String> = asked.q.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let limit = if asked.is_filtered() { READ_AT_ONCE } else { SHOWN };
    let (mut rows, mut at, mut read) = (Vec::new(), before, 0);
    let (store, stream) = (visit.state.app.store(), asked.one_stream());
    while at > 0 && read < READ_MAX {
        let page = match &stream {
            Some(stream) => store.stream_before(stream, at, limit).await?,
            None => store.entries_before(at, limit).await?,
        };
        if page.is_empty() {
            return Ok((rows, None));
        }
        for entry in &page {
            at = entry.index;
            read += 1;
            rows.extend(wanted(reader, asked, &words, entry)?);
            if rows.len() == SHOWN {
                return Ok((rows, Some(at).filter(|at| *at > 0)));
            }
        }
    }
    Ok((rows, Some(at).filter(|at| *at > 0)))
}

fn wanted(
    reader: &Reader<'_>,
    asked: &Asked,
    words: &[String],
    entry: &Entry,
) -> Result<Option<Row>, ApiError> {
    if !asked.wants_stream(entry.stream.as_str()) {
        return Ok(None);
    }
    if !asked.kind.is_empty() && view::kind(entry) != asked.kind {
        return Ok(None);
    }
    let row = view::row(reader, entry, &App::read_entry(entry)?);
    let text =
        format!("{} {} {} {}", row.stream, row.kind, row.summary, row.actor.name).to_lowercase();
    Ok(words.iter().all(|word| text.contains(word)).then_some(row))
}
