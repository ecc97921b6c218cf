//! Settings: flag before environment before file, in one place.

mod credentials;
mod paths;

pub use credentials::{Credentials, Login};
pub use paths::Paths;

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::cli::Global;

/// The server that `serve` and `demo` listen on when nothing else is said.
pub const DEFAULT_SERVER: &str = "http://127.0.0.1:8460";

/// Everything resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Base URL of the server.
    pub server: String,
    /// Bearer token.
    pub token: Option<String>,
    /// The pinned key of the server's log.
    pub ledger_key: Option<String>,
    /// Where each came from, for `config show`.
    pub origins: Vec<Origin>,
}

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The setting.
    pub setting: &'static str,
    /// Its value; never a token's.
    pub value: String,
    /// `flag`, `environment`, `file`, or `default`.
    pub from: &'static str,
}

/// `config.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// Base URL of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The pinned key of the server's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_key: Option<String>,
}

/// Looks up an environment variable.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl ConfigFile {
    /// Reads the file; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(e).with_context(|| format!("failed to read {}", path.display())),
        };
        toml::from_str(&text).with_context(|| format!("failed to read {}", path.display()))
    }
}

/// The first of flag, environment and file that is there and not empty.
fn first(
    flag: Option<&str>,
    environment: Option<String>,
    file: Option<&str>,
) -> Option<(String, &'static str)> {
    let given = |text: &&str| !text.trim().is_empty();
    let flag = flag.filter(given).map(|text| (text.to_owned(), "flag"));
    let environment = environment.filter(|t| given(&t.as_str())).map(|text| (text, "environment"));
    let file = file.filter(given).map(|text| (text.to_owned(), "file"));
    flag.or(environment).or(file)
}

impl Settings {
    /// Resolves everything.
    pub fn load(global: &Global, environment: Environment<'_>, paths: &Paths) -> Result<Self> {
        let file = ConfigFile::read(&paths.config)?;
        let credentials = Credentials::read(&paths.credentials)?;
        Ok(Self::resolve(global, environment, &file, &credentials))
    }

    fn resolve(
        global: &Global,
        environment: Environment<'_>,
        file: &ConfigFile,
        credentials: &Credentials,
    ) -> Self {
        let mut origins = Vec::new();
        let mut note = |setting, value: &str, from| {
            origins.push(Origin { setting, value: value.to_owned(), from });
        };
        let server = first(
            global.server.as_deref(),
            environment("COUNTERSIGN_SERVER"),
            file.server.as_deref(),
        );
        let (server, from) = server.unwrap_or_else(|| (DEFAULT_SERVER.to_owned(), "default"));
        let server = server.trim().trim_end_matches('/').to_owned();
        note("server", &server, from);
        let saved = credentials.token(&server);
        let token = first(global.token.as_deref(), environment("COUNTERSIGN_TOKEN"), saved);
        if let Some((_, from)) = &token {
            note("token", "(not shown)", from);
        }
        let key = first(None, environment("COUNTERSIGN_LEDGER_KEY"), file.ledger_key.as_deref());
        if let Some((key, from)) = &key {
            note("ledger_key", key, from);
        }
        Self {
            server,
            token: token.map(|(token, _)| token.trim().to_owned()),
            ledger_key: key.map(|(key, _)| key.trim().to_owned()),
            origins,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::ColorChoice;

    fn global(server: Option<&str>, token: Option<&str>) -> Global {
        Global {
            server: server.map(str::to_owned),
            token: token.map(str::to_owned),
            json: false,
            color: ColorChoice::Never,
        }
    }

    fn resolve(flag: Option<&str>, variable: Option<&str>, file: Option<&str>) -> Settings {
        let environment = |name: &str| {
            (name == "COUNTERSIGN_SERVER").then(|| variable.map(str::to_owned)).flatten()
        };
        let file = ConfigFile { server: file.map(str::to_owned), ledger_key: None };
        let mut credentials = Credentials::default();
        for server in ["http://flag", "http://variable", "http://file", DEFAULT_SERVER] {
            let login = Login { token: format!("token of {server}"), user: None, token_id: None };
            credentials.put(server, login);
        }
        Settings::resolve(&global(flag, None), &environment, &file, &credentials)
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file() {
        let (flag, variable, file) =
            (Some("http://flag"), Some("http://variable/"), Some("http://file"));
        for (settings, server, from) in [
            (resolve(flag, variable, file), "http://flag", "flag"),
            (resolve(None, variable, file), "http://variable", "environment"),
            (resolve(None, Some(" "), file), "http://file", "file"),
            (resolve(None, None, file), "http://file", "file"),
            (resolve(None, None, None), DEFAULT_SERVER, "default"),
        ] {
            assert_eq!(settings.server, server);
            assert_eq!(settings.origins[0].from, from);
            assert_eq!(settings.token.as_deref(), Some(format!("token of {server}").as_str()));
        }
    }

    #[test]
    fn a_saved_token_goes_to_its_own_server_only() {
        assert_eq!(resolve(Some("http://elsewhere"), None, None).token, None);
    }

    #[test]
    fn d13_config_show_does_not_show_the_token() {
        let settings = resolve(None, None, None);
        assert!(settings.origins.iter().all(|o| !o.value.contains("token of")));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(toml::from_str::<ConfigFile>("serwer = 'x'").is_err());
    }
}
