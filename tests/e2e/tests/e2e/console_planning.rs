//! Planning with a real browser, on a phone and a laptop: somebody answers for one for a time that begins
//! later, and the calendar shows a freeze and a conflict in each view.

use anyhow::{Context as _, Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{Site, change_of, digest, text};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Unit};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::hand::{press, says, sign_in};

const PHONE: Setup = Setup { viewport: Viewport::Phone, scheme: Scheme::Dark, scripts: true };
/// Where it is another day for half of the time.
const FAR_AWAY: &str = "Pacific/Auckland";

/// Presses Tab until an element that a CSS selector names has the focus.
async fn tab_to(browser: &Browser, css: &str) -> Result<()> {
    for _ in 0..120 {
        let script = "return document.activeElement.matches(arguments[0]);";
        let focused = browser.page.execute(script, vec![Value::from(css)]).await?;
        if focused.json().as_bool() == Some(true) {
            return Ok(());
        }
        browser.page.action_chain().send_keys(Key::Tab).perform().await?;
    }
    anyhow::bail!("120 times Tab does not lead to `{css}`")
}

/// Sets a field of date and time; how it is typed depends on the browser's language.
async fn fill_time(browser: &Browser, css: &str, time: &str) -> Result<()> {
    browser.find(css).await?;
    let script = "document.querySelector(arguments[0]).value = arguments[1];";
    browser.page.execute(script, vec![Value::from(css), Value::from(time)]).await?;
    Ok(())
}

async fn accessible(browser: &Browser, what: &str) -> Result<()> {
    let found = browser.axe().await?;
    ensure!(found.is_empty(), "{what}: {found:?}");
    ensure!(!browser.overflows().await?, "{what}: wider than the window");
    Ok(())
}

async fn delegation(site: &Site) -> Result<Value> {
    let all = site.get("pete", "/v1/delegations").await?;
    ensure!(all["items"].as_array().is_some_and(|all| all.len() == 1), "{all:#}");
    Ok(all["items"][0].clone())
}

#[expect(clippy::disallowed_methods, reason = "the server runs on the real clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

async fn delegates(name: &str, setup: Setup) -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let zone = json!({ "time_zone": FAR_AWAY });
    site.post("ada", &format!("/v1/people/{}", site.member("pete")?.id), &zone).await?.ok()?;
    let here = TimeZone::get(FAR_AWAY)?;
    let tomorrow = now().to_zoned(here.clone()).date().tomorrow()?;
    let (from, until) = (tomorrow.at(8, 15, 0, 0), tomorrow.checked_add(3.days())?.at(17, 0, 0, 0));
    Browser::run(name, setup, async |browser| {
        sign_in(browser, &site, "pete", "/absence").await?;
        says(browser, "label[for='delegated_from']", FAR_AWAY).await?;
        browser.find("#to").await?.send_keys("opal").await?;
        fill_time(browser, "#delegated_from", &from.strftime("%Y-%m-%dT%H:%M").to_string()).await?;
        fill_time(browser, "#delegated_until", &until.strftime("%Y-%m-%dT%H:%M").to_string())
            .await?;
        browser.find("#why").await?.send_keys("A week of leave.").await?;
        press(browser, "form[action='/absence/delegations'] button").await?;
        says(browser, ".flash", "The delegation is recorded").await?;
        let given = "[aria-labelledby='given-title'] tbody tr";
        for words in ["opal of the cast", "peer", "To come"] {
            says(browser, given, words).await?;
        }
        // Words such as “tomorrow” stand there, the exact time is beside them.
        browser.find(&format!("{given} time[title*='08:15']")).await?;
        accessible(browser, "a delegation that begins later").await?;

        // Whoever answers sees it by their own clock, and may end it.
        sign_in(browser, &site, "opal", "/absence").await?;
        let received = "[aria-labelledby='received-title'] tbody tr";
        says(browser, received, "pete of the cast").await?;
        let utc = from.to_zoned(here.clone())?.timestamp().to_string();
        let utc = utc.get(11..16).context("a time")?;
        browser.find(&format!("{received} time[title*='{utc} UTC']")).await?;
        accessible(browser, "for whom one answers").await?;
        tab_to(browser, "form[action$='/end'] button").await?;
        press(browser, "form[action$='/end'] button").await?;
        says(browser, received, "Over").await?;
        ensure!(
            browser.page.find_all(thirtyfour::By::Css("form[action$='/end']")).await?.is_empty()
        );
        accessible(browser, "a delegation that is over").await
    })
    .await?;
    let over = delegation(&site).await?;
    let begins: Timestamp = text(&over, "from")?.parse()?;
    ensure!(begins == from.to_zoned(here)?.timestamp(), "by the reader's clock: {over:#}");
    ensure!(over["ended_at"].is_string() && over["in_force"] == json!(false), "{over:#}");
    Ok(())
}

