//! The OpenAPI document, and the page that shows it. Both are made from the handlers themselves.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, Required};
use utoipa::{Modify, OpenApi as _};

use crate::state::AppState;

const DESCRIPTION: &str = "Countersign decides who must approve a change before it may be \
deployed, collects those approvals, and stops every deployment that lacks them.\n\n\
Ids have a prefix (`chg_`, `vot_`, `gnt_`), times are RFC 3339 in UTC, unknown fields are refused, \
and every error is `application/problem+json` with a stable `code` and what to do next. Every POST \
takes an `Idempotency-Key`: the same key with the same body gets the same answer.\n\n\
The signed log itself is public at `/ledger/checkpoint`, `/ledger/tile/…` (C2SP tlog-tiles) and \
`/ledger/log.vkey`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Countersign",
        description = DESCRIPTION,
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(api_types::Problem)),
    modifiers(&Access),
    security(("token" = []), ("session" = [])),
    tags(
        (name = "changes", description = "Asking for changes and deciding on them"),
        (name = "gate", description = "May exactly this be deployed, now?"),
        (name = "organisation", description = "People, roles, services, machine identities"),
        (name = "findings", description = "What needs follow-up, and what gates let through"),
        (name = "alignments", description = "Talking complex changes over, and the board's agenda"),
        (name = "policy", description = "Rules: the live bundle, proposals, dry runs"),
        (name = "ledger", description = "The log and its proofs"),
        (name = "notifications", description = "What people and machines are told"),
        (name = "access", description = "Signing in"),
        (name = "events", description = "Live views"),
    )
)]
struct Document;

/// How callers prove who they are.
struct Access;

impl Modify for Access {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_with(Default::default);
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of a service account or a person"))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(
            crate::session::COOKIE,
            "The console's session; a POST needs the header `X-CSRF-Token` as well",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// The document without operations; the handlers add theirs.
pub(crate) fn document() -> OpenApi {
    Document::openapi()
}

/// The whole document.
#[must_use]
pub fn openapi() -> OpenApi {
    let (_, mut document) = crate::api::routes().split_for_parts();
    for item in document.paths.paths.values_mut() {
        for operation in item.get.iter_mut() {
            operation.parameters.iter_mut().flatten().for_each(describe_cursor);
        }
        if let Some(operation) = post(item) {
            let parameters = operation.parameters.get_or_insert_with(Vec::new);
            parameters.push(idempotency_key().into());
        }
    }
    document
}

/// A cursor is opaque, and yet not any text.
fn describe_cursor(parameter: &mut RefOr<Parameter>) {
    if let RefOr::T(parameter) = parameter
        && parameter.name == "cursor"
    {
        let text = ObjectBuilder::new()
            .schema_type(SchemaType::Type(Type::String))
            .pattern(Some("^([a-z][0-9]{1,15})?$"))
            .build();
        parameter.schema = Some(text.into());
    }
}

fn post(item: &mut PathItem) -> Option<&mut Operation> {
    item.post.as_mut()
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::String))
        .min_length(Some(1))
        .max_length(Some(200))
        .pattern(Some("^[!-~]+$"))
        .build();
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key with the same body gets the same answer, for 24 hours"))
        .schema(Some(text))
        .build()
}

static JSON: LazyLock<String> =
    LazyLock::new(|| openapi().to_pretty_json().unwrap_or_else(|_| "{}".to_owned()));

pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/openapi.json", get(json))
        .route("/docs", get(|| async { Html(include_str!("docs/index.html")) }))
        .route("/docs/docs.css", get(css))
        .route("/docs/docs.js", get(js))
        // Nothing here depends on who asks, so compressing it tells nobody anything.
        .layer(CompressionLayer::new())
}

async fn json() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], JSON.as_str()).into_response()
}

async fn css() -> Response {
    let media = "text/css; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], include_str!("docs/docs.css")).into_response()
}

async fn js() -> Response {
    let media = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, media)], include_str!("docs/docs.js")).into_response()
}
