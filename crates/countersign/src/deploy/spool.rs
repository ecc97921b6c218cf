//! Outcomes that could not be reported yet, kept on this machine until they are.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use api_types::deployments::{Deployment, OutcomeRequest};
use client::{Client, ClientError};
use serde::{Deserialize, Serialize};

use crate::system::write_private;

/// An outcome to report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// The server it is for.
    pub server: String,
    /// The change.
    pub change: String,
    /// The deployment, unless the grant was used offline.
    pub deployment: Option<String>,
    /// The grant.
    pub grant: String,
    /// What to report.
    pub outcome: OutcomeRequest,
}

/// The folder of unsent outcomes.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// In this user's state folder.
    pub fn new(state: &Path) -> Self {
        Self { folder: state.join("outcomes") }
    }

    /// Keeps an outcome.
    pub fn keep(&self, unsent: &Unsent) -> Result<PathBuf> {
        let path = self.path(unsent);
        let text = serde_json::to_string_pretty(unsent)?;
        write_private(&path, &text)
            .with_context(|| format!("failed to write {}", path.display()))?;
        Ok(path)
    }

    fn path(&self, unsent: &Unsent) -> PathBuf {
        let name: String =
            unsent.grant.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        self.folder.join(format!("{name}.json"))
    }

    /// Everything kept for a server.
    pub fn all(&self, server: &str) -> Result<Vec<Unsent>> {
        let folder = match std::fs::read_dir(&self.folder) {
            Ok(folder) => folder,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => {
                return Err(e).with_context(|| format!("failed to read {}", self.folder.display()));
            }
        };
        let mut found = Vec::new();
        for entry in folder {
            let path = entry?.path();
            if path.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let text = std::fs::read_to_string(&path)?;
            let unsent: Unsent = serde_json::from_str(&text)
                .with_context(|| format!("failed to read {}", path.display()))?;
            found.push(unsent);
        }
        found.retain(|unsent| unsent.server == server);
        found.sort_by(|a, b| a.grant.cmp(&b.grant));
        Ok(found)
    }

    /// Forgets an outcome that was reported.
    pub fn remove(&self, unsent: &Unsent) -> Result<()> {
        match std::fs::remove_file(self.path(unsent)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e.into()),
            _ => Ok(()),
        }
    }

    /// Marks a grant as used on this machine while the server could not be reached. False when it
    /// was marked before: a grant is used once (A09).
    pub fn use_offline(&self, grant: &str) -> Result<bool> {
        let folder = self.folder.with_file_name("used-grants");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("failed to make {}", folder.display()))?;
        let name: String =
            grant.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        match std::fs::File::create_new(folder.join(name)) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
            Err(e) => Err(e).context("failed to mark the grant as used"),
        }
    }
}

/// Reports an outcome; a grant that was used offline is redeemed first.
pub fn send(client: &Client, unsent: &Unsent) -> Result<Deployment, ClientError> {
    match &unsent.deployment {
        Some(deployment) => client.finish_deployment(&unsent.change, deployment, &unsent.outcome),
        None => {
            let redemption = client.redeem_grant(&unsent.grant)?;
            let deployment = &redemption.deployment;
            client.finish_deployment(&deployment.change, &deployment.id, &unsent.outcome)
        }
    }
}

#[cfg(test)]
mod tests {
    use api_types::deployments::DeploymentOutcome;

    use super::*;

    fn unsent(server: &str, grant: &str) -> Unsent {
        Unsent {
            server: server.to_owned(),
            change: "CHG-1".to_owned(),
            deployment: Some("dep_1".to_owned()),
            grant: grant.to_owned(),
            outcome: OutcomeRequest {
                outcome: DeploymentOutcome::Failed,
                exit_code: Some(3),
                note: None,
            },
        }
    }

    #[test]
    fn an_outcome_is_kept_for_its_server_until_it_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        assert_eq!(spool.all("http://a").unwrap(), []);
        spool.keep(&unsent("http://a", "gnt_1")).unwrap();
        spool.keep(&unsent("http://b", "gnt_2")).unwrap();
        spool.keep(&unsent("http://a", "../gnt_3")).unwrap();
        let kept = spool.all("http://a").unwrap();
        assert_eq!(kept.len(), 2);
        for unsent in &kept {
            spool.remove(unsent).unwrap();
        }
        assert_eq!(spool.all("http://a").unwrap(), []);
        assert_eq!(spool.all("http://b").unwrap().len(), 1);
    }

    #[test]
    fn a09_a_grant_is_used_once_offline() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        assert!(spool.use_offline("gnt_1").unwrap());
        assert!(!spool.use_offline("gnt_1").unwrap());
        assert!(spool.use_offline("gnt_2").unwrap());
    }
}
