//! `credentials.toml`: one token per server, readable by its owner only.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::system::write_private;

/// Tokens by server.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// By base URL without a slash at the end.
    #[serde(default)]
    servers: BTreeMap<String, Login>,
}

/// A token and whose it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The token.
    pub token: String,
    /// Who signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Id of the token, so that signing out can revoke it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_id: Option<String>,
}

impl Credentials {
    /// Reads the file; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(e).with_context(|| format!("failed to read {}", path.display())),
        };
        // The parser's own message would quote the line, and with it a token.
        toml::from_str(&text)
            .map_err(|_| anyhow::anyhow!("it is not a credentials file"))
            .with_context(|| format!("failed to read {}", path.display()))
    }

    /// Writes the file, with mode 0600.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self)?;
        write_private(path, &text).with_context(|| format!("failed to write {}", path.display()))
    }

    /// The token for a server.
    pub fn token(&self, server: &str) -> Option<&str> {
        self.servers.get(server).map(|login| login.token.as_str())
    }

    /// Keeps a token.
    pub fn put(&mut self, server: &str, login: Login) {
        self.servers.insert(server.to_owned(), login);
    }

    /// Forgets a token.
    pub fn remove(&mut self, server: &str) -> Option<Login> {
        self.servers.remove(server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d13_credentials_are_readable_by_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below").join("credentials.toml");
        let mut credentials = Credentials::default();
        let login = Login { token: "secret".into(), user: Some("ada".into()), token_id: None };
        credentials.put("https://example.com", login);
        credentials.write(&path).unwrap();
        let read = Credentials::read(&path).unwrap();
        assert_eq!(read.token("https://example.com"), Some("secret"));
        assert_eq!(read.token("https://example.org"), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn d13_a_damaged_file_is_not_quoted_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.toml");
        std::fs::write(&path, "token = secret-without-quotes").unwrap();
        let error = format!("{:#}", Credentials::read(&path).err().unwrap());
        assert!(!error.contains("secret"), "{error}");
    }
}
