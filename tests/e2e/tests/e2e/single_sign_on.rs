//! Signing in through a certified OpenID provider, with a real browser.

use anyhow::{Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::provider::OpenIdProvider;
use e2e::site::Site;
use e2e::{Engine, until};
use serde_json::json;

async fn open(engine: Engine, more: &str) -> Result<(Site, OpenIdProvider)> {
    let provider = OpenIdProvider::start().await?;
    let site = Site::open_with(engine, &provider.table(more)).await?;
    provider.register(site.server.url()).await?;
    Ok((site, provider))
}

async fn enter(browser: &Browser, site: &Site, next: &str) -> Result<()> {
    browser.open_page(&format!("{}{next}", site.server.url())).await?;
    browser.find("a[href^='/sign-in/with/corp']").await?.click().await?;
    Ok(())
}

async fn says(browser: &Browser, css: &str, words: &str) -> Result<()> {
    until(&format!("`{css}` says “{words}”"), async || {
        let shown = browser.text(css).await.ok()?;
        shown.contains(words).then_some(())
    })
    .await
}

async fn link(site: &Site, who: &str, issuer: &str, subject: &str) -> Result<()> {
    let path = format!("/v1/people/{}/accounts", site.member(who)?.id);
    site.post("ada", &path, &json!({"issuer": issuer, "subject": subject})).await?.ok()?;
    Ok(())
}

#[tokio::test]
async fn b05_an_unknown_subject_is_refused_until_an_admin_links_it() -> Result<()> {
    let (site, provider) = open(Engine::Postgres, "").await?;
    // The same name as somebody here has, and it means nothing.
    provider.lets_in("pete", "gold", "pwd").await?;
    Browser::run("sso_unknown", Setup::default(), async |browser| {
        enter(browser, &site, "/inbox").await?;
        says(browser, "[role=alert]", "Corp ID knows you as `pete`").await?;
        browser.expect_accessible().await
    })
    .await?;
    let people = site.get("ada", "/v1/people").await?;
    let made = people["items"].as_array().into_iter().flatten();
    ensure!(made.filter(|p| p["name"] == "Person pete").count() == 0, "{people:#}");

    link(&site, "olga", provider.issuer(), "pete").await?;
    Browser::run("sso_linked", Setup::default(), async |browser| {
        enter(browser, &site, "/inbox").await?;
        says(browser, "h1", "Inbox").await?;
        says(browser, "body", "olga of the cast").await
    })
    .await
}
