//! Reading requests: JSON bodies, queries and paths, with errors that name the place (E18).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use api_types::problem::{FieldProblem, Problem};

use crate::error::ApiError;
use crate::state::AppState;

/// The largest body that is read.
pub const BODY_MAX: usize = 1 << 20;

const READ_WITHIN: Duration = Duration::from_secs(30);

/// A JSON body as `T`. Fields that `T` does not have are refused.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        check_media_type(request.headers())?;
        let bytes = read(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// A body that says nothing: empty, or `{}`.
#[derive(Debug)]
pub struct EmptyBody;

impl FromRequest<AppState> for EmptyBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Nothing {}

        let json = check_media_type(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self);
        }
        json?;
        parse::<Nothing>(&bytes).map(|_| Self)
    }
}

/// Reads a whole body, within the limits of size and time.
pub(crate) async fn read(request: Request, state: &AppState) -> Result<Bytes, ApiError> {
    match tokio::time::timeout(READ_WITHIN, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(error))) => {
            let status = axum::response::IntoResponse::into_response(error).status();
            if status == StatusCode::PAYLOAD_TOO_LARGE {
                let detail = format!("a body may have {BODY_MAX} bytes");
                return Err(ApiError::new(status, "too_large", detail));
            }
            Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_body", "the body was cut off"))
        }
        Ok(Err(_)) => {
            Err(ApiError::new(StatusCode::BAD_REQUEST, "invalid_body", "the body can't be read"))
        }
        Err(_) => {
            let detail = "the body did not arrive in time";
            Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "timeout", detail))
        }
    }
}

/// Only JSON is read, which no form of another site can send (E04).
fn check_media_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let media = sent.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = if media.is_empty() {
        "the request says no content type".to_owned()
    } else {
        format!("the content type is `{media}`")
    };
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
        .next_action("send `Content-Type: application/json`"))
}

/// Parses JSON. The path to the place is looked for only when something is wrong.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let error = match serde_json::from_slice::<T>(bytes) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if !error.is_data() {
        return Err(syntax_error(&error));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    let path = if path == "." { String::new() } else { path };
    Err(data_error(&path, &error.to_string(), error.line(), error.column()))
}

fn syntax_error(error: &serde_json::Error) -> ApiError {
    let detail = format!("the body is not JSON: {error}");
    ApiError::new(StatusCode::BAD_REQUEST, "invalid_json", detail)
}

/// An error about a value, from serde's words for it.
fn data_error(path: &str, message: &str, line: usize, column: usize) -> ApiError {
    let message = message.split(" at line ").next().unwrap_or(message);
    let place = format!("line {line}, column {column}");
    if let Some(unknown) = quoted(message, "unknown field ") {
        return unknown_field(path, unknown, message, &place);
    }
    let field = match quoted(message, "missing field ") {
        Some(missing) if path.is_empty() => missing.to_owned(),
        Some(missing) => format!("{path}.{missing}"),
        None => path.to_owned(),
    };
    let status = StatusCode::BAD_REQUEST;
    let mut problem =
        Problem::new(status.as_u16(), "invalid_field", "A field can't be accepted", "");
    problem.detail = format!("{}{message} ({place})", prefix(&field));
    problem.fields = vec![FieldProblem { field, message: message.to_owned() }];
    problem.next_actions = vec!["correct the field and send it again".to_owned()];
    ApiError::Problem(Box::new(problem))
}

fn prefix(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!("{field}: ") }
}

fn unknown_field(path: &str, unknown: &str, message: &str, place: &str) -> ApiError {
    // The path of an unknown field ends in it already.
    let field = if path.is_empty() || path.ends_with(unknown) {
        if path.is_empty() { unknown.to_owned() } else { path.to_owned() }
    } else {
        format!("{path}.{unknown}")
    };
    let known = message.split_once(", expected ").map_or("", |(_, rest)| rest);
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let advice = match nearest(unknown, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "no field is expected here".to_owned(),
        None => format!("there are {}", known.join(", ")),
    };
    let text = format!("there is no field `{unknown}`; {advice}");
    let mut problem = Problem::new(
        StatusCode::BAD_REQUEST.as_u16(),
        "unknown_field",
        "There is no such field",
        format!("{text} ({place})"),
    );
    problem.fields = vec![FieldProblem { field, message: text }];
    problem.next_actions = vec!["remove the field, or name it as it is called".to_owned()];
    ApiError::Problem(Box::new(problem))
}

/// The word in backticks that follows `before`.
fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    let rest = message.split_once(before)?.1.strip_prefix('`')?;
    rest.split('`').next()
}

/// The known word that is most like this one, if any is much like it.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (edits, near) = known.iter().map(|k| (edits(word, k), *k)).min()?;
    (edits <= near.len().max(word.len()) / 3).then_some(near)
}

/// Levenshtein distance of two short words.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(64).enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let left = next.last().copied().unwrap_or(0);
            let up = row.get(j + 1).copied().unwrap_or(0);
            let corner = row.get(j).copied().unwrap_or(0);
            next.push((left + 1).min(up + 1).min(corner + usize::from(x != *y)));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// The query as `T`. Parameters that `T` does not have are refused.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for QueryOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                let message = std::error::Error::source(&error)
                    .map_or_else(|| error.to_string(), ToString::to_string);
                let (path, message) = message.split_once(": ").unwrap_or(("", &message));
                Err(data_error(path, message, 1, 1))
            }
            Err(_) => Err(ApiError::field("query", "it can't be read")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_types::changes::ChangeRequest;

    fn refused(text: &str) -> Problem {
        parse::<ChangeRequest>(text.as_bytes()).unwrap_err().problem()
    }

    #[test]
    fn e18_an_unknown_field_is_refused_with_a_suggestion() {
        let problem = refused(r#"{"title":"t","service":"s","environment":"e","tittle":"x"}"#);
        assert_eq!(problem.code, "unknown_field");
        assert_eq!(problem.fields[0].field, "tittle");
        assert!(problem.detail.contains("did you mean `title`?"), "{}", problem.detail);
    }

    #[test]
    fn a_wrong_value_is_named_by_its_path() {
        let problem = refused(
            r#"{"title":"t","service":"s","environment":"e","artifacts":[{"name":"a","digest":7}]}"#,
        );
        assert_eq!(problem.code, "invalid_field");
        assert_eq!(problem.fields[0].field, "artifacts[0].digest");
        let problem = refused(r#"{"service":"s","environment":"e"}"#);
        assert_eq!(problem.fields[0].field, "title");
    }

    #[test]
    fn broken_json_is_named_by_line_and_column() {
        let problem = refused("{\n \"title\": ");
        assert_eq!(problem.code, "invalid_json");
        assert!(problem.detail.contains("line 2"), "{}", problem.detail);
    }
}
