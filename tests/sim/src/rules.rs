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
    /// The role.
    pub role: String,
    /// `covering`, `domain`, `service` or `organisation`.
    pub reach: String,
    /// How many.
    pub count: usize,
}

/// What a bundle asks for in an environment; `None` if nobody needs to approve.
#[must_use]
pub fn needs(strictness: Strictness, environment: &str) -> Option<Vec<Need>> {
    let need = |role: &str, reach: &str, count| Need {
        role: role.to_owned(),
        reach: reach.to_owned(),
        count,
    };
    let many = if strictness == Strictness::Strict { 2 } else { 1 };
    let owner = need("service-owner", "covering", many);
    match environment {
        "dev" => None,
        "staging" => Some(vec![owner]),
        // Production, and whatever nobody classified.
        _ => Some(vec![
            owner,
            need("security", "organisation", many),
            need("release-manager", "domain", 2),
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
    match strictness {
        Strictness::Usual => vec![
            file("bundle.yaml", include_str!("../policy/usual/bundle.yaml")),
            file("environments.yaml", include_str!("../policy/usual/environments.yaml")),
            file("risk.yaml", include_str!("../policy/usual/risk.yaml")),
            file("roles.yaml", include_str!("../policy/usual/roles.yaml")),
            file("rules/all.yaml", include_str!("../policy/usual/rules.yaml")),
        ],
        Strictness::Strict => vec![
            file("bundle.yaml", include_str!("../policy/strict/bundle.yaml")),
            file("environments.yaml", include_str!("../policy/strict/environments.yaml")),
            file("risk.yaml", include_str!("../policy/strict/risk.yaml")),
            file("roles.yaml", include_str!("../policy/strict/roles.yaml")),
            file("rules/all.yaml", include_str!("../policy/strict/rules.yaml")),
        ],
    }
}

/// The digest of a bundle, as entries name it.
///
/// # Errors
/// It does not load.
pub fn digest(strictness: Strictness) -> Result<String> {
    let loaded = Bundle::load(&files(strictness)).map_err(|d| anyhow!("{d:#?}"))?;
    Ok(loaded.bundle.digest().to_owned())
}
