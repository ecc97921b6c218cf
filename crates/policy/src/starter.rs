//! Bundles to begin with, compiled into the program.
//!
//! Their sources are the folders under `policies/`; a test keeps this table complete.

use domain::event::PolicyFile;

/// A starter bundle: its name and its files as (path, text).
type Starter = (&'static str, &'static [(&'static str, &'static str)]);

/// The files of one folder of `policies/`.
macro_rules! starter {
    ($name:literal: $($path:literal),+ $(,)?) => {
        ($name, &[$(($path, include_str!(concat!("../../../policies/", $name, "/", $path)))),+])
    };
}

const STARTERS: [Starter; 3] = [
    starter!("small-team":
        "README.md", "automation.yaml", "bundle.yaml", "calendars.yaml", "environments.yaml", "guarantees.yaml",
        "freezes.yaml", "override.yaml", "response.yaml", "risk.yaml", "roles.yaml", "rules/team.yaml",
        "templates/standard.yaml", "tests/approvals.yaml", "tests/automation.yaml", "drills/weekend.yaml"),
    starter!("regulated-company":
        "README.md", "automation.yaml", "bundle.yaml", "calendars.yaml", "controls.yaml", "environments.yaml", "guarantees.yaml",
        "freezes.yaml", "override.yaml", "response.yaml", "risk.yaml", "roles.yaml",
        "rules/alignment.yaml", "rules/base.yaml", "rules/promotion.yaml", "rules/specialists.yaml",
        "templates/standard.yaml", "tests/alignment.yaml", "tests/approvals.yaml", "tests/automation.yaml", "drills/weekend.yaml", "tests/standard-changes.yaml"),
    starter!("platform-team":
        "README.md", "automation.yaml", "bundle.yaml", "calendars.yaml", "environments.yaml", "guarantees.yaml",
        "freezes.yaml", "override.yaml", "response.yaml", "risk.yaml", "roles.yaml",
        "rules/platform.yaml", "templates/standard.yaml", "tests/approvals.yaml", "tests/automation.yaml", "drills/weekend.yaml"),
];

/// The names of the starter bundles.
#[must_use]
pub fn names() -> Vec<&'static str> {
    STARTERS.iter().map(|(name, _)| *name).collect()
}

/// The files of a starter bundle.
#[must_use]
pub fn files(name: &str) -> Option<Vec<PolicyFile>> {
    let (_, files) = STARTERS.iter().find(|(known, _)| *known == name)?;
    let file = |(path, text): &(&str, &str)| PolicyFile {
        path: (*path).to_owned(),
        text: (*text).to_owned(),
    };
    Some(files.iter().map(file).collect())
}
