//! `sandbox-credentials.json`: whom one can sign in as, with one password for all. Readable by its owner
//! alone.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use app::sandbox::SandboxPerson;
use serde::{Deserialize, Serialize};

const FILE: &str = "sandbox-credentials.json";

/// What people sign in with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxCredentials {
    /// Name of the log it is a copy of.
    pub origin: String,
    /// The password of everybody.
    pub password: String,
    /// Everybody.
    pub people: Vec<Known>,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// What they are called.
    pub name: String,
    /// What they sign in with.
    pub user_name: String,
    /// The roles they hold.
    pub roles: Vec<String>,
}

impl From<SandboxPerson> for Known {
    fn from(from: SandboxPerson) -> Self {
        Self { name: from.name, user_name: from.user_name, roles: from.roles }
    }
}

impl SandboxCredentials {
    /// Where they are.
    #[must_use]
    pub fn path(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Those of a folder; `None` if there are none.
    ///
    /// # Errors
    /// The file is there and can't be read.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let path = Self::path(folder);
        if !path.exists() {
            return Ok(None);
        }
        let failed = || format!("failed to read `{}`", path.display());
        let text = std::fs::read_to_string(&path).with_context(failed)?;
        serde_json::from_str(&text).with_context(failed).map(Some)
    }

    /// Writes them.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = Self::path(folder);
        let text = serde_json::to_string_pretty(self)? + "\n";
        crate::system::write_private(&path, &text)
            .with_context(|| format!("failed to write `{}`", path.display()))
    }
}
