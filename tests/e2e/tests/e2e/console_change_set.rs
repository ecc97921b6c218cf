//! The decision page of a change set, with a real browser and on both databases: what each item needs,
//! which domain is missing, and a decision on one item.

use anyhow::{Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::hand::{press, says};

async fn fits(browser: &Browser) -> Result<()> {
    browser.expect_accessible().await?;
    ensure!(!browser.overflows().await?, "wider than the window");
    Ok(())
}

/// A set of two items in two domains; Cora owns the service of the second.
async fn site(engine: Engine) -> Result<(Site, Value)> {
    let mut site = Site::open(engine).await?;
    let domain = json!({"name": "identity", "title": "Identity"});
    site.post("ada", "/v1/domains", &domain).await?.ok()?;
    let service = json!({"name": "login", "title": "Login", "domain": "identity"});
    site.post("ada", "/v1/services", &service).await?.ok()?;
    site.add_person("cora").await?;
    site.bind("cora", "service-owner", "domain:identity").await?;
    let mut other = change_of("staging", &digest(2));
    other["service"] = json!("login");
    let items = [change_of("staging", &digest(1)), other];
    let set = json!({"title": "Sign in at checkout", "reason": "both or none", "items": items});
    let set = site.post("rita", "/v1/change-sets", &set).await?.ok()?;
    Ok((site, set))
}

async fn decides(engine: Engine, viewport: Viewport, name: &str) -> Result<()> {
    let (site, set) = site(engine).await?;
    let number = set["items"][1]["change"]["number"].as_str().unwrap_or_default().to_owned();
    let page = format!("{}{}", site.server.url(), text(&set, "url")?);
    let setup = Setup { viewport, scheme: Scheme::Light, scripts: true };
    Browser::run(name, setup, async |browser| {
        browser.open_page(&page).await?;
        browser.find("#user_name").await?.send_keys("cora").await?;
        browser.find("#password").await?.send_keys(PASSWORD).await?;
        press(browser, "form[action='/sign-in'] button").await?;
        says(browser, "h1", "Sign in at checkout").await?;
        says(browser, "main", "nobody speaks for two").await?;
        says(browser, "main", "domain identity").await?;
        fits(browser).await?;

        browser.find(&format!("#{number}-reject")).await?.send_keys(Key::Space).await?;
        press(browser, &format!("form[action$='/votes/{number}'] button")).await?;
        says(browser, "main", "Say why").await?;
        fits(browser).await?;

        browser.find(&format!("#{number}-approve")).await?.send_keys(Key::Space).await?;
        press(browser, &format!("form[action$='/votes/{number}'] button")).await?;
        says(browser, ".flash", "Your approval is recorded").await?;
        says(browser, "h1", "Sign in at checkout").await?;
        fits(browser).await?;

        browser.open_page(&format!("{}/change-sets", site.server.url())).await?;
        says(browser, "main table", "Sign in at checkout").await?;
        says(browser, "main table", "domain payments").await?;
        fits(browser).await
    })
    .await?;
    let after = site.get("aud", &format!("/v1/change-sets/{}", text(&set, "id")?)).await?;
    let identity = &after["authorities"][0];
    ensure!(identity["scope"] == "domain:identity" && identity["missing"] == 0, "{after:#}");
    ensure!(after["state"] == "waiting", "the other domain has not agreed: {after:#}");
    Ok(())
}

#[tokio::test]
async fn m5_3_an_item_of_a_set_is_decided_on_its_page_on_a_phone() -> Result<()> {
    decides(Engine::Sqlite, Viewport::Phone, "console_change_set_phone").await
}

#[tokio::test]
async fn m5_3_an_item_of_a_set_is_decided_on_its_page_on_postgres() -> Result<()> {
    decides(Engine::Postgres, Viewport::Laptop, "console_change_set").await
}
