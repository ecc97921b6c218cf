//! Signing in through a certified OpenID provider, with a real browser.

use anyhow::{Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::provider::OpenIdProvider;
use e2e::site::{Site, bundle, change_of, digest, text};
use e2e::{Engine, until};
use serde_json::json;
use thirtyfour::Key;

use crate::hand::says;

e2e::on_each_database!(
    b05_an_unknown_subject_is_refused_until_an_admin_links_it,
    b09_an_old_session_of_the_provider_approves_nothing_until_it_proves_more,
    b12_who_signs_out_at_the_provider_is_signed_out_here,
);

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

async fn link(site: &Site, who: &str, issuer: &str, subject: &str) -> Result<()> {
    let path = format!("/v1/people/{}/accounts", site.member(who)?.id);
    site.post("ada", &path, &json!({"issuer": issuer, "subject": subject})).await?.ok()?;
    Ok(())
}

async fn b05_an_unknown_subject_is_refused_until_an_admin_links_it(engine: Engine) -> Result<()> {
    let (site, provider) = open(engine, "").await?;
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

/// Makes a policy live in which staging asks for a sign-in of class `gold`.
async fn asks_for_gold(site: &Site) -> Result<()> {
    let title = "    title: test and staging\n";
    let asked = format!("{title}    step_up: {{ max_age: 15m, acr: [gold] }}\n");
    let files: Vec<_> = bundle("regulated-company")?
        .into_iter()
        .map(|mut file| {
            file["text"] = json!(file["text"].as_str().unwrap_or_default().replace(title, &asked));
            file
        })
        .collect();
    let proposal = json!({"files": files, "reason": "more proof"});
    let proposed = site.post("polly", "/v1/policy/proposals", &proposal).await?.ok()?;
    let path = format!("/v1/policy/proposals/{}/activation", text(&proposed, "digest")?);
    site.post("ada", &path, &json!({"reason": "read and agreed"})).await?.ok()?;
    Ok(())
}

async fn approve(browser: &Browser, url: &str) -> Result<()> {
    browser.open_page(url).await?;
    browser.find("#decision-approve").await?.send_keys(Key::Space).await?;
    browser.find("form[action$='/votes'] button").await?.send_keys(Key::Enter).await?;
    Ok(())
}

async fn b09_an_old_session_of_the_provider_approves_nothing_until_it_proves_more(
    engine: Engine,
) -> Result<()> {
    let (site, provider) = open(engine, "").await?;
    asks_for_gold(&site).await?;
    link(&site, "pete", provider.issuer(), "pete").await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let path = format!("/v1/changes/{}", text(&change, "id")?);
    let number = text(&change, "number")?;
    let url = format!("{}/changes/{number}", site.server.url());
    let step_up = format!("{}/step-up?next=/changes/{number}", site.server.url());
    provider.lets_in("pete", "silver", "pwd").await?;
    Browser::run("sso_step_up", Setup::default(), async |browser| {
        enter(browser, &site, "/inbox").await?;
        says(browser, "h1", "Inbox").await?;
        approve(browser, &url).await?;
        says(browser, ".flash.t-bad", "proof of who you are").await?;
        // Asked again, the provider sends back the same weak session.
        browser.open_page(&step_up).await?;
        browser.find("a[href^='/sign-in/with/corp']").await?.click().await?;
        says(browser, "main", &number).await?;
        approve(browser, &url).await?;
        says(browser, ".flash.t-bad", "proof of who you are").await?;
        ensure!(site.get("aud", &path).await?["votes"] == json!([]), "it was approved");

        provider.lets_in("pete", "gold", "hwk").await?;
        browser.open_page(&step_up).await?;
        browser.find("a[href^='/sign-in/with/corp']").await?.click().await?;
        says(browser, "main", &number).await?;
        approve(browser, &url).await?;
        says(browser, ".flash", "Your approval is recorded").await
    })
    .await?;
    let after = site.get("aud", &path).await?;
    ensure!(after["votes"][0]["authentication"]["acr"] == "gold", "{after:#}");
    Ok(())
}

async fn b12_who_signs_out_at_the_provider_is_signed_out_here(engine: Engine) -> Result<()> {
    let (site, provider) = open(engine, "").await?;
    link(&site, "pete", provider.issuer(), "pete").await?;
    provider.lets_in("pete", "gold", "pwd").await?;
    let inbox = format!("{}/inbox", site.server.url());
    Browser::run("sso_logout", Setup::default(), async |browser| {
        enter(browser, &site, "/inbox").await?;
        says(browser, "h1", "Inbox").await?;
        // At the provider itself, which tells the server behind the browser's back.
        browser.open_page(&format!("{}/session/end", provider.issuer())).await?;
        browser.find("button[name='logout']").await?.click().await?;
        says(browser, "h1", "Sign-out Success").await?;
        until("the session here has ended", async || {
            browser.open_page(&inbox).await.ok()?;
            browser.text("h1").await.ok()?.contains("Sign in").then_some(())
        })
        .await
    })
    .await
}
