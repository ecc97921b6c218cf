//! Errors as SCIM writes them (RFC 7644 section 3.12).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::refusal::Refusal;
use serde_json::json;

use crate::error::{ApiError, app_status};

/// The media type of everything here.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// Why a directory's request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ScimError {
    status: StatusCode,
    kind: Option<&'static str>,
    detail: String,
}

impl ScimError {
    fn new(status: StatusCode, kind: Option<&'static str>, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into() }
    }

    /// A filter that can't be read or is not known.
    pub(super) fn filter(why: &str) -> Self {
        let detail = format!("the filter can't be used: {why}");
        Self::new(StatusCode::BAD_REQUEST, Some("invalidFilter"), detail)
    }

    /// A path that can't be read or leads nowhere.
    pub(super) fn path(why: &str) -> Self {
        let detail = format!("the path can't be used: {why}");
        Self::new(StatusCode::BAD_REQUEST, Some("invalidPath"), detail)
    }

    /// A path that chooses nothing.
    pub(super) fn no_target(why: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("noTarget"), why)
    }

    /// A value that can't be.
    pub(super) fn value(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidValue"), why)
    }

    /// A body that is none.
    pub(super) fn syntax(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Some("invalidSyntax"), why)
    }

    /// A change to what only the server sets.
    pub(super) fn read_only(attribute: &str) -> Self {
        let detail = format!("`{attribute}` is set by the server");
        Self::new(StatusCode::BAD_REQUEST, Some("mutability"), detail)
    }

    /// Somebody else was faster.
    pub(super) fn version() -> Self {
        let detail = "it has changed since: read it again";
        Self::new(StatusCode::PRECONDITION_FAILED, None, detail)
    }

    /// There is no such place or thing.
    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, None, format!("there is no {what}"))
    }

    /// What SCIM knows and this server does not do.
    pub(super) fn not_done(what: &str) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, None, format!("{what} is not done here"))
    }
}

impl From<app::AppError> for ScimError {
    fn from(error: app::AppError) -> Self {
        let status = app_status(&error);
        if let app::AppError::Refused(refusal) = &error {
            let kind = match refusal {
                Refusal::Exists { .. } => Some("uniqueness"),
                Refusal::Fields(_) => Some("invalidValue"),
                _ => None,
            };
            return Self::new(status, kind, error.to_string());
        }
        if status.is_server_error() {
            tracing::error!(code = error.code(), error = %error, "a SCIM request failed");
        }
        Self::new(status, None, ApiError::from(error).problem().detail)
    }
}

impl From<ApiError> for ScimError {
    fn from(error: ApiError) -> Self {
        Self::new(error.status(), None, error.problem().detail)
    }
}

impl IntoResponse for ScimError {
    fn into_response(self) -> Response {
        let mut body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
            "status": self.status.as_u16().to_string(),
            "detail": self.detail,
        });
        if let (Some(kind), Some(fields)) = (self.kind, body.as_object_mut()) {
            fields.insert("scimType".to_owned(), json!(kind));
        }
        let mut response = (self.status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"countersign\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
