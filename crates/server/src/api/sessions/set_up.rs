//! `POST /v1/setup`

use api_types::people::Person;
use api_types::sessions::SetupRequest;
use app::access::NewAdmin;
use axum::extract::State;
use axum::http::HeaderMap;

use crate::api::answer::{Created, Problems};
use crate::body::JsonBody;
use crate::csrf;
use crate::error::ApiError;
use crate::serve::From;
use crate::state::AppState;
use crate::wire::Names;

/// Makes the first admin with the link that the first start printed. It works once.
#[utoipa::path(
    post, path = "/v1/setup", operation_id = "set_up", tag = "access",
    security(()),
    request_body = SetupRequest,
    responses((status = 201, description = "The first admin", body = Person), Problems)
)]
pub(crate) async fn set_up(
    State(state): State<AppState>,
    from: From,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SetupRequest>,
) -> Result<Created<Person>, ApiError> {
    csrf::check_origin(&headers, &state)?;
    state.sign_in_limits.take("setup link", from.0, state.app.ports().now())?;
    let admin = NewAdmin {
        organisation: asked.organisation.unwrap_or_else(|| "Our organisation".to_owned()),
        name: asked.name,
        user_name: asked.user_name,
        password: asked.password,
    };
    let id = state.set_up(&asked.link_token, admin).await?;
    let wrong =
        || ApiError::unauthenticated("setup_link_invalid", "this link is wrong or was used");
    let id = id.ok_or_else(wrong)?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let person = live.directory.person(&id).map(|p| names.full_person(p, state.app.ports().now()));
    Ok(Created(person.ok_or_else(|| ApiError::not_found("person", id.as_str()))?))
}
