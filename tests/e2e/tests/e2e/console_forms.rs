//! The console's forms as a hostile or hasty browser sends them: no page changes anything, no other
//! site can act, and what is sent twice is recorded once.

use anyhow::{Context, Result, ensure};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use e2e::{Api, Engine};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, header};
use serde_json::{Value, json};

/// A browser without eyes: a cookie, and forms.
struct Hand {
    http: Client,
    base: String,
    cookie: String,
}

impl Hand {
    async fn of(site: &Site, user: &str) -> Result<Self> {
        let credentials = json!({ "user_name": user, "password": PASSWORD });
        let answer = Api::anonymous(site.server.url())?.post("/v1/sessions", &credentials).await?;
        let http = Client::builder().redirect(Policy::none()).build()?;
        Ok(Self { http, base: site.server.url().to_owned(), cookie: answer.cookies })
    }

    async fn page(&self, path: &str) -> Result<String> {
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = request.header(header::COOKIE, &self.cookie).send().await?;
        Ok(answer.text().await?)
    }

    async fn send(&self, path: &str, origin: &str, fields: &[(&str, &str)]) -> Result<Response> {
        let body: Vec<String> = fields.iter().map(|(n, v)| format!("{n}={}", encode(v))).collect();
        let request = self.http.post(format!("{}{path}", self.base));
        let request = request
            .header(header::COOKIE, &self.cookie)
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.join("&"));
        request.send().await.context("send a form")
    }
}

fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> Result<String> {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .with_context(|| format!("no field `{name}`"))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}

fn links(page: &str) -> Vec<String> {
    let all = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let ours = all.filter(|href| href.starts_with('/'));
    ours.map(|href| href.replace("&amp;", "&").replace("&#38;", "&")).collect()
}

async fn size(site: &Site) -> Result<Value> {
    Ok(site.get("aud", "/v1/ledger").await?["size"].clone())
}

#[tokio::test]
async fn e01_fetching_every_link_of_a_change_changes_nothing() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let pete = Hand::of(&site, "pete").await?;
    let before = size(&site).await?;
    ensure!(before.is_u64(), "{before}");
    let page = pete.page(&format!("/changes/{}", text(&change, "number")?)).await?;
    let found = links(&page);
    ensure!(found.len() > 15, "{found:?}");
    for href in found {
        pete.page(&href).await?;
    }
    for action in ["votes", "holds", "withdraw", "submission", "closure", "revisions"] {
        pete.page(&format!("/changes/{}/{action}", text(&change, "number")?)).await?;
    }
    // What a timer does in the meantime is nobody's doing: it asks those who can approve.
    let entries = site.get("aud", "/v1/ledger/entries").await?;
    let newest = entries["items"].as_array().context("no entries")?;
    let grown = newest.iter().filter(|e| e["index"].as_u64() >= before.as_u64());
    let grown: Vec<&Value> = grown.filter(|e| e["kind"] != "approvers_asked").collect();
    ensure!(!newest.is_empty() && grown.is_empty(), "the log grew by {grown:#?}");
    Ok(())
}

#[tokio::test]
async fn e04_a_vote_that_another_site_sends_is_refused() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let pete = Hand::of(&site, "pete").await?;
    let path = format!("/changes/{}", text(&change, "number")?);
    let page = pete.page(&path).await?;
    let csrf = hidden(&page, "csrf")?;
    let votes = format!("{path}/votes");
    let vote =
        |csrf: &'static str| [("csrf", csrf), ("decision", "approve"), ("expected_revision", "1")];
    for (origin, fields) in [
        (
            "https://evil.example",
            vec![("csrf", csrf.as_str()), ("decision", "approve"), ("expected_revision", "1")],
        ),
        ("null", vote("").to_vec()),
        (site.server.url(), vote("").to_vec()),
        (site.server.url(), vote("0000000000000000").to_vec()),
    ] {
        let answer = pete.send(&votes, origin, &fields).await?;
        ensure!(answer.status() == 403, "{origin}: {}", answer.status());
    }
    let id = text(&change, "id")?;
    let after = site.get("aud", &format!("/v1/changes/{id}")).await?;
    ensure!(after["votes"] == json!([]), "{after:#}");
    let fields = [("csrf", csrf.as_str()), ("decision", "approve"), ("expected_revision", "1")];
    let answer = pete.send(&votes, site.server.url(), &fields).await?;
    ensure!(answer.status() == 303, "our own page: {}", answer.status());
    Ok(())
}

#[tokio::test]
async fn c05_a_form_sent_twice_asks_for_one_change() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let rita = Hand::of(&site, "rita").await?;
    let page = rita.page("/changes/new?service=checkout").await?;
    let (csrf, key) = (hidden(&page, "csrf")?, hidden(&page, "idempotency_key")?);
    let digest = digest(3);
    let fields = [
        ("csrf", csrf.as_str()),
        ("idempotency_key", &key),
        ("title", "Sent twice"),
        ("reason", "A double click."),
        ("service", "checkout"),
        ("environment", "staging"),
        ("change_type", "normal"),
        ("impact", "low"),
        ("artifact_name", "app.bin"),
        ("artifact_digest", &digest),
        ("submit", "true"),
    ];
    let send = || rita.send("/changes", site.server.url(), &fields);
    let (first, second) = futures::future::try_join(send(), send()).await?;
    let third = send().await?;
    let to = |answer: &Response| answer.headers().get(header::LOCATION).cloned();
    ensure!(first.status() == 303, "{}", first.text().await?);
    ensure!(to(&first).is_some() && to(&first) == to(&second) && to(&first) == to(&third));
    let found = site.get("aud", "/v1/changes?text=Sent%20twice").await?;
    ensure!(found["items"].as_array().is_some_and(|all| all.len() == 1), "{found:#}");
    Ok(())
}

#[tokio::test]
async fn e17_what_one_may_not_see_and_what_is_not_there_look_the_same() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let aud = Hand::of(&site, "aud").await?;
    let gone = aud.page("/changes/CHG-999999").await?;
    ensure!(gone.contains("There is nothing here"), "{gone}");
    // An auditor reads everything and is offered no form but the search and signing out.
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let pages = [
        format!("/changes/{}", text(&change, "number")?),
        "/policy".to_owned(),
        "/organisation/service-accounts".to_owned(),
        format!("/organisation/service-accounts/{}", site.member("ci")?.id),
    ];
    for path in pages {
        let page = aud.page(&path).await?;
        let posts: Vec<&str> =
            page.split("<form").skip(1).filter(|f| f.contains("method=\"post\"")).collect();
        ensure!(posts.iter().all(|form| form.contains("/sign-out")), "{path}: {posts:?}");
    }
    Ok(())
}
