//! Changing the organisation in the console, with a real browser: a person is brought in and taken
//! out by forms alone, without scripts, and by keyboard.

use anyhow::{Result, ensure};
use e2e::Engine;
use e2e::browser::{Browser, Scheme, Setup, Viewport};
use e2e::site::{PASSWORD, Site, change_of, digest, text};

use crate::hand::{fill, press, says, sign_in};

#[tokio::test]
async fn m1_2_a_person_comes_and_goes_by_forms_without_scripts() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    Browser::run("organisation_no_scripts", Setup::without_scripts(), async |browser| {
        sign_in(browser, &site, "ada", "/organisation/people/new").await?;
        fill(browser, "#name", "Nadia of the cast").await?;
        fill(browser, "#emails", "nadia@meridian.example").await?;
        fill(browser, "#time_zone", "Berlin").await?;
        press(browser, "main form button").await?;
        says(browser, ".error-summary", "Use an IANA name").await?;
        fill(browser, "#time_zone", "Europe/Berlin").await?;
        press(browser, "main form button").await?;
        says(browser, ".flash", "Give them an account").await?;

        fill(browser, "#user_name", "nadia").await?;
        fill(browser, "#password", PASSWORD).await?;
        press(browser, "form[action$='/accounts'] button").await?;
        says(browser, ".flash", "They can sign in as nadia now").await?;

        press(browser, "a[href^='/organisation/roles/give']").await?;
        browser.find("#role option[value='peer']").await?.click().await?;
        press(browser, "main form button").await?;
        says(browser, ".flash", "counts from now on").await?;

        sign_in(browser, &site, "nadia", "/inbox").await?;
        says(browser, "h1", "Inbox").await?;

        sign_in(browser, &site, "ada", "/organisation/people?q=nadia").await?;
        press(browser, ".cell-title a").await?;
        press(browser, "a[href$='/deactivate']").await?;
        says(browser, "h1", "Deactivate Nadia of the cast?").await?;
        says(browser, "main .steps", "peer of the organisation").await?;
        press(browser, "main form button.danger").await?;
        says(browser, ".flash", "signed out everywhere").await?;
        says(browser, ".page-head", "Inactive").await
    })
    .await
}

#[tokio::test]
async fn b12_taking_a_role_says_first_which_change_would_wait_for_nobody() -> Result<()> {
    let site = Site::open(Engine::Sqlite).await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let number = text(&change, "number")?;
    // The service's owner could answer it as well, and then nothing would wait for nobody.
    site.unbind("olga", "service-owner", "service:checkout").await?;
    let phone = Setup { viewport: Viewport::Phone, scheme: Scheme::Dark, scripts: true };
    Browser::run("organisation_take", phone, async |browser| {
        let member = format!("person:{}", site.member("pete")?.id);
        let path = format!("/organisation/roles/take?role=peer&scope=organisation&member={member}");
        sign_in(browser, &site, "ada", &path).await?;
        says(browser, "main .steps", &number).await?;
        says(browser, "main .steps", "Give somebody the role first").await?;
        browser.expect_accessible().await?;
        ensure!(!browser.overflows().await?, "wider than a phone");
        press(browser, "main form button.danger").await?;
        says(browser, ".flash", "The role is taken").await
    })
    .await
}