#[tokio::test]
async fn m5_2_a_delegation_that_begins_later_is_given_seen_and_ended_on_a_phone() -> Result<()> {
    delegates("console_delegation_phone", PHONE).await
}

#[tokio::test]
async fn m5_2_a_delegation_that_begins_later_is_given_seen_and_ended_on_a_laptop() -> Result<()> {
    delegates("console_delegation_laptop", Setup::default()).await
}

/// A site with a freeze of production and two changes to staging in each other's way on one day to come:
/// the first change and that day.
async fn planned() -> Result<(Site, Value, String)> {
    let site = Site::open(Engine::Sqlite).await?;
    let from = now().checked_add(SignedDuration::from_hours(72))?.round(Unit::Hour)?;
    let hours = |hours: i64| from.checked_add(SignedDuration::from_hours(hours));
    let freeze = json!({
        "title": "Card network outage", "reason": "Nobody can pay.", "scope": "service:checkout",
        "tiers": [4], "from": from.to_string(), "until": hours(30)?.to_string(),
    });
    site.post("opal", "/v1/freezes", &freeze).await?.ok()?;
    let window = json!({ "from": from.to_string(), "until": hours(1)?.to_string() });
    let mut changes = Vec::new();
    for number in [1, 2] {
        let mut wanted = change_of("staging", &digest(number));
        wanted["window"] = window.clone();
        changes.push(site.request(&wanted).await?);
    }
    let day = from.to_zoned(TimeZone::UTC).date().to_string();
    Ok((site, changes.swap_remove(0), day))
}

async fn plans(name: &str, setup: Setup) -> Result<()> {
    let (site, change, day) = planned().await?;
    let number = text(&change, "number")?;
    Browser::run(name, setup, async |browser| {
        sign_in(browser, &site, "rita", "/calendar").await?;
        for view in ["month", "week", "list"] {
            let path = format!("/calendar?view={view}&on={day}");
            browser.open_page(&format!("{}{path}", site.server.url())).await?;
            // What it is stands there in words, whatever colours one sees.
            let freeze = "li:has(a[href^='/freezes#freeze-'])";
            let all = browser.page.find_all(thirtyfour::By::Css(freeze)).await?;
            let first = all.first().with_context(|| format!("{view}: no freeze"))?.text().await?;
            ensure!(first.contains("Freeze") && first.contains("Card network outage"), "{first}");
            ensure!(all.len() >= 2, "{view}: it reaches into the next day");
            let entry = format!("li:has(a[href='/changes/{number}'])");
            let entry = browser.page.find_all(thirtyfour::By::Css(entry)).await?;
            let said =
                entry.first().with_context(|| format!("{view}: no {number}"))?.text().await?;
            ensure!(said.contains("Waits") && said.contains("1 conflict"), "{view}: {said}");
            accessible(browser, &format!("the calendar by {view}")).await?;
            tab_to(browser, "a[href^='/freezes#freeze-']").await?;
            tab_to(browser, &format!("a[href='/changes/{number}']")).await?;
            browser.page.action_chain().send_keys(Key::Enter).perform().await?;
            says(browser, "h1", "Release checkout to staging").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn m5_5_the_calendar_says_a_freeze_and_a_conflict_in_every_view_on_a_phone() -> Result<()> {
    plans("console_calendar_phone", PHONE).await
}

#[tokio::test]
async fn m5_5_the_calendar_says_a_freeze_and_a_conflict_in_every_view_on_a_laptop() -> Result<()> {
    plans("console_calendar_laptop", Setup::default()).await
}
