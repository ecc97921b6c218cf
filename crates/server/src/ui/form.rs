//! Forms as browsers send them. JSON can't come this way (E04).

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts as _, Multipart, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use super::answer;
use super::visit::Visit;
use crate::error::ApiError;
use crate::state::AppState;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";
const WITH_FILES: &str = "multipart/form-data";

/// The fields of a form, in the order of the page.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
    bytes: Vec<u8>,
}

/// A file that came along.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    field: String,
    /// Its name as the browser sends it, with `/` between folders.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
}

impl Form {
    /// The first field of a name; empty if there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The same without the space around it.
    pub(super) fn trimmed(&self, name: &str) -> &str {
        self.get(name).trim()
    }

    /// All fields of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All fields of a name, owned.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        self.all(name).map(str::to_owned).collect()
    }

    /// The files of a field, without those that no file was chosen for.
    pub(super) fn files<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a Upload> {
        self.files.iter().filter(move |file| file.field == field)
    }

    /// The same without a field that must not be part of what identifies the form.
    pub(super) fn without(&self, name: &str) -> Self {
        let kept = self.fields.iter().filter(|(n, _)| n != name);
        Self::with_files(kept.cloned().collect(), self.files.clone())
    }

    /// A form by its content alone: the boundary between its parts is another one each time.
    fn with_files(fields: Vec<(String, String)>, files: Vec<Upload>) -> Self {
        let mut bytes = Vec::new();
        let texts = fields.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
        let sent = files.iter().flat_map(|f| [f.field.as_bytes(), f.name.as_bytes(), &f.bytes]);
        for part in texts.chain(sent) {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Self { fields, files, bytes }
    }

    /// What identifies the request, for answering it once.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn is_sent_as(media_type: &str, headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media = sent.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case(media_type)
}

async fn read(request: Request, state: &AppState) -> Result<Form, ApiError> {
    if is_sent_as(WITH_FILES, request.headers()) {
        return read_with_files(request, state).await;
    }
    if !is_sent_as(MEDIA_TYPE, request.headers()) {
        let detail = "a form is sent as application/x-www-form-urlencoded";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(ApiError::new(status, "unsupported_media_type", detail));
    }
    let bytes = crate::body::read(request, state).await?;
    let mut whole = Request::new(Body::from(bytes.clone()));
    *whole.method_mut() = Method::POST;
    whole.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    let axum::Form(fields) = axum::Form::from_request(whole, &()).await.map_err(unreadable)?;
    Ok(Form { fields, files: Vec::new(), bytes: bytes.to_vec() })
}

fn unreadable<E>(_: E) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "invalid_body", "the form can't be read")
}

async fn read_with_files(request: Request, state: &AppState) -> Result<Form, ApiError> {
    let media_type = request.headers().get(header::CONTENT_TYPE).cloned();
    let bytes = crate::body::read(request, state).await?;
    let mut whole = Request::new(Body::from(bytes));
    *whole.method_mut() = Method::POST;
    whole.headers_mut().extend(media_type.map(|value| (header::CONTENT_TYPE, value)));
    let mut parts = Multipart::from_request(whole, &()).await.map_err(unreadable)?;
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let field = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(|name| name.replace('\\', "/")) {
            None => fields.push((field, part.text().await.map_err(unreadable)?)),
            Some(name) => {
                let bytes = part.bytes().await.map_err(unreadable)?.to_vec();
                if !name.is_empty() {
                    files.push(Upload { field, name, bytes });
                }
            }
        }
    }
    Ok(Form::with_files(fields, files))
}

/// A form of somebody who is not signed in: its origin was checked, there is no session to bind to.
pub(super) struct Outside(pub(super) Form);

impl FromRequest<AppState> for Outside {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        match read(request, state).await {
            Ok(form) => Ok(Self(form)),
            Err(error) => Err(answer::outside_problem(state, &error)),
        }
    }
}

/// A form of somebody signed in, with the token of their session.
pub(super) struct Posted {
    pub(super) visit: Visit,
    pub(super) form: Form,
}

impl FromRequest<AppState> for Posted {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
        let form = match read(Request::from_parts(parts, body), state).await {
            Ok(form) => form,
            Err(error) => return Err(visit.problem(error).await),
        };
        if let Err(error) = visit.signed_in.check_csrf(form.get("csrf")) {
            return Err(visit.problem(error).await);
        }
        Ok(Self { visit, form })
    }
}
