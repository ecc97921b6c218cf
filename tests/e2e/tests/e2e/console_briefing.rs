//! The briefing on a phone, with a real browser: somebody outside IT opens it, confirms and decides.

use anyhow::{Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::hand::{press, says};

const PLAIN: &str = "Customers can pay by invoice from Monday on.";

async fn fits(browser: &Browser) -> Result<()> {
    browser.expect_accessible().await?;
    ensure!(!browser.overflows().await?, "wider than a phone");
    Ok(())
}

/// A change of a service that feeds the books, which compliance is asked about.
async fn site() -> Result<(Site, Value)> {
    let mut site = Site::open(Engine::Sqlite).await?;
    let books = json!({"sox": "true"});
    let service =
        json!({"name": "ledger", "title": "Ledger", "domain": "payments", "labels": books});
    site.post("ada", "/v1/services", &service).await?.ok()?;
    site.add_person("cora").await?;
    site.bind("cora", "compliance", "organisation").await?;
    let mut wanted = change_of("production", &digest(1));
    wanted["service"] = json!("ledger");
    wanted["plain_summary"] = json!(PLAIN);
    let change = site.request(&wanted).await?;
    Ok((site, change))
}

#[tokio::test]
async fn m5_1_a_stakeholder_is_briefed_and_decides_on_a_phone() -> Result<()> {
    let (site, change) = site().await?;
    let briefing = format!("/changes/{}/briefing", text(&change, "number")?);
    let phone = Setup { viewport: Viewport::Phone, scheme: Scheme::Light, scripts: true };
    Browser::run("console_briefing", phone, async |browser| {
        browser.open_page(&format!("{}/inbox", site.server.url())).await?;
        browser.find("#user_name").await?.send_keys("cora").await?;
        browser.find("#password").await?.send_keys(PASSWORD).await?;
        press(browser, "form[action='/sign-in'] button").await?;
        says(browser, "h1", "Inbox").await?;

        press(browser, &format!("a[href='{briefing}']")).await?;
        says(browser, "main", "Before you read it").await?;
        fits(browser).await?;
        press(browser, "form[action$='/openings'] button").await?;
        says(browser, "main", PLAIN).await?;
        fits(browser).await?;

        browser.find("#decision-approve").await?.send_keys(Key::Space).await?;
        press(browser, "form[action$='/decision'] button").await?;
        says(browser, "main", "Confirm each of these sentences").await?;
        fits(browser).await?;
        let box_of = browser.find("#acknowledged-1").await?;
        box_of.send_keys(Key::Space).await?;
        press(browser, "form[action$='/decision'] button").await?;
        says(browser, ".flash", "Your approval is recorded").await
    })
    .await?;
    let after = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    let informed = &after["votes"][0]["informed"];
    ensure!(informed["acknowledged"][0]["role"] == "compliance", "{after:#}");
    Ok(())
}
