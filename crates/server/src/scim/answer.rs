//! What all SCIM requests share: who asks, how bodies are read, how resources and lists are answered.

use app::organisation::provisioner;
use app::principal::Principal;
use app::text::sha256_hex;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::ids::ServiceAccountId;
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::{MEDIA_TYPE, ScimError};
use super::filter::Filter;
use super::patch::field;
use super::path::without_schema;
use crate::session::authenticate_request;
use crate::state::AppState;

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// Resources of one page.
pub(super) const PAGE_MAX: usize = 200;

/// One request of a directory: a service account with a token for this and nothing else. A session
/// never is one.
pub(super) struct Visit {
    pub(super) principal: Principal,
    /// The machine identity, as which it is known.
    pub(super) by: ServiceAccountId,
    pub(super) asked: Asked,
    headers: HeaderMap,
    base: String,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = ScimError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ScimError> {
        // As an unsafe request, so that a cookie alone is nothing here.
        let caller = authenticate_request(state, &parts.headers, false).await?;
        let by = provisioner(&caller.principal)?.clone();
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state)
            .await
            .map_err(|_| ScimError::value("the query can't be read"))?;
        let host = parts.headers.get(header::HOST).and_then(|h| h.to_str().ok());
        let base = match &state.settings.public_url {
            Some(public) => public.trim_end_matches('/').to_owned(),
            None => format!("http://{}", host.unwrap_or("localhost")),
        };
        Ok(Self {
            principal: (*caller.principal).clone(),
            by,
            asked,
            headers: parts.headers.clone(),
            base,
        })
    }
}

impl Visit {
    /// The same visit with the query of a search body.
    pub(super) fn asking(mut self, body: &Value) -> Result<Self, ScimError> {
        let text = |name: &str| field(body, name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| field(body, name).and_then(Value::as_i64);
        let names = |name: &str| {
            let list = field(body, name).and_then(Value::as_array)?;
            let list: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            Some(list.join(","))
        };
        if field(body, "filter").is_some_and(|f| !f.is_string() && !f.is_null()) {
            return Err(ScimError::filter("it is a text"));
        }
        self.asked = Asked {
            filter: text("filter"),
            start_index: number("startIndex"),
            count: number("count"),
            attributes: names("attributes"),
            excluded_attributes: names("excludedAttributes"),
        };
        Ok(self)
    }

    /// The address of something here.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}/scim/v2/{path}", self.base)
    }

    /// The address of a resource.
    pub(super) fn place(&self, kind: &str, id: &str) -> String {
        self.address(&format!("{kind}/{id}"))
    }

    /// Whether a change is meant for the resource as it stands.
    pub(super) fn check_version(&self, before: &Value) -> Result<(), ScimError> {
        let Some(wanted) = self.headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()) else {
            return Ok(());
        };
        let now = version(before);
        let fits = wanted.split(',').map(str::trim).any(|w| w == "*" || w == now);
        if fits { Ok(()) } else { Err(ScimError::version()) }
    }

    /// One resource, or nothing new (304).
    pub(super) fn read(&self, resource: Value) -> Result<Response, ScimError> {
        let version = version(&resource);
        let known = self.headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
        if known.is_some_and(|k| k.split(',').any(|k| k.trim() == version)) {
            let tag = HeaderValue::from_str(&version).map_err(|_| ScimError::version())?;
            return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
        }
        self.wrote(StatusCode::OK, resource)
    }

    /// One resource as it stands after a change.
    pub(super) fn wrote(&self, status: StatusCode, resource: Value) -> Result<Response, ScimError> {
        let resource = with_version(resource);
        let text = |pointer: &str| resource.pointer(pointer).and_then(Value::as_str);
        let header_of = |text: &str| HeaderValue::from_str(text).ok();
        let tag = text("/meta/version").and_then(header_of);
        let place = text("/meta/location").and_then(header_of);
        let mut response = json_answer(status, &self.asked.select(resource.clone()));
        for (name, value) in [(header::ETAG, tag), (header::LOCATION, place)] {
            if let Some(value) = value {
                response.headers_mut().insert(name, value);
            }
        }
        Ok(response)
    }

    /// A page of those resources that the filter admits.
    pub(super) fn list(&self, all: impl Iterator<Item = Value>) -> Result<Response, ScimError> {
        let filter = self.asked.filter.as_deref().map(Filter::read).transpose()?;
        let admits = |r: &Value| filter.as_ref().is_none_or(|f| f.admits(r));
        let found: Vec<Value> = all.filter(admits).collect();
        // RFC 7644 section 3.4.2.4: an index below 1 is 1, a count below 0 is 0.
        let start = usize::try_from(self.asked.start_index.unwrap_or(1).max(1)).unwrap_or(1);
        let count = self.asked.count.map_or(PAGE_MAX, |c| usize::try_from(c.max(0)).unwrap_or(0));
        let total = found.len();
        let page = found.into_iter().skip(start - 1).take(count.min(PAGE_MAX));
        let page: Vec<Value> = page.map(|r| self.asked.select(with_version(r))).collect();
        Ok(list_of(total, start, &page))
    }
}

