//! A certified OpenID provider (npm `oidc-provider`) as a running process.

use std::process::Stdio;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const SCRIPT: &str = include_str!("../npm/oidc_provider.mjs");

/// The provider; dropping it ends it.
#[derive(Debug)]
pub struct OpenIdProvider {
    _child: Child,
    issuer: String,
}

impl OpenIdProvider {
    /// Starts it on a free port. It knows nobody until it is told.
    pub async fn start() -> Result<Self> {
        // Beside its packages, where Node.js looks for them.
        let script = crate::target()?.join("npm/oidc_provider.mjs");
        std::fs::write(&script, SCRIPT).context("write the provider's script")?;
        let mut child = Command::new("node")
            .arg(&script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("start node; `cargo xtask prepare` installs it")?;
        let lines = BufReader::new(child.stdout.take().context("no output")?);
        let mut lines = lines.lines();
        while let Some(line) = lines.next_line().await.context("read the provider's output")? {
            if let Some(issuer) = line.strip_prefix("issuer ") {
                let issuer = issuer.to_owned();
                // Read on, so that it never waits for us.
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                return Ok(Self { _child: child, issuer });
            }
        }
        anyhow::bail!("the provider ended: `cargo xtask prepare` installs its packages")
    }

    /// Its issuer URL.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The `[[oidc]]` table for it.
    #[must_use]
    pub fn table(&self, more: &str) -> String {
        format!(
            "[[oidc]]\nname = \"corp\"\ntitle = \"Corp ID\"\nissuer = \"{}\"\n\
             client_id = \"countersign\"\nclient_secret = \"a secret with : and % in it\"\n{more}\n",
            self.issuer
        )
    }

    /// Registers the server at this address.
    pub async fn register(&self, base: &str) -> Result<()> {
        self.tell("register", &[("base", base)]).await
    }

    /// Says who signs in next, and how.
    pub async fn lets_in(&self, account: &str, acr: &str, amr: &str) -> Result<()> {
        self.tell("as", &[("account", account), ("acr", acr), ("amr", amr)]).await
    }

    async fn tell(&self, what: &str, fields: &[(&str, &str)]) -> Result<()> {
        let mut url = reqwest::Url::parse(&format!("{}/{what}", self.issuer))?;
        url.query_pairs_mut().extend_pairs(fields);
        reqwest::get(url).await?.error_for_status().context("tell the provider")?;
        Ok(())
    }
}
