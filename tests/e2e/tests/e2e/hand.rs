//! What a hand does in the console: signing in, typing, pressing, and looking whether the page says it.

use anyhow::{Context as _, Result};
use e2e::browser::Browser;
use e2e::site::{PASSWORD, Site};
use e2e::until;
use thirtyfour::Key;

/// Signs somebody in, whoever was before, and waits until the page is there.
pub async fn sign_in(browser: &Browser, site: &Site, user: &str, next: &str) -> Result<()> {
    browser.page.delete_all_cookies().await?;
    browser.open_page(&format!("{}{next}", site.server.url())).await?;
    browser.find("#user_name").await?.send_keys(user).await?;
    browser.find("#password").await?.send_keys(PASSWORD).await?;
    press(browser, "form[action='/sign-in'] button").await?;
    browser.find("nav.sections").await?;
    Ok(())
}

/// As with a keyboard: wherever a button is, what floats over the page can't be in its way.
pub async fn press(browser: &Browser, css: &str) -> Result<()> {
    browser.find(css).await?.send_keys(Key::Enter).await.with_context(|| format!("press {css}"))
}

/// Types into a field in place of what is in it.
pub async fn fill(browser: &Browser, css: &str, words: &str) -> Result<()> {
    let field = browser.find(css).await?;
    field.clear().await?;
    field.send_keys(words).await.with_context(|| format!("type into {css}"))
}

/// Waits until the page says something.
pub async fn says(browser: &Browser, css: &str, words: &str) -> Result<()> {
    until(&format!("`{css}` says “{words}”"), async || {
        let shown = browser.text(css).await.ok()?;
        shown.contains(words).then_some(())
    })
    .await
}
