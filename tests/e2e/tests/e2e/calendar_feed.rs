//! A calendar feed as a parser that is not ours reads it: the `icalendar` package from PyPI.

use std::fs;

use anyhow::{Context, Result, ensure};
use e2e::site::{Site, change_of, digest, text};
use e2e::{Api, Engine, run, target};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::{Value, json};
use tokio::process::Command;

e2e::on_each_database!(m5_5_a_feed_is_read_by_a_parser_that_is_not_ours_as_it_was_meant);

/// Everything that a content line has to fold, escape or leave alone (RFC 5545, 3.1 and 3.3.11).
const TITLE: &str = "Größer; leichter, \\schneller\\: ein Titel, der länger ist als eine Zeile sein darf 🚀 und weiter";

const ZONE: &str = "Europe/Berlin";

#[expect(clippy::disallowed_methods, reason = "the server runs on the real clock")]
async fn m5_5_a_feed_is_read_by_a_parser_that_is_not_ours_as_it_was_meant(
    engine: Engine,
) -> Result<()> {
    let site = Site::open(engine).await?;
    let mut asked = Vec::new();
    let soon = Timestamp::now().checked_add(SignedDuration::from_hours(24 * 20))?;
    let zone = TimeZone::get(ZONE)?;
    let edge = zone.following(soon).next().context("clocks change no more")?.timestamp();
    let before_edge = edge.checked_sub(SignedDuration::from_mins(30))?;
    for (nth, from) in [(1_u64, soon.round(Unit::Minute)?), (2, before_edge)] {
        let until = from.checked_add(SignedDuration::from_mins(90))?;
        let mut change = change_of("staging", &digest(nth));
        change["title"] = json!(format!("{TITLE} {nth}"));
        change["window"] = json!({"from": from, "until": until});
        let requested = site.request(&change).await?;
        for (side, meant) in [("from", from), ("until", until)] {
            let said: Timestamp = text(&requested["revision"]["window"], side)?.parse()?;
            ensure!(said == meant, "{side}: {said} instead of {meant}");
        }
        asked.push((format!("{TITLE} {nth}"), text(&requested, "number")?, from, until));
    }
    let feed = json!({"label": "Rita's; own, feed", "about": "own", "expires_in_days": 30});
    let made = site.post("rita", "/v1/me/calendar-feeds", &feed).await?.ok()?;
    let url = text(&made, "url")?;
    let at = url.find("/feeds/").context("no feed in the link")?;
    let path = url.get(at..).context("no path")?;
    let bytes = Api::anonymous(site.server.url())?.bytes(path).await?;
    let file = site.home.folder().join("feed.ics");
    fs::write(&file, bytes)?;

    let mut reader = Command::new(target()?.join("venv/bin/python"));
    let script = e2e::site::repository().join("tests/e2e/python/read_feed.py");
    reader.arg(script).arg(&file).arg(ZONE);
    let said = run(reader).await.context("`cargo xtask prepare` installs it")?;
    let read = said.expect_code(0)?.json()?;
    ensure!(read["version"] == "2.0" && read["name"] == "Rita's; own, feed", "{read:#}");
    let events = read["events"].as_array().context("events")?;
    ensure!(events.len() == asked.len(), "{read:#}");
    for (title, number, from, until) in asked {
        let ours = |e: &&Value| e["summary"].as_str().is_some_and(|s| s.starts_with(&number));
        let event = events.iter().find(ours).with_context(|| format!("{number} in {read:#}"))?;
        let summary = text(event, "summary")?;
        ensure!(summary.starts_with(&format!("{number} {title} (")), "{summary}");
        ensure!(text(event, "url")?.ends_with(&format!("/changes/{number}")), "{event:#}");
        for (side, at) in [("start", from), ("end", until)] {
            let wall = at.in_tz(ZONE)?.strftime("%Y-%m-%d %H:%M").to_string();
            let meant = json!({"utc": at.to_string(), "wall": wall});
            ensure!(event[side] == meant, "{side}: {event:#} instead of {meant}");
        }
    }
    Ok(())
}
