//! The two bundles of the simulation, and what they ask for, said once more in plain words.

use anyhow::{Result, anyhow};
use domain::event::PolicyFile;
use policy::Bundle;

/// One of the two bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// What holds most of the time.
    Usual,
    /// What holds after an incident.
    Strict,
}

/// So many different people with a role, held near enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// What the record calls it.
    pub key: String,
    /// The role.
    pub role: String,
    /// `covering`, `domain`, `service` or `organisation`.
    pub reach: String,
    /// How many.
    pub count: usize,
}

impl Need {
    /// Whether somebody may answer it in a role for somebody else.
    #[must_use]
    pub fn may_be_delegated(&self, role: &str) -> bool {
        role != OPERATIONS && !self.key.starts_with("freeze/")
    }
}

/// The role that keeps things running: it is turned to when nobody answers, overrides, declares
/// freezes and makes exceptions from them. Nobody can delegate it.
pub const OPERATIONS: &str = "operations";
/// Roles that review overrides.
pub const REVIEWERS: [&str; 2] = ["security", "service-owner"];
/// Roles that declare freezes.
pub const FREEZERS: [&str; 1] = [OPERATIONS];
/// Minutes that an override opens at most.
pub const OVERRIDE_MINUTES: i64 = 60;
/// Minutes within which it must be reviewed.
pub const REVIEW_MINUTES: i64 = 24 * 60;

/// Days on which nobody works somewhere, weekends aside.
pub const HOLIDAYS: [(&str, &str); 15] = [
    ("America/Sao_Paulo", "2026-02-17"),
    ("Australia/Lord_Howe", "2026-01-26"),
    ("Pacific/Chatham", "2026-02-06"),
    ("Europe/Berlin", "2026-01-06"),
    ("Europe/Berlin", "2026-04-03"),
    ("Europe/Berlin", "2026-05-01"),
    ("America/New_York", "2026-01-19"),
    ("America/New_York", "2026-02-16"),
    ("America/New_York", "2026-07-03"),
    ("Asia/Tokyo", "2026-01-12"),
    ("Asia/Tokyo", "2026-02-11"),
    ("Asia/Tokyo", "2026-05-05"),
    ("Asia/Kolkata", "2026-01-26"),
    ("Asia/Kolkata", "2026-03-04"),
    ("Asia/Kolkata", "2026-08-15"),
];

/// The number of an environment's tier.
#[must_use]
pub fn tier(environment: &str) -> u64 {
    match environment {
        "dev" => 0,
        "staging" => 1,
        "production" => 3,
        _ => 4,
    }
}

/// Whether people may be asked outside their working hours, and how many minutes of real time go by
/// before each step; `None` where working time counts.
#[must_use]
pub fn response(environment: &str, is_emergency: bool) -> (bool, Option<[i64; 2]>) {
    match (is_emergency, tier(environment) >= 3) {
        (true, _) => (true, Some([10, 20])),
        (false, true) => (false, None),
        (false, false) => (false, Some([8 * 60, 16 * 60])),
    }
}

/// What a bundle asks for in an environment; `None` if nobody needs to approve.
#[must_use]
pub fn needs(strictness: Strictness, environment: &str) -> Option<Vec<Need>> {
    let need = |rule: &str, role: &str, reach: &str, count| Need {
        key: format!("{rule}/{role}"),
        role: role.to_owned(),
        reach: reach.to_owned(),
        count,
    };
    let (owner, many) = match strictness {
        Strictness::Usual => ("owner", 1),
        Strictness::Strict => ("owners", 2),
    };
    let owner = need(owner, "service-owner", "covering", many);
    match environment {
        "dev" => None,
        "staging" => Some(vec![owner]),
        // Production, and whatever nobody classified.
        _ => Some(vec![
            owner,
            need("production", "security", "organisation", many),
            need("production", "release-manager", "domain", 2),
        ]),
    }
}

/// Whether every contributor must be somebody known.
#[must_use]
pub fn known_contributors(environment: &str) -> bool {
    !matches!(environment, "dev" | "staging")
}

/// The files of a bundle.
#[must_use]
pub fn files(strictness: Strictness) -> Vec<PolicyFile> {
    let file = |path: &str, text: &str| PolicyFile { path: path.to_owned(), text: text.to_owned() };
    let (name, rules) = match strictness {
        Strictness::Usual => (
            include_str!("../policy/usual/bundle.yaml"),
            include_str!("../policy/usual/rules.yaml"),
        ),
        Strictness::Strict => (
            include_str!("../policy/strict/bundle.yaml"),
            include_str!("../policy/strict/rules.yaml"),
        ),
    };
    vec![
        file("bundle.yaml", name),
        file("calendars.yaml", include_str!("../policy/both/calendars.yaml")),
        file("environments.yaml", include_str!("../policy/both/environments.yaml")),
        file("freezes.yaml", include_str!("../policy/both/freezes.yaml")),
        file("override.yaml", include_str!("../policy/both/override.yaml")),
        file("response.yaml", include_str!("../policy/both/response.yaml")),
        file("risk.yaml", include_str!("../policy/both/risk.yaml")),
        file("roles.yaml", include_str!("../policy/both/roles.yaml")),
        file("rules/all.yaml", rules),
    ]
}

/// The digest of a bundle, as entries name it.
///
/// # Errors
/// It does not load.
pub fn digest(strictness: Strictness) -> Result<String> {
    let loaded = Bundle::load(&files(strictness)).map_err(|d| anyhow!("{d:#?}"))?;
    Ok(loaded.bundle.digest().to_owned())
}
