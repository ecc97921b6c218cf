//! Overriding an emergency and reviewing that, with a real browser and without scripts.

use anyhow::{Context as _, Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Setup};
use e2e::site::{Site, change_of, digest, text};
use serde_json::{Value, json};

use crate::hand::{press, says, sign_in};

async fn choose(browser: &Browser, css: &str) -> Result<()> {
    browser.find(css).await?.send_keys(" ").await.with_context(|| format!("choose {css}"))
}

async fn accessible(browser: &Browser, what: &str) -> Result<()> {
    let found = browser.axe().await?;
    ensure!(found.is_empty(), "{what}: {found:?}");
    ensure!(!browser.overflows().await?, "{what}: wider than the window");
    Ok(())
}

#[tokio::test]
async fn g05_an_emergency_is_overridden_and_reviewed_in_the_console() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let mut emergency = change_of("staging", &digest(1));
    emergency["kind"] = json!("emergency");
    emergency["incident"] = json!("INC-2231");
    let change = site.request(&emergency).await?;
    let page = format!("/changes/{}", text(&change, "number")?);
    Browser::run("console_overrides", Setup::default(), async |browser| {
        sign_in(browser, &site, "opal", &page).await?;
        browser
            .page
            .execute(
                "document.querySelectorAll('details.action').forEach(d => d.open = true);",
                Vec::<Value>::new(),
            )
            .await?;
        accessible(browser, "the form to override").await?;
        let reason = browser.find("#override-reason").await?;
        reason.send_keys("Checkout is down and nobody answers.").await?;
        press(browser, "form[action$='/overrides'] button").await?;
        says(browser, ".flash", "It is not approved").await?;
        says(browser, ".change-head .badges", "Overridden, not approved").await?;
        says(browser, ".hold", "Review due").await?;
        accessible(browser, "an overridden change").await?;

        sign_in(browser, &site, "rex", "/overrides").await?;
        says(browser, "main", "INC-2231").await?;
        accessible(browser, "the list of overrides").await?;
        browser.open_page(&format!("{}{page}", site.server.url())).await?;
        accessible(browser, "the form to review").await?;
        choose(browser, "input[name='outcome'][value='justified']").await?;
        browser.find("textarea[name='findings']").await?.send_keys("Nobody was reachable.").await?;
        press(browser, "form[action$='/review'] button").await?;
        says(browser, ".flash", "The review is on the record").await?;
        says(browser, ".hold", "Reviewed: justified").await
    })
    .await?;
    let record = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    ensure!(record["state"] == "awaiting_approval", "{record:#}");
    ensure!(record["overrides"][0]["approved"] == json!(false), "{record:#}");
    Ok(())
}
