//! A mailed ask, from the relay to the page it leads to.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::relay::Relay;
use e2e::site::{PASSWORD, Site, change_of, digest, email, text};
use e2e::{Engine, until};
use serde_json::{Value, json};
use thirtyfour::Key;

/// An urgent change of a critical service that feeds the books: compliance is asked at any hour.
async fn asked(site: &mut Site) -> Result<Value> {
    let service = json!({
        "name": "ledger", "title": "Ledger", "domain": "payments", "criticality": "critical",
        "labels": {"sox": "true"},
    });
    site.post("ada", "/v1/services", &service).await?.ok()?;
    site.add_person("cora").await?;
    site.bind("cora", "compliance", "organisation").await?;
    let mut wanted = change_of("production", &digest(1));
    wanted["service"] = json!("ledger");
    wanted["urgency"] = json!("high");
    wanted["plain_summary"] = json!("Customers can pay by invoice from Monday on.");
    site.request(&wanted).await
}

#[tokio::test]
async fn m5_1_a_mailed_link_leads_to_the_briefing_and_opening_it_decides_nothing() -> Result<()> {
    let relay = Relay::start().await?;
    let mut site = Site::open_with(Engine::Sqlite, &relay.table()).await?;
    let change = asked(&mut site).await?;
    let briefing = format!("/changes/{}/briefing", text(&change, "number")?);
    let mail = until("cora is mailed", async || relay.last(&email("cora"), &briefing)).await?;
    ensure!(mail.text.contains("tier T3"), "{}", mail.text);
    let link = mail.text.split_whitespace().find(|word| word.ends_with(&briefing));
    let link = link.with_context(|| format!("no link in {}", mail.text))?.to_owned();
    ensure!(link == format!("{}{briefing}", site.server.url()), "{link}");

    let before = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    Browser::run("mailed_link", Setup::default(), async |browser| {
        browser.open_page(&link).await?;
        browser.find("#user_name").await?.send_keys("cora").await?;
        browser.find("#password").await?.send_keys(PASSWORD).await?;
        browser.find("form[action='/sign-in'] button").await?.send_keys(Key::Enter).await?;
        until("the briefing is shown", async || {
            let shown = browser.text("main").await.ok()?;
            shown.contains("Before you read it").then_some(())
        })
        .await?;
        browser.open_page(&link).await?;
        browser.expect_accessible().await
    })
    .await?;
    let after = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    ensure!(after["state"] == "awaiting_approval", "{after:#}");
    for decided in ["votes", "holds", "briefings"] {
        ensure!(after[decided] == before[decided], "{decided}: {after:#}");
    }
    let timeline = format!("/v1/changes/{}/timeline", text(&change, "id")?);
    let timeline = site.get("aud", &timeline).await?.to_string();
    ensure!(!timeline.contains("briefing_opened"), "a look is no read receipt: {timeline}");
    Ok(())
}
