//! A virtual authenticator in the browser (WebDriver extension of W3C Web Authentication, section 11):
//! it holds passkeys and answers as somebody who touches it and is verified, or not.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Browser;

/// An authenticator that is plugged into a browser window.
#[derive(Debug)]
pub struct VirtualAuthenticator<'a> {
    browser: &'a Browser,
    id: String,
}

impl Browser {
    /// Plugs in an authenticator whose user is there and can be verified.
    pub async fn plug_in_authenticator(&self) -> Result<VirtualAuthenticator<'_>> {
        let options = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserConsenting": true, "isUserVerified": true,
        });
        let made = self.webauthn("authenticator", &options).await?;
        let id = made["value"].as_str().context("the authenticator has no id")?.to_owned();
        Ok(VirtualAuthenticator { browser: self, id })
    }

    async fn webauthn(&self, path: &str, body: &Value) -> Result<Value> {
        let url = format!("{}/session/{}/webauthn/{path}", self.driver.url(), self.session());
        let answer = reqwest::Client::new().post(&url).json(body).send().await;
        let answer = answer.context("ask the driver")?.error_for_status();
        answer.context("the driver refuses")?.json().await.context("read the driver's answer")
    }

    fn session(&self) -> String {
        self.page.session_id().to_string()
    }
}

impl VirtualAuthenticator<'_> {
    /// Whether the user is verified from now on: a finger that fits, or one that does not.
    pub async fn verifies(&self, verified: bool) -> Result<()> {
        let path = format!("authenticator/{}/uv", self.id);
        self.browser.webauthn(&path, &json!({"isUserVerified": verified})).await.map(drop)
    }
}
