//! The one mapping from errors to answers: `application/problem+json` (RFC 9457).

use api_types::problem::{FieldProblem, MEDIA_TYPE, Problem};
use app::AppError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::organisation::Directory;
use domain::refusal::Refusal;
use store::StoreError;

use crate::wire::Names;

/// Why a request was not answered as asked.
#[derive(Debug, Clone)]
pub enum ApiError {
    /// A use case said no, or failed.
    App(Box<AppError>),
    /// The request itself is wrong, or nobody may ask it.
    Problem(Box<Problem>),
    /// Too many tries; seconds until the next one may come.
    TooMany {
        /// Whole seconds, at least 1.
        retry_after: u64,
    },
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        Self::App(Box::new(error))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        AppError::from(refusal).into()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl ApiError {
    /// An error by status, code and words.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let problem = Problem::new(status.as_u16(), code, title(code), detail);
        Self::Problem(Box::new(problem))
    }

    /// A field that can't be accepted.
    #[must_use]
    pub fn field(field: &str, message: &str) -> Self {
        Refusal::field(field, message).into()
    }

    /// There is no such thing, or the caller may not know of it (E17).
    #[must_use]
    pub fn not_found(entity: &'static str, id: &str) -> Self {
        Refusal::NotFound { entity, id: id.to_owned() }.into()
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated(code: &'static str, detail: &str) -> Self {
        AppError::Unauthenticated { code, reason: detail.to_owned() }.into()
    }

    /// The same error with one more next action.
    #[must_use]
    pub fn next_action(self, action: &str) -> Self {
        match self {
            Self::Problem(mut problem) => {
                problem.next_actions.push(action.to_owned());
                Self::Problem(problem)
            }
            other => other,
        }
    }

    /// The problem, without names of people: reasons that hold people come with ids only.
    #[must_use]
    pub fn problem(&self) -> Problem {
        self.problem_with(&Names::new(&Directory::default()))
    }

    /// The problem with people called by their names.
    #[must_use]
    pub fn problem_with(&self, names: &Names<'_>) -> Problem {
        match self {
            Self::App(error) => app_problem(error, names),
            Self::Problem(problem) => (**problem).clone(),
            Self::TooMany { retry_after } => {
                let detail = format!("too many tries; try again in {retry_after} seconds");
                let mut problem =
                    Problem::new(429, "too_many_tries", title("too_many_tries"), detail);
                problem.next_actions = vec!["wait, then try again".to_owned()];
                problem
            }
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::App(error) => app_status(error),
            Self::Problem(problem) => {
                StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// The status of what a use case said.
#[must_use]
pub fn app_status(error: &AppError) -> StatusCode {
    match error {
        AppError::Refused(refusal) | AppError::RefusedByPolicy { refusal, .. } => {
            refusal_status(refusal)
        }
        AppError::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
        AppError::OutOfScope { .. } => StatusCode::FORBIDDEN,
        AppError::NoShadow => StatusCode::NOT_FOUND,
        AppError::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
        AppError::Bundle { .. }
        | AppError::BundleCases { .. }
        | AppError::Store(StoreError::Invalid { .. }) => StatusCode::BAD_REQUEST,
        AppError::Store(StoreError::DuplicateKey | StoreError::Late) => StatusCode::CONFLICT,
        AppError::NoPolicy
        | AppError::ProviderUnavailable { .. }
        | AppError::Store(_)
        | AppError::Contended => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Damaged { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn refusal_status(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Fields(_) => StatusCode::BAD_REQUEST,
        Refusal::SeparationOfDuties { .. }
        | Refusal::NoRole { .. }
        | Refusal::StepUpRequired { .. }
        | Refusal::SignatureRequired
        | Refusal::SignatureRefused { .. }
        | Refusal::NotActive { .. }
        | Refusal::PeopleOnly { .. }
        | Refusal::NotEntitled { .. } => StatusCode::FORBIDDEN,
        Refusal::NotFound { .. } => StatusCode::NOT_FOUND,
        Refusal::Policy { code, .. } if code.starts_with("sod_") => StatusCode::FORBIDDEN,
        Refusal::IllegalState { .. }
        | Refusal::StaleRevision { .. }
        | Refusal::Expired { .. }
        | Refusal::NotInBulk { .. }
        | Refusal::NotInformed(_)
        | Refusal::NotAligned(_)
        | Refusal::Alignment(_)
        | Refusal::NothingMoved { .. }
        | Refusal::AlreadyConsumed { .. }
        | Refusal::Exists { .. }
        | Refusal::Policy { .. } => StatusCode::CONFLICT,
    }
}

fn app_problem(error: &AppError, names: &Names<'_>) -> Problem {
    let status = app_status(error);
    let code = match error {
        AppError::Store(StoreError::Invalid { .. }) => "invalid_field",
        other => other.code(),
    };
    let detail = match error {
        // What a driver or a damaged row says is for the log, not for the caller.
        AppError::Damaged { .. } => {
            "stored data can't be read; the operator's log says more".to_owned()
        }
        AppError::Store(StoreError::Late) => {
            "the deadline passed before it was recorded".to_owned()
        }
        AppError::Store(StoreError::Invalid { reason }) => reason.clone(),
        AppError::ProviderUnavailable { title, .. } => format!("{title} does not answer"),
        AppError::Store(_) => "the database does not answer; nothing was decided".to_owned(),
        other => other.to_string(),
    };
    let mut problem = Problem::new(status.as_u16(), code, title(code), detail);
    match error {
        AppError::Refused(refusal) => refused(&mut problem, refusal),
        AppError::RefusedByPolicy { refusal, reasons } => {
            refused(&mut problem, refusal);
            problem.reasons = Some(names.explanation(reasons));
        }
        AppError::Bundle { diagnostics } => {
            // It is not refused for what is only worth a second look.
            let errors = diagnostics.iter().filter(|found| found.is_error());
            problem.fields = errors.map(crate::wire::policy::bundle_field).collect();
            problem.next_actions = vec!["mend the bundle and check it again".to_owned()];
        }
        AppError::BundleCases { failures } => {
            problem.fields = failures.iter().map(crate::wire::policy::case_field).collect();
            problem.next_actions =
                vec!["mend the bundle or its cases and check it again".to_owned()];
        }
        AppError::Unauthenticated { .. } => {
            problem.next_actions = vec!["sign in, or send a token that is valid".to_owned()];
        }
        AppError::ProviderUnavailable { .. } => {
            problem.next_actions = vec!["try again, or sign in another way".to_owned()];
        }
        AppError::OutOfScope { .. } => {
            problem.next_actions =
                vec!["use a token with this verb, service and environment".to_owned()];
        }
        AppError::NoPolicy => {
            problem.next_actions = vec!["ask a policy author to make a bundle live".to_owned()];
        }
        AppError::NoShadow => {
            problem.next_actions = vec![
                "start one for a proposal that waits: countersign policy shadow start DIGEST"
                    .to_owned(),
            ];
        }
        AppError::Store(_) | AppError::Contended => {
            problem.next_actions = vec!["try again with the same idempotency key".to_owned()];
        }
        AppError::TooManyRequests { retry_at, .. } => {
            problem.next_actions = vec![
                format!("ask again at {retry_at:.0}"),
                "withdraw what is not needed, or ask an admin for a higher `requests_per_hour`"
                    .to_owned(),
            ];
        }
        AppError::Damaged { .. } => {
            problem.next_actions = vec!["tell the operator the request id".to_owned()];
        }
    }
    problem
}

fn refused(problem: &mut Problem, refusal: &Refusal) {
    problem.next_actions.push(refusal.next_action().to_owned());
    if let Refusal::Fields(fields) = refusal {
        problem.fields = fields
            .iter()
            .map(|f| FieldProblem { field: f.field.clone(), message: f.message.clone() })
            .collect();
    }
}

/// The kind of problem in a few words, always the same for a code.
fn title(code: &str) -> &'static str {
    match code {
        "illegal_state" => "The state does not allow it",
        "stale_revision" => "The revision is not current",
        "expired" | "approval_expired" => "Time has run out",
        "sod_author" | "sod_beneficiary" => "Separation of duties",
        "no_role" => "No role that is asked for",
        "step_up_required" => "More proof of who you are",
        "signature_required" => "Your signature is asked for",
        "signature_refused" => "The signature is not taken",
        "provider_unavailable" => "The identity provider does not answer",
        "not_active" => "Not active",
        "people_only" => "Only for people",
        "not_entitled" => "Not allowed",
        "out_of_scope" => "The token does not reach this",
        "invalid_field" => "A field can't be accepted",
        "unknown_field" => "There is no such field",
        "invalid_json" => "The body is not JSON",
        "nothing_moved" => "Nothing moved",
        "not_found" => "Not found",
        "no_shadow" => "No shadow ran yet",
        "already_consumed" => "Already used",
        "already_exists" => "It exists already",
        "idempotency_mismatch" => "The key was used for another request",
        "idempotency_race" => "The same request is being answered",
        "unauthenticated" | "wrong_credentials" | "token_invalid" | "session_ended"
        | "flow_ended" | "identity_refused" | "provider_refused" | "account_disabled"
        | "unknown_subject" | "other_person" => "Not signed in",
        "already_recorded" => "It was done before",
        "cross_origin" | "csrf" => "The request came from another site",
        "unsupported_media_type" => "The body must be JSON",
        "too_large" => "The body is too large",
        "method_not_allowed" => "The method is not allowed here",
        "too_many_tries" => "Too many tries",
        "bundle_invalid" | "bundle_cases_fail" => "The policy bundle has errors",
        "no_policy" | "not_ready" => "Not ready",
        "store_unavailable" | "contended" => "Try again",
        "timeout" => "It took too long",
        "damaged" | "internal" => "Something is wrong here",
        "freeze_not_allowed" => "Policy names nobody who may declare a freeze",
        "risk_not_acceptable" => "Policy lets nobody accept this risk",
        "acceptance_over" => "The acceptance is over",
        "nothing_automatic" => "No rule approves this by itself",
        "not_in_bulk" => "Not together with others",
        "alignment_missing" => "An alignment session comes first",
        "alignment_closed" => "The session is closed",
        "alignment_cancelled" => "The session was cancelled",
        "alignment_over" => "The time of the session is over",
        "alignment_held" => "The session is held",
        "alignment_not_begun" => "The session has not begun",
        "alignment_outdated" => "The change moved on",
        "not_on_agenda" => "It is not on the agenda",
        "concern_answered" => "The concern is answered already",
        "concerns_open" => "Concerns are open",
        "outcomes_missing" => "Outcomes are missing",
        "finding_resolved" => "The finding is resolved already",
        "not_an_emergency" => "It is no emergency",
        "override_not_allowed" => "Policy lets nobody override here",
        "override_too_early" => "Its approvers are asked first",
        "override_review_overdue" => "An earlier override waits for its review",
        "too_many_requests" => "Too many changes were asked for",
        "override_not_reviewed" => "The override was not reviewed",
        _ => "It was refused",
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error()
            && let Self::App(error) = &self
        {
            tracing::error!(code = error.code(), error = %error, "request failed");
        }
        let retry_after = match &self {
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::App(error) if status == StatusCode::TOO_MANY_REQUESTS => match **error {
                AppError::TooManyRequests { retry_after, .. } => Some(retry_after),
                _ => None,
            },
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(1),
            _ => None,
        };
        let directory = match &self {
            Self::App(error) if matches!(**error, AppError::RefusedByPolicy { .. }) => {
                crate::envelope::directory()
            }
            _ => None,
        };
        let empty = Directory::default();
        let known = directory.as_ref().map_or(&empty, |live| &live.directory);
        let mut problem = self.problem_with(&Names::new(known));
        problem.request_id = crate::envelope::request_id();
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"countersign\"");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
