//! The public log: checkpoint, tiles and key at the paths of C2SP tlog-tiles, for tools that know
//! nothing else of us. Leaves hold no private text, so nobody needs to sign in.

use app::ledger::LedgerKeys;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use ledger::tile::TilePath;
use serde::Deserialize;
use serde_json::json;

use crate::body::QueryOf;
use crate::error::ApiError;
use crate::state::AppState;

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/ledger/checkpoint", get(checkpoint))
        .route("/ledger/cosigned.jsonl", get(cosigned))
        .route("/ledger/tile/{*path}", get(tile))
        .route("/ledger/log.vkey", get(key))
        .route("/ledger/keys.json", get(keys))
}

const TEXT: &str = "text/plain; charset=utf-8";
/// A tile never changes once it is there.
const FOREVER: &str = "public, max-age=31536000, immutable";

fn answer(body: impl IntoResponse, media: &'static str, cache: &'static str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// The signed checkpoint of the log as it stands, with the lines of witnesses who have seen it.
async fn checkpoint(State(state): State<AppState>) -> Result<Response, ApiError> {
    Ok(answer(state.app.cosigned_head().await?, TEXT, "no-cache"))
}

/// Where a page of cosigned checkpoints begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct From {
    /// Only checkpoints of so many entries or more.
    from: u64,
}

/// Checkpoints that witnesses cosigned, by size, a JSON object with `checkpoint` a line, as in an
/// export. The header `next-from` says where the next page begins.
async fn cosigned(
    State(state): State<AppState>,
    QueryOf(From { from }): QueryOf<From>,
) -> Result<Response, ApiError> {
    let (notes, next) = app::ledger::cosigned(state.app.store(), from, u64::MAX >> 1).await?;
    let lines = notes.iter().map(|note| format!("{}\n", json!({ "checkpoint": note })));
    let mut response = answer(lines.collect::<String>(), "application/jsonl", "no-cache");
    if let Some(next) = next {
        response.headers_mut().insert("next-from", HeaderValue::from(next));
    }
    Ok(response)
}

/// The key that checkpoints are signed with, to be pinned out of band.
async fn key(State(state): State<AppState>) -> Response {
    answer(format!("{}\n", state.settings.log_key), TEXT, "no-cache")
}

/// Every key of the log with the statement that brought it in, so that whoever pinned one of them
/// can follow to the newest (H12).
async fn keys(State(state): State<AppState>) -> Result<Response, ApiError> {
    let keys = match state.app.ledger_keys().await? {
        Some(keys) => keys,
        None => LedgerKeys::only(&state.settings.log_key),
    };
    let rotations = keys.statements.into_iter();
    let keys = api_types::ledger::LedgerKeys {
        first: keys.first.to_string(),
        rotations: rotations
            .map(|(entry, statement)| api_types::ledger::LedgerKeyRotation { entry, statement })
            .collect(),
    };
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"))];
    Ok((headers, Json(keys)).into_response())
}

/// Hashes, or an entry bundle.
async fn tile(
    State(state): State<AppState>,
    Path(path): Path<String>,
) -> Result<Response, ApiError> {
    let missing = || ApiError::not_found("tile", &path);
    let tile = TilePath::parse(&format!("tile/{path}")).map_err(|_| missing())?;
    let bytes = state.app.store().tile(tile).await?.ok_or_else(missing)?;
    Ok(answer(bytes, "application/octet-stream", FOREVER))
}
