//! `demo-credentials.json`: what each actor of the demo signs in with. Readable by its owner alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use app::App;
use app::ports::Ports;
use domain::private::Secret;
use serde::{Deserialize, Serialize};

use super::cast::{Cast, personal_token};
use super::organisation::{ACTORS, CHECKOUT_PIPELINE};

/// Its name.
pub const FILE: &str = "demo-credentials.json";

/// One actor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Credential {
    /// What they are called.
    pub name: String,
    /// What they stand for: `requester`, `owner`, `approver`, `security`, `compliance`, `cab`,
    /// `auditor`, `admin`, `policy-author`, `pipeline`.
    pub role: String,
    /// What they sign in with; machines don't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// Their password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// A token for the API and the command line.
    pub token: String,
}

/// Where the credentials of a data folder are.
#[must_use]
pub fn path(data: &Path) -> PathBuf {
    data.join(FILE)
}

/// The credentials of a data folder; `None` if there are none.
///
/// # Errors
/// The file is there and can't be read.
pub fn read(data: &Path) -> Result<Option<Vec<Credential>>> {
    let path = path(data);
    if !path.exists() {
        return Ok(None);
    }
    let failed = || format!("failed to read `{}`", path.display());
    let text = fs::read_to_string(&path).with_context(failed)?;
    serde_json::from_str(&text).with_context(failed).map(Some)
}

/// Writes them.
///
/// # Errors
/// The file can't be written.
pub fn write(data: &Path, credentials: &[Credential]) -> Result<()> {
    let path = path(data);
    let text = serde_json::to_string_pretty(credentials)? + "\n";
    crate::system::write_private(&path, &text)
        .with_context(|| format!("failed to write `{}`", path.display()))
}

/// Fresh passwords by user name, with their hashes.
///
/// # Errors
/// They can't be hashed.
pub async fn passwords(app: &App) -> Result<BTreeMap<&'static str, (String, Secret)>> {
    let hash = |user: &'static str| async move {
        let password = pass_phrase(app.ports());
        let hash = app.hash_password(&password).await?;
        Ok::<_, anyhow::Error>((user, (password, hash)))
    };
    let all = futures::future::try_join_all(ACTORS.iter().map(|(_, user)| hash(user)));
    Ok(all.await?.into_iter().collect())
}

/// Four words and a number: easy to type, and another one in every demo.
fn pass_phrase(ports: &Ports) -> String {
    const WORDS: [&str; 32] = [
        "amber", "birch", "cedar", "coral", "delta", "ember", "fjord", "grove", "hazel", "ivory",
        "jade", "kelp", "lilac", "maple", "north", "ocean", "pearl", "quartz", "river", "slate",
        "tidal", "umber", "velvet", "willow", "yarrow", "zephyr", "basil", "clover", "dune",
        "flint", "harbor", "meadow",
    ];
    let [a, b, c, d, high, low] = ports.random::<6>();
    let word = |n: u8| WORDS.get(usize::from(n) % WORDS.len()).copied().unwrap_or("amber");
    let number = u16::from_be_bytes([high, low]);
    format!("{}-{}-{}-{}-{number:05}", word(a), word(b), word(c), word(d))
}

/// What everybody signs in with. Issues a personal token for each actor.
///
/// # Errors
/// A use case refuses.
pub async fn collect(
    app: &App,
    cast: &Cast,
    passwords: &BTreeMap<&'static str, (String, Secret)>,
) -> Result<Vec<Credential>> {
    let mut credentials = Vec::new();
    for (role, user) in ACTORS {
        let character = cast.user(user)?;
        credentials.push(Credential {
            name: character.row.name.to_owned(),
            role: role.to_owned(),
            user_name: Some(user.to_owned()),
            password: passwords.get(user).map(|(text, _)| text.clone()),
            token: personal_token(app, character).await?,
        });
    }
    credentials.push(Credential {
        name: CHECKOUT_PIPELINE.to_owned(),
        role: "pipeline".to_owned(),
        user_name: None,
        password: None,
        token: cast.machine(CHECKOUT_PIPELINE)?.token.clone(),
    });
    Ok(credentials)
}
