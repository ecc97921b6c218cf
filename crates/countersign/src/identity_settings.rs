//! Identity providers in the settings file: `[[oidc]]`. Secrets are read here and shown nowhere (D13).

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use app::access::{IdentityProvider, ProviderSettings};
use oidc::{ClientSettings, Provider};
use serde::Deserialize;

/// One `[[oidc]]` table.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcText {
    name: String,
    title: Option<String>,
    issuer: String,
    client_id: String,
    client_secret: Option<String>,
    client_secret_file: Option<PathBuf>,
    #[serde(default = "profile")]
    scopes: Vec<String>,
    #[serde(default)]
    create_people: bool,
    provisioned_by: Option<String>,
    #[serde(default = "half_a_day")]
    session_minutes: u32,
}

fn profile() -> Vec<String> {
    vec!["profile".to_owned()]
}

const fn half_a_day() -> u32 {
    720
}

/// Key, default, meaning.
pub const REFERENCE: [(&str, &str, &str); 10] = [
    ("name", "must be there", "Short name, part of the addresses: `a-z`, `0-9` and `-`"),
    ("title", "the name", "What the sign-in button says"),
    ("issuer", "must be there", "Issuer URL, exactly as the provider's tokens carry it"),
    ("client_id", "must be there", "How the provider knows us"),
    ("client_secret", "none", "Our secret there; rather use the file or the environment"),
    ("client_secret_file", "none", "File that holds the secret"),
    ("scopes", "`[\"profile\"]`", "Scopes beside `openid`"),
    (
        "create_people",
        "`false`",
        "Whether a subject nobody has becomes a person, without any role; else an admin links them",
    ),
    (
        "provisioned_by",
        "none",
        "Service account of the directory (SCIM) that brings people with this provider's subjects as `externalId`; they can come in at once",
    ),
    (
        "session_minutes",
        "`720`",
        "Minutes until the provider is asked again; whoever it does not let in then, or while it does not answer, can't decide",
    ),
];

/// Makes the providers of the settings file, for a server that browsers reach at `base`.
///
/// # Errors
/// A table says something that can't be, or two say the same.
pub fn providers(
    tables: &[OidcText],
    base: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Arc<dyn IdentityProvider>>> {
    let mut made: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    for table in tables {
        let name = &table.name;
        let provider = provider(table, base, &environment);
        let provider = provider.with_context(|| format!("[[oidc]] `{name}` can't be used"))?;
        let new: &ProviderSettings = provider.settings();
        if made.iter().any(|p| p.settings().name == new.name || p.settings().issuer == new.issuer) {
            bail!("[[oidc]] `{name}`: another table has the same name or issuer");
        }
        made.push(Arc::new(provider));
    }
    Ok(made)
}

fn provider(
    table: &OidcText,
    base: &str,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<Provider> {
    let name = table.name.as_str();
    if name.parse::<domain::ids::ServiceName>().is_err() {
        bail!("name: use 1 to 63 of `a-z`, `0-9` and `-`");
    }
    if table.client_id.is_empty() || table.session_minutes == 0 {
        bail!("client_id must not be empty, and session_minutes not 0");
    }
    let settings = ProviderSettings {
        name: name.to_owned(),
        title: table.title.clone().unwrap_or_else(|| name.to_owned()),
        issuer: table.issuer.clone(),
        create_people: table.create_people,
        provisioned_by: table.provisioned_by.clone(),
        session_minutes: table.session_minutes,
    };
    let client = ClientSettings {
        client_id: table.client_id.clone(),
        client_secret: secret(table, environment)?,
        redirect_uri: format!("{}/sign-in/with/{name}/callback", base.trim_end_matches('/')),
        scopes: table.scopes.clone(),
    };
    Ok(Provider::new(settings, client)?)
}

/// `COUNTERSIGN_OIDC_<NAME>_CLIENT_SECRET`, before the file that the table names, before the table.
fn secret(
    table: &OidcText,
    environment: &impl Fn(&str) -> Option<String>,
) -> Result<Option<String>> {
    let name = table.name.to_uppercase().replace('-', "_");
    if let Some(secret) = environment(&format!("COUNTERSIGN_OIDC_{name}_CLIENT_SECRET")) {
        return Ok(Some(secret).filter(|s| !s.is_empty()));
    }
    match &table.client_secret_file {
        None => Ok(table.client_secret.clone().filter(|s| !s.is_empty())),
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("failed to read `{}`", path.display()))?;
            let secret = text.trim_end_matches(['\r', '\n']).to_owned();
            if secret.is_empty() {
                bail!("`{}` is empty", path.display());
            }
            Ok(Some(secret))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> OidcText {
        toml::from_str(text).unwrap()
    }

    const CORP: &str = "name = 'corp'\nissuer = 'https://id.example'\nclient_id = 'c'\n";

    #[test]
    fn b05_nobody_is_made_a_person_unless_the_operator_says_so() {
        let made = providers(&[table(CORP)], "https://cs.example/", |_| None).unwrap();
        let settings = made[0].settings();
        assert!(!settings.create_people);
        assert_eq!((settings.title.as_str(), settings.session_minutes), ("corp", 720));
    }

    #[test]
    fn tables_that_contradict_each_other_or_themselves_are_refused() {
        let other = CORP.replace("corp", "two");
        for tables in [
            vec![table(CORP), table(CORP)],
            vec![table(CORP), table(&other)],
            vec![table(&CORP.replace("corp", "No good"))],
            vec![table(&CORP.replace("https", "http"))],
            vec![table(&format!("{CORP}session_minutes = 0"))],
            vec![table(&format!("{CORP}client_secret_file = '/nonexistent/secret'"))],
        ] {
            assert!(providers(&tables, "https://cs.example", |_| None).is_err());
        }
    }

    #[test]
    fn d13_the_secret_comes_from_the_environment_first() {
        let given = table(&format!("{CORP}client_secret = 'file'"));
        let environment = |name: &str| {
            (name == "COUNTERSIGN_OIDC_CORP_CLIENT_SECRET").then(|| "variable".to_owned())
        };
        assert_eq!(secret(&given, &environment).unwrap().as_deref(), Some("variable"));
        assert_eq!(secret(&given, &|_: &str| None).unwrap().as_deref(), Some("file"));
    }
}
