//! The policy editor in a real browser: what is wrong is said where it is, with scripts and without, and
//! nothing typed is lost.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::site::{PASSWORD, Site};
use e2e::{Engine, until};
use thirtyfour::prelude::*;

const FILE: &str = "rules/base.yaml";
const WRONG: &str = "no_such_key: 1";
const TITLE: &str = "Ask for less paper";

/// Opens the editor as a policy author.
async fn open_editor(browser: &Browser, site: &Site) -> Result<()> {
    browser.open_page(&format!("{}/policy/proposals/new", site.server.url())).await?;
    browser.find("#user_name").await?.send_keys("polly").await?;
    browser.find("#password").await?.send_keys(PASSWORD).await?;
    browser.find("form[action='/sign-in'] button").await?.click().await?;
    browser.find("form[data-check]").await?;
    Ok(())
}

/// The field of the file, by the list to jump by.
async fn field(browser: &Browser) -> Result<WebElement> {
    for link in browser.page.find_all(By::Css("nav.contents a")).await? {
        if link.text().await? == FILE {
            let target = link.attr("href").await?.context("a link to nowhere")?;
            let (_, id) = target.split_once('#').context("no link within the page")?;
            return browser.find(&format!("#{id}")).await;
        }
    }
    anyhow::bail!("no file {FILE} to edit")
}

/// Adds a line that is no policy; gives the text as it is then, and the number of that line.
async fn type_an_error(browser: &Browser) -> Result<(String, usize)> {
    browser.find("#title").await?.send_keys(TITLE).await?;
    let file = field(browser).await?;
    file.send_keys(WRONG).await?;
    let text = file.value().await?.context("the field has no text")?;
    let line =
        text.lines().position(|line| line == WRONG).context("it is not a line of its own")?;
    Ok((text, line + 1))
}

/// The finding about a line of the file.
async fn finding(browser: &Browser, line: usize) -> Result<WebElement> {
    browser.find(&format!("#checked a[data-file='{FILE}'][data-line='{line}']")).await
}

async fn nothing_is_lost(browser: &Browser, text: &str) -> Result<()> {
    let title = browser.find("#title").await?.value().await?;
    ensure!(title.as_deref() == Some(TITLE), "{title:?}");
    let kept = field(browser).await?.value().await?;
    ensure!(kept.as_deref() == Some(text), "the file's text is another: {kept:?}");
    Ok(())
}

#[tokio::test]
async fn m4_6_an_error_is_said_at_its_line_while_one_types() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    Browser::run("policy_editor", Setup::default(), async |browser| {
        open_editor(browser, &site).await?;
        browser.page.execute("window.sameLoad = true;", Vec::new()).await?;
        let (text, line) = type_an_error(browser).await?;
        let found = until("the checker finds the line", async || finding(browser, line).await.ok());
        found.await?.click().await?;
        // The page is the one it was, the file has the focus, and the line is marked.
        let script = "const at = document.activeElement; \
                      return [window.sameLoad === true, \
                              at.value?.slice(at.selectionStart, at.selectionEnd)];";
        let shown = browser.page.execute(script, Vec::new()).await?;
        ensure!(shown.json() == &serde_json::json!([true, WRONG]), "{}", shown.json());
        nothing_is_lost(browser, &text).await?;
        browser.expect_accessible().await?;
        ensure!(!browser.overflows().await?, "the page is wider than the window");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn m4_6_an_error_is_said_at_its_line_without_scripts_and_nothing_typed_is_lost() -> Result<()>
{
    let site = Site::open(Engine::Sqlite).await?;
    Browser::run("policy_editor_no_scripts", Setup::without_scripts(), async |browser| {
        open_editor(browser, &site).await?;
        let (text, line) = type_an_error(browser).await?;
        for step in ["check", "propose"] {
            browser.find(&format!("button[name='step'][value='{step}']")).await?.click().await?;
            let found =
                until("the checker finds the line", async || finding(browser, line).await.ok());
            found.await?;
            nothing_is_lost(browser, &text).await?;
        }
        let excerpt = browser.text("#checked .checked-finding pre").await?;
        ensure!(excerpt.contains(WRONG) && excerpt.contains('^'), "{excerpt}");
        Ok(())
    })
    .await
}
