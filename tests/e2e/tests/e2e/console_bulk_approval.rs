//! Approving several changes of one template in one step, with a real browser and on both databases: from
//! the inbox, over a page that shows each, to what came of each (C17).

use anyhow::{Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::hand::{press, says};

/// What is checked by a script in the page, where there are any.
async fn fits(browser: &Browser, scripts: bool) -> Result<()> {
    if scripts {
        browser.expect_accessible().await?;
        ensure!(!browser.overflows().await?, "wider than the window");
    }
    Ok(())
}

/// A certificate of a name, to be renewed in internal production (T2).
fn renewal(name: &str) -> Value {
    let mut request = change_of("internal", &digest(1));
    request["kind"] = json!("standard");
    request["title"] = json!(format!("Renew {name}"));
    request["template"] = json!("certificate-renewal");
    request["parameters"] = json!({ "common_name": name });
    request
}

async fn record(site: &Site, change: &Value) -> Result<Value> {
    site.get("aud", &format!("/v1/changes/{}", text(change, "id")?)).await
}

async fn approves(engine: Engine, setup: Setup, name: &str) -> Result<()> {
    let scripts = setup.scripts;
    let site = Site::open(engine).await?;
    let mut changes = Vec::new();
    for name in ["shop.example.com", "api.example.com", "pay.example.com"] {
        changes.push(site.request(&renewal(name)).await?);
    }
    // Opal runs operations and has asked for one of her own.
    site.bind("opal", "requester", "organisation").await?;
    let own = site.post("opal", "/v1/changes", &renewal("own.example.com")).await?.ok()?;
    let numbers: Vec<String> =
        changes.iter().map(|change| text(change, "number")).collect::<Result<_>>()?;
    Browser::run(name, setup, async |browser| {
        browser.open_page(&format!("{}/inbox", site.server.url())).await?;
        browser.find("#user_name").await?.send_keys("opal").await?;
        browser.find("#password").await?.send_keys(PASSWORD).await?;
        press(browser, "form[action='/sign-in'] button").await?;
        says(browser, "#bulk-certificate-renewal-title", "3 changes").await?;
        fits(browser, scripts).await?;
        press(browser, "form[action='/bulk-approvals'] button").await?;

        says(browser, "h1", "Approve in one step").await?;
        says(browser, "main", "Nothing is recorded yet").await?;
        for name in ["shop.example.com", "api.example.com", "pay.example.com"] {
            says(browser, "main", name).await?;
        }
        fits(browser, scripts).await?;
        let last = format!("#approve-{}", numbers[2]);
        browser.find(&last).await?.send_keys(Key::Space).await?;
        browser.find("#justification").await?.send_keys("The renewals of November").await?;
        press(browser, "main form button.primary").await?;

        says(browser, ".flash", "all 2 changes are recorded").await?;
        says(browser, "main", "You approved this revision").await?;
        fits(browser, scripts).await?;
        browser.open_page(&format!("{}/changes/{}", site.server.url(), numbers[0])).await?;
        says(browser, "main", "in bulk with 1 other").await?;

        // Own work among them: its reason stands there, and the other can still be approved.
        let own = text(&own, "number")?;
        let both = format!("change={own}@1&change={}@1", numbers[2]);
        let page = format!("{}/bulk-approvals?{both}", site.server.url());
        browser.open_page(&page).await?;
        says(browser, "main", "Ask somebody who had no hand in it").await?;
        fits(browser, scripts).await
    })
    .await?;
    for change in &changes[..2] {
        let after = record(&site, change).await?;
        ensure!(after["state"] == "approved", "{after:#}");
        ensure!(after["votes"][0]["justification"] == "The renewals of November", "{after:#}");
        ensure!(after["votes"][0]["bulk"]["changes"] == 2, "{after:#}");
    }
    let left = record(&site, &changes[2]).await?;
    ensure!(left["votes"] == json!([]), "it was not ticked: {left:#}");
    Ok(())
}

#[tokio::test]
async fn c17_several_changes_are_approved_in_one_step_on_a_phone() -> Result<()> {
    let setup = Setup { viewport: Viewport::Phone, scheme: Scheme::Light, scripts: true };
    approves(Engine::Sqlite, setup, "console_bulk_approval_phone").await
}

#[tokio::test]
async fn c17_several_changes_are_approved_in_one_step_without_scripts_on_postgres() -> Result<()> {
    let setup = Setup { viewport: Viewport::Laptop, scheme: Scheme::Dark, scripts: false };
    approves(Engine::Postgres, setup, "console_bulk_approval").await
}
