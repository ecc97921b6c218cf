//! Deciding in the console, with a real browser: by keyboard, without scripts, and not at all when
//! one had a hand in it.

use anyhow::{Context, Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Setup};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use serde_json::Value;
use thirtyfour::{Key, TypingData};

use crate::hand::{says, sign_in};

/// Presses Tab until an element that a CSS selector names has the focus.
async fn tab_to(browser: &Browser, css: &str) -> Result<()> {
    for _ in 0..80 {
        press(browser, Key::Tab).await?;
        let script = "return document.activeElement.matches(arguments[0]);";
        let focused = browser.page.execute(script, vec![Value::from(css)]).await?;
        if focused.json().as_bool() == Some(true) {
            return Ok(());
        }
    }
    anyhow::bail!("80 times Tab does not lead to `{css}`")
}

async fn press(browser: &Browser, keys: impl Into<TypingData>) -> Result<()> {
    browser.page.action_chain().send_keys(keys).perform().await.context("press keys")
}

fn address(change: &Value) -> Result<String> {
    Ok(format!("/changes/{}", text(change, "number")?))
}

#[tokio::test]
async fn m3_2_an_approver_signs_in_and_votes_by_keyboard_alone() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    Browser::run("console_keyboard", Setup::default(), async |browser| {
        browser.open_page(site.server.url()).await?;
        tab_to(browser, "#user_name").await?;
        press(browser, "pete").await?;
        tab_to(browser, "#password").await?;
        press(browser, PASSWORD).await?;
        press(browser, Key::Enter).await?;
        says(browser, "h1", "Inbox").await?;

        tab_to(browser, "a[data-open]").await?;
        press(browser, Key::Enter).await?;
        says(browser, "h1", "Release checkout to staging").await?;
        says(browser, ".counts-as", "peer").await?;

        tab_to(browser, "#decision-approve").await?;
        press(browser, Key::Space).await?;
        tab_to(browser, "#justification").await?;
        press(browser, "Read, and ready to be rolled back.").await?;
        tab_to(browser, "#vote form button").await?;
        press(browser, Key::Enter).await?;
        says(browser, ".flash", "Your approval is recorded").await?;
        says(browser, "#votes", "Read, and ready to be rolled back.").await
    })
    .await?;
    let after = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    ensure!(after["votes"][0]["decision"] == "approve", "{after:#}");
    Ok(())
}

#[tokio::test]
async fn m3_2_the_console_asks_and_decides_without_scripts() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    Browser::run("console_no_scripts", Setup::without_scripts(), async |browser| {
        sign_in(browser, &site, "rita", "/changes/new?service=checkout").await?;
        browser.find("#title").await?.send_keys("Asked for without scripts").await?;
        browser.find("#reason").await?.send_keys("To see that it works.").await?;
        browser.find("#environment option[value='staging']").await?.click().await?;
        browser.find("#artifact_name_0").await?.send_keys("app.bin").await?;
        browser.find("#artifact_digest_0").await?.send_keys("4.12.0").await?;
        let ask = "button[name='submit'][value='true']";
        browser.find(ask).await?.send_keys(Key::Enter).await?;
        // A tag is refused at its field, and nothing that was typed is lost.
        says(browser, ".error-summary", "This is no digest").await?;
        let title = browser.find("#title").await?.value().await?;
        ensure!(title.as_deref() == Some("Asked for without scripts"), "{title:?}");
        let field = browser.find("#artifact_digest_0").await?;
        field.clear().await?;
        field.send_keys(&digest(7)).await?;
        browser.find(ask).await?.send_keys(Key::Enter).await?;
        says(browser, ".flash", "is recorded and submitted").await?;
        browser.find("form[action='/sign-out'] button").await?;

        browser.page.delete_all_cookies().await?;
        sign_in(browser, &site, "pete", "/changes?q=without+scripts").await?;
        browser.find("a[data-open]").await?.click().await?;
        browser.find("#decision-request-changes").await?.send_keys(Key::Space).await?;
        browser.find("#vote form button").await?.send_keys(Key::Enter).await?;
        // Asking for changes needs words; the choice is kept.
        says(browser, ".error-summary", "ay why").await?;
        ensure!(browser.find("#decision-request-changes").await?.is_selected().await?);
        browser.find("#justification").await?.send_keys("Name the tests.").await?;
        browser.find("#vote form button").await?.send_keys(Key::Enter).await?;
        says(browser, ".flash", "Your request for changes is recorded").await?;
        says(browser, "#votes", "Name the tests.").await
    })
    .await
}

#[tokio::test]
async fn b01_a_requester_sees_why_they_cannot_vote_before_any_click() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    site.bind("rita", "peer", "organisation").await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    Browser::run("console_b01", Setup::default(), async |browser| {
        sign_in(browser, &site, "rita", &address(&change)?).await?;
        says(browser, "#vote", "You cannot vote").await?;
        says(browser, "#vote", "requester").await?;
        says(browser, "#vote", "pete of the cast").await?;
        let forms = browser.page.find_all(thirtyfour::By::Css("form[action$='/votes']")).await?;
        ensure!(forms.is_empty(), "the vote form is offered all the same");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn e08_markup_in_a_title_is_shown_as_text_everywhere() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let title =
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">";
    let mut request = change_of("staging", &digest(1));
    request["title"] = Value::from(title);
    let change = site.request(&request).await?;
    Browser::run("console_e08", Setup::default(), async |browser| {
        sign_in(browser, &site, "pete", "/inbox").await?;
        says(browser, ".item-title", title).await?;
        for path in ["/changes".to_owned(), address(&change)?, "/ledger".to_owned()] {
            browser.open_page(&format!("{}{path}", site.server.url())).await?;
            let script = "return [document.title, document.querySelectorAll(\
                          'main script, main img, main [onerror]').length];";
            let found = browser.page.execute(script, Vec::new()).await?;
            let found = found.json().clone();
            ensure!(found[1] == 0 && found[0] != "owned", "{path}: {found}");
        }
        browser.open_page(&format!("{}{}", site.server.url(), address(&change)?)).await?;
        says(browser, "h1", title).await
    })
    .await
}

#[tokio::test]
async fn m6_1_a_ledger_entry_is_verified_in_the_browser() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    Browser::run("console_m6_1", Setup::default(), async |browser| {
        sign_in(browser, &site, "aud", "/ledger/entries/3").await?;
        says(browser, ".proof-server", "Checked by the server").await?;
        browser.find("[data-verify]").await?.click().await?;
        says(browser, "[data-proof-result]", "Verified in this browser").await?;

        // With another leaf the same proof must not hold.
        let break_it = "document.querySelector('[data-proof]').dataset.leaf = btoa('{\"v\":1}');";
        browser.page.execute(break_it, Vec::new()).await?;
        browser.find("[data-verify]").await?.click().await?;
        says(browser, "[data-proof-result]", "Not verified").await
    })
    .await
}
