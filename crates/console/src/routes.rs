//! Where the forms of the console post to, and with which fields. Tests hold the templates to this list.

/// A form that changes something. All are `POST`, `application/x-www-form-urlencoded`, and carry `csrf`.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The path; `{…}` is one path segment.
    pub path: &'static str,
    /// The names of its fields besides `csrf`. A `+` after a name: it may be sent more than once.
    pub fields: &'static [&'static str],
}

const fn form(path: &'static str, fields: &'static [&'static str]) -> Form {
    Form { path, fields }
}

/// The fields of a new change; `template` only when started from one.
const CHANGE_FIELDS: &[&str] = &[
    "title",
    "description",
    "reason",
    "service",
    "environment",
    "artifact_name+",
    "artifact_digest+",
    "parameters",
    "plan_hash",
    "change_type",
    "incident",
    "impact",
    "urgency",
    "complexity",
    "template",
    "window_start",
    "window_end",
    "authors",
    "submit",
    "expected_revision",
    "idempotency_key",
];

/// Every form of the console that changes something.
pub const FORMS: &[Form] = &[
    form("/sign-in", &["user_name", "password", "next"]),
    form("/sign-out", &[]),
    form("/setup/{token}", &["organisation", "name", "user_name", "password"]),
    form("/changes", CHANGE_FIELDS),
    form("/changes/{number}/revisions", CHANGE_FIELDS),
    form(
        "/changes/{number}/votes",
        &["decision", "justification", "expected_revision", "idempotency_key"],
    ),
    form("/changes/{number}/holds", &["reason", "idempotency_key"]),
    form("/changes/{number}/holds/{hold}/release", &["reason"]),
    form(
        "/changes/{number}/overrides",
        &["reason", "minutes", "expected_revision", "idempotency_key"],
    ),
    form("/changes/{number}/overrides/{override}/review", &["outcome", "findings"]),
    form("/changes/{number}/withdraw", &["reason", "idempotency_key"]),
    form("/changes/{number}/submission", &["expected_revision"]),
    form("/changes/{number}/closure", &["review"]),
    form(
        "/policy/proposals",
        &["title", "reason", "file_name+", "file_text+", "base_digest", "idempotency_key"],
    ),
    form("/policy/proposals/{id}/approve", &["digest", "justification", "idempotency_key"]),
    form("/organisation/service-accounts", &["name", "description"]),
    form(
        "/organisation/service-accounts/{id}/tokens",
        &["label", "verb+", "service+", "environment+", "expires_days", "idempotency_key"],
    ),
    form("/organisation/service-accounts/{id}/tokens/{token}/revoke", &[]),
];

/// Every page of the console that templates link to by themselves (other links come with the contexts).
pub const PAGES: &[&str] = &[
    "/",
    "/inbox",
    "/changes",
    "/changes/new",
    "/changes/{number}",
    "/changes/{number}/revise",
    "/overrides",
    "/policy",
    "/policy/source/{file}",
    "/policy/proposals/new",
    "/policy/proposals/{id}",
    "/ledger",
    "/docs",
    "/ledger/checkpoint",
    "/ledger/entries/{index}",
    "/organisation/people",
    "/organisation/people/{id}",
    "/organisation/roles",
    "/organisation/groups",
    "/organisation/services",
    "/organisation/environments",
    "/organisation/service-accounts",
    "/organisation/service-accounts/{id}",
    "/sign-in",
    "/docs",
];
