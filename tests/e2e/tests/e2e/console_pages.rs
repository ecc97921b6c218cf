//! Every page of the console: accessible in light and dark, and no wider than a phone.

use anyhow::{Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{PASSWORD, Site, change_of, digest, text};
use serde_json::{Value, json};

const PAGES: [&str; 42] = [
    "/inbox",
    "/changes",
    "/changes?state=approved&q=nothing+like+this",
    "/changes/new",
    "/changes/new?service=checkout",
    "/policy",
    "/policy/drills",
    "/policy/windows",
    "/absence",
    "/calendar",
    "/calendar?view=week",
    "/calendar?view=list",
    "/calendar?view=week&scope=service%3Acheckout",
    "/calendar-feeds",
    "/automation",
    "/automation/rules/small-scaling",
    "/change-sets",
    "/freezes",
    "/overrides",
    "/risks",
    "/policy/source/rules/base.yaml",
    "/policy/proposals/new",
    "/ledger",
    "/ledger/entries/3",
    "/policy/proposals",
    "/organisation/people",
    "/organisation/people/new",
    "/organisation/roles/give",
    "/organisation/groups/new",
    "/organisation/rotas",
    "/organisation/rotas/new",
    "/organisation/services/new",
    "/organisation/services/checkout/edit",
    "/organisation/services/checkout/retire",
    "/organisation/domains",
    "/organisation/roles",
    "/organisation/groups",
    "/organisation/services",
    "/organisation/environments",
    "/organisation/service-accounts",
    "/nowhere",
    "/setup",
];

/// A site with a change that has seen everything: votes, a hold, a revision, long words.
async fn site() -> Result<(Site, String)> {
    let site = Site::open(Engine::Sqlite).await?;
    let mut request = change_of("staging", &digest(1));
    request["title"] = Value::from(format!("Release {}", "checkout".repeat(12)));
    request["parameters"] = json!({ "A_PARAMETER_WITH_A_NAME_THAT_DOES_NOT_END": "x".repeat(90) });
    let change = site.request(&request).await?;
    let id = text(&change, "id")?;
    site.vote("pete", &change, "approve").await?.ok()?;
    request["artifacts"][0]["digest"] = Value::from(digest(2));
    let revision = json!({ "expected_revision": change["revision"]["number"], "change": request });
    let path = format!("/v1/changes/{id}/revisions");
    let revised = site.post("rita", &path, &revision).await?.ok()?;
    site.vote("olga", &revised, "request_changes").await?.ok()?;
    let hold = json!({ "reason": "Month-end close runs until the 24th." });
    site.post("olga", &format!("/v1/changes/{id}/holds"), &hold).await?.ok()?;
    for role in ["requester", "policy-author"] {
        site.bind("ada", role, "organisation").await?;
    }
    let number = text(&change, "number")?;
    Ok((site, format!("/changes/{number}")))
}

async fn sign_in(browser: &Browser, site: &Site, user: &str) -> Result<()> {
    browser.open_page(&format!("{}/sign-in", site.server.url())).await?;
    browser.find("#user_name").await?.send_keys(user).await?;
    browser.find("#password").await?.send_keys(PASSWORD).await?;
    browser.find("form[action='/sign-in'] button").await?.click().await?;
    browser.find("nav.sections").await?;
    Ok(())
}

fn addresses(site: &Site, change: &str) -> Result<Vec<String>> {
    let machine = &site.member("ci")?.id;
    let person = &site.member("pete")?.id;
    let own = [
        change.to_owned(),
        format!("{change}/revise"),
        format!("/organisation/people/{person}"),
        format!("/organisation/people/{person}/edit"),
        format!("/organisation/people/{person}/deactivate"),
        format!("/organisation/service-accounts/{machine}"),
    ];
    Ok(own.into_iter().chain(PAGES.map(str::to_owned)).collect())
}

/// Looks at every page, as somebody who decides and as the admin, and lists all that is wrong.
async fn look(name: &str, setup: Setup) -> Result<()> {
    let (site, change) = site().await?;
    let addresses = addresses(&site, &change)?;
    Browser::run(name, setup, async |browser| {
        let mut wrong = Vec::new();
        browser.open_page(&format!("{}/sign-in", site.server.url())).await?;
        wrong.extend(browser.axe().await?.into_iter().map(|v| format!("/sign-in: {v}")));
        for (user, pages) in [("ada", addresses.as_slice()), ("pete", &addresses[..1])] {
            browser.page.delete_all_cookies().await?;
            sign_in(browser, &site, user).await?;
            for path in pages {
                browser.open_page(&format!("{}{path}", site.server.url())).await?;
                let found = browser.axe().await?;
                wrong.extend(found.into_iter().map(|v| format!("{path} as {user}: {v}")));
                if browser.overflows().await? {
                    wrong.push(format!("{path} as {user}: wider than the window"));
                }
            }
        }
        ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn wcag_2_2_every_page_is_accessible_and_fits_a_phone_in_dark() -> Result<()> {
    let setup = Setup { viewport: Viewport::Phone, scheme: Scheme::Dark, scripts: true };
    look("console_phone_dark", setup).await
}

#[tokio::test]
async fn wcag_2_2_every_page_is_accessible_on_a_laptop_in_light() -> Result<()> {
    look("console_laptop_light", Setup::default()).await
}
