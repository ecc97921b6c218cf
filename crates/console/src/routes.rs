//! Where the forms of the console post to, and with which fields. Tests hold the templates to this list.

/// A form that changes something. All are `POST`, `application/x-www-form-urlencoded` (`multipart/form-data`
/// where files come along), and carry `csrf`.
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

const PERSON_FIELDS: &[&str] = &["name", "emails", "time_zone", "idempotency_key"];
const STATUS_FIELDS: &[&str] = &["status", "idempotency_key"];
const BINDING_FIELDS: &[&str] = &["role", "scope", "member", "idempotency_key"];

/// Every form of the console that changes something.
pub const FORMS: &[Form] = &[
    form("/sign-in", &["user_name", "password", "next"]),
    form("/sign-out", &[]),
    form("/step-up", &["password", "next"]),
    form("/setup/{token}", &["organisation", "name", "user_name", "password"]),
    form("/changes", CHANGE_FIELDS),
    form("/changes/{number}/revisions", CHANGE_FIELDS),
    form(
        "/changes/{number}/votes",
        &["decision", "on_behalf_of", "justification", "expected_revision", "idempotency_key"],
    ),
    form("/changes/{number}/holds", &["reason", "idempotency_key"]),
    form("/changes/{number}/holds/{hold}/release", &["reason"]),
    form(
        "/changes/{number}/overrides",
        &["reason", "minutes", "expected_revision", "idempotency_key"],
    ),
    form("/changes/{number}/overrides/{override}/review", &["outcome", "findings"]),
    form("/changes/{number}/exceptions", &["freeze", "reason", "expected_revision"]),
    form("/freezes", &["title", "reason", "scope", "until", "emergencies", "idempotency_key"]),
    form("/freezes/{freeze}/end", &["reason"]),
    form(
        "/risks",
        &["rule", "service", "environment", "reason", "until", "review_at", "idempotency_key"],
    ),
    form("/risks/{acceptance}/review", &["findings", "outcome"]),
    form("/changes/{number}/withdraw", &["reason", "idempotency_key"]),
    form("/changes/{number}/submission", &["expected_revision"]),
    form("/changes/{number}/closure", &["review"]),
    form("/notifications/reads", &[]),
    form(
        "/notifications/preferences",
        &["topic+", "every_minutes", "quiet_from", "quiet_until", "urgent_always"],
    ),
    form("/notifications/webhooks", &["label", "url", "events", "idempotency_key"]),
    form("/notifications/webhooks/{webhook}/removal", &[]),
    form("/notifications/dead-letters/replay", &[]),
    form(
        "/policy/proposals",
        &[
            "title",
            "reason",
            "file_name+",
            "file_text+",
            "folder+",
            "file+",
            "step",
            "base_digest",
            "idempotency_key",
        ],
    ),
    form("/policy/proposals/{id}/approve", &["digest", "justification", "idempotency_key"]),
    form("/policy/proposals/{id}/decline", &["reason"]),
    form("/organisation/people", PERSON_FIELDS),
    form("/organisation/people/{id}/edit", PERSON_FIELDS),
    form("/organisation/people/{id}/status", STATUS_FIELDS),
    form("/organisation/people/{id}/accounts", &["user_name", "password", "idempotency_key"]),
    form("/organisation/people/{id}/accounts/{account}/status", STATUS_FIELDS),
    form("/organisation/people/{id}/accounts/{account}/password", &["password"]),
    form("/organisation/groups", &["name", "member+", "idempotency_key"]),
    form("/organisation/groups/{id}/edit", &["name", "member+", "idempotency_key"]),
    form("/organisation/groups/{id}/removal", &["idempotency_key"]),
    form("/organisation/roles/bindings", BINDING_FIELDS),
    form("/organisation/roles/bindings/removal", BINDING_FIELDS),
    form(
        "/organisation/services",
        &["name", "title", "domain", "criticality", "labels", "idempotency_key"],
    ),
    form(
        "/organisation/services/{name}/edit",
        &["title", "domain", "criticality", "labels", "idempotency_key"],
    ),
    form("/organisation/services/{name}/status", STATUS_FIELDS),
    form("/organisation/domains", &["name", "title", "idempotency_key"]),
    form("/organisation/domains/{name}/edit", &["title", "idempotency_key"]),
    form("/absence", &["from", "until", "reason", "idempotency_key"]),
    form("/absence/{absence}/cancel", &[]),
    form("/absence/delegations", &["to", "right", "delegated_until", "why", "idempotency_key"]),
    form("/absence/delegations/{delegation}/end", &[]),
    form("/organisation/service-accounts", &["name", "description"]),
    form("/organisation/service-accounts/{id}/status", STATUS_FIELDS),
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
    "/absence",
    "/changes",
    "/changes/new",
    "/changes/{number}",
    "/changes/{number}/revise",
    "/calendar",
    "/freezes",
    "/overrides",
    "/risks",
    "/notifications",
    "/notifications/preferences",
    "/notifications/delivery",
    "/policy",
    "/policy/feasibility",
    "/policy/source/{file}",
    "/policy/proposals",
    "/policy/proposals/new",
    "/policy/proposals/{id}",
    "/policy/proposals/{id}/replay",
    "/ledger",
    "/docs",
    "/ledger/checkpoint",
    "/ledger/entries/{index}",
    "/organisation/people",
    "/organisation/people/new",
    "/organisation/people/{id}",
    "/organisation/people/{id}/edit",
    "/organisation/people/{id}/deactivate",
    "/organisation/people/{id}/accounts/{account}/disable",
    "/organisation/people/{id}/accounts/{account}/password",
    "/organisation/roles",
    "/organisation/roles/give",
    "/organisation/roles/take",
    "/organisation/groups",
    "/organisation/groups/new",
    "/organisation/groups/{id}/edit",
    "/organisation/groups/{id}/remove",
    "/organisation/domains",
    "/organisation/domains/new",
    "/organisation/domains/{name}/edit",
    "/organisation/services",
    "/organisation/services/new",
    "/organisation/services/{name}/edit",
    "/organisation/services/{name}/retire",
    "/organisation/environments",
    "/organisation/service-accounts",
    "/organisation/service-accounts/{id}",
    "/organisation/service-accounts/{id}/disable",
    "/sign-in",
    "/sign-in/with/{provider}",
    "/step-up",
    "/docs",
];
