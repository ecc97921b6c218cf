//! Signing in through a certified OpenID provider, with a real browser.

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::provider::OpenIdProvider;
use e2e::site::{Site, bundle, change_of, digest, text};
use e2e::{Engine, until};
use serde_json::{Value, json};

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

#[tokio::test]
async fn b09_an_approval_asks_for_proof_at_the_provider_and_keeps_it_with_the_vote() -> Result<()> {
    let (site, provider) = open(Engine::Sqlite, "create_people = true").await?;
    asks_for_gold(&site).await?;
    link(&site, "olga", provider.issuer(), "o-1").await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let path = format!("/changes/{}", text(&change, "number")?);
    provider.lets_in("o-1", "silver", "pwd").await?;
    // A token proves nothing, and neither does an earlier sign-in.
    site.vote("olga", &change, "approve").await?.refused(403, "step_up_required")?;
    Browser::run("sso_step_up", Setup::default(), async |browser| {
        enter(browser, &site, &path).await?;
        says(browser, "h1", "Release checkout").await?;
        says(browser, "#vote", "first prove again who you are").await?;
        approve(browser).await?;
        says(browser, ".flash", "Nothing was recorded").await?;

        // The provider lets them in again, in a class that is too weak: we look ourselves.
        prove(browser).await?;
        says(browser, "#vote", "first prove again who you are").await?;
        provider.lets_in("o-1", "gold", "pwd otp").await?;
        prove(browser).await?;
        says(browser, "h1", "Release checkout").await?;
        let vote = browser.text("#vote").await?;
        ensure!(!vote.contains("first prove"), "{vote}");
        approve(browser).await?;
        says(browser, ".flash", "Your approval is recorded").await?;

        // Somebody else's account takes no session over.
        provider.lets_in("o-2", "gold", "otp").await?;
        browser.open_page(&format!("{}/sign-in/with/corp?next=/inbox", site.server.url())).await?;
        says(browser, "body", "signed in here as somebody else").await
    })
    .await?;
    let after = site.get("aud", &format!("/v1/changes/{}", text(&change, "id")?)).await?;
    let kept = &after["votes"][0]["authentication"];
    ensure!(kept["acr"] == "gold" && kept["amr"] == json!(["otp", "pwd"]), "{after:#}");
    ensure!(kept["at"].is_string() && after["votes"][0]["counts"] == true, "{after:#}");
    Ok(())
}

#[tokio::test]
async fn b12_a_logout_at_the_provider_ends_the_session_here() -> Result<()> {
    let (site, provider) = open(Engine::Sqlite, "create_people = true").await?;
    provider.lets_in("new-1", "gold", "pwd").await?;
    Browser::run("sso_logout", Setup::default(), async |browser| {
        enter(browser, &site, "/inbox").await?;
        says(browser, "h1", "Inbox").await?;
        says(browser, "body", "Person new-1").await?;
        browser.open_page(&format!("{}/session/end", provider.issuer())).await?;
        browser.find("button[name=logout]").await?.click().await?;
        until("the session has ended", async || {
            browser.open_page(&format!("{}/inbox", site.server.url())).await.ok()?;
            browser.text("h1").await.ok().filter(|h1| h1 == "Sign in").map(drop)
        })
        .await
    })
    .await?;
    // Whoever comes in that way holds nothing.
    let people = site.get("ada", "/v1/people").await?;
    let all = people["items"].as_array().context("people")?;
    let new = all.iter().find(|p| p["name"] == "Person new-1").context("the new person")?;
    ensure!(new["roles"] == json!([]) && new["emails"] == json!([]), "{new:#}");
    let entries = site.get("aud", "/v1/ledger/entries?limit=5").await?;
    ensure!(entries.to_string().contains("ended"), "{entries:#}");
    Ok(())
}

async fn approve(browser: &Browser) -> Result<()> {
    browser.find("#decision-approve").await?.click().await?;
    browser.find("#vote form button").await?.click().await?;
    Ok(())
}

async fn prove(browser: &Browser) -> Result<()> {
    browser.find("#vote a[href^='/step-up']").await?.click().await?;
    browser.find("main a[href^='/sign-in/with/corp']").await?.click().await?;
    Ok(())
}

/// Makes a policy live that asks for a recent sign-in of class `gold` in T1.
async fn asks_for_gold(site: &Site) -> Result<()> {
    let mut files = bundle("regulated-company")?;
    for file in &mut files {
        if file["path"] == "environments.yaml" {
            let before = file["text"].as_str().context("a text")?;
            let asked = "  T1:\n    step_up: { max_age: 10m, acr: [gold] }\n";
            file["text"] = Value::from(before.replace("  T1:\n", asked));
        }
    }
    let proposal = json!({"files": files, "reason": "more proof"});
    let proposed = site.post("polly", "/v1/policy/proposals", &proposal).await?.ok()?;
    let path = format!("/v1/policy/proposals/{}/activation", text(&proposed, "digest")?);
    site.post("ada", &path, &json!({"reason": "agreed"})).await?.ok()?;
    Ok(())
}