/// A JSON body.
pub(super) struct Body(pub(super) Value);

impl FromRequest<AppState> for Body {
    type Rejection = ScimError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ScimError> {
        let sent = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let media =
            sent.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_owned();
        if ![MEDIA_TYPE, "application/json"].iter().any(|m| media.eq_ignore_ascii_case(m)) {
            return Err(ScimError::syntax(format!("send `Content-Type: {MEDIA_TYPE}`")));
        }
        let bytes = crate::body::read(request, state).await?;
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|e| ScimError::syntax(format!("the body is not JSON: {e}")))?;
        if body.is_object() { Ok(Self(body)) } else { Err(ScimError::syntax("send an object")) }
    }
}

/// What a query may ask. Sorting is not offered, so it is passed over as the standard wants.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Asked {
    filter: Option<String>,
    start_index: Option<i64>,
    count: Option<i64>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

impl Asked {
    /// A resource with the attributes that were asked for. `id` and `schemas` always stay.
    fn select(&self, mut resource: Value) -> Value {
        let names = |text: &String| -> Vec<String> {
            text.split(',').map(|n| without_schema(n.trim()).to_lowercase()).collect()
        };
        let Some(fields) = resource.as_object_mut() else { return resource };
        let always = |key: &str| key == "id" || key == "schemas";
        if let Some(wanted) = self.attributes.as_ref().map(names) {
            fields.retain(|key, value| always(key) || keep_part(&wanted, key, value));
        } else if let Some(unwanted) = self.excluded_attributes.as_ref().map(names) {
            fields.retain(|key, _| always(key) || !unwanted.contains(&key.to_lowercase()));
        }
        resource
    }
}

/// Whether an attribute, or a part of it, was asked for; only that part is left.
fn keep_part(wanted: &[String], key: &str, value: &mut Value) -> bool {
    let key = key.to_lowercase();
    if wanted.contains(&key) {
        return true;
    }
    let parts: Vec<&str> =
        wanted.iter().filter_map(|w| w.strip_prefix(&key)?.strip_prefix('.')).collect();
    let leave = |fields: &mut Map<String, Value>| {
        fields.retain(|name, _| parts.iter().any(|p| p.eq_ignore_ascii_case(name)));
    };
    match value {
        Value::Object(fields) => leave(fields),
        Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).for_each(leave),
        _ => return false,
    }
    !parts.is_empty()
}

/// The version of a resource: it changes when what is shown changes.
fn version(resource: &Value) -> String {
    let digest = sha256_hex(&resource.to_string());
    format!("W/\"{}\"", digest.get(..16).unwrap_or_default())
}

fn with_version(mut resource: Value) -> Value {
    let version = version(&resource);
    if let Some(meta) = resource.get_mut("meta").and_then(Value::as_object_mut) {
        meta.insert("version".to_owned(), json!(version));
    }
    resource
}

/// A list as SCIM writes it.
pub(super) fn list_of(total: usize, start: usize, page: &[Value]) -> Response {
    let body = json!({
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    });
    json_answer(StatusCode::OK, &body)
}

/// A body of our media type.
pub(super) fn json_answer(status: StatusCode, body: &Value) -> Response {
    let mut response = (status, body.to_string()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// It is gone.
pub(super) fn deleted() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Keeps SCIM's own words for an error while the use case carries it.
pub(super) fn keep(refused: &Mutex<Option<ScimError>>, error: ScimError) -> app::AppError {
    *refused.lock() = Some(error);
    domain::refusal::Refusal::field("body", "it can't be used").into()
}
