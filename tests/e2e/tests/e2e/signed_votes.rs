//! Votes signed by their voters: with a passkey in a real browser, with SSH keys from the command line,
//! and verified by tools that are not ours.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use e2e::browser::{Browser, Setup};
use e2e::site::{PASSWORD, Site, bundle, change_of, digest, text};
use e2e::{Engine, countersign_verify, run};
use serde_json::{Value, json};
use thirtyfour::Key;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::hand::{press, says};

/// Passkeys are for a host with a name.
fn base(site: &Site) -> String {
    site.server.url().replace("127.0.0.1", "localhost")
}

/// A site whose tier of staging asks for this of an approval.
async fn site(engine: Engine, step_up: &str) -> Result<Site> {
    let site = Site::open(engine).await?;
    let title = "    title: test and staging\n";
    let asked = format!("{title}    step_up: {{ {step_up} }}\n");
    let files: Vec<Value> = bundle("regulated-company")?
        .into_iter()
        .map(|mut file| {
            let text = file["text"].as_str().unwrap_or_default().replace(title, &asked);
            file["text"] = json!(text);
            file
        })
        .collect();
    let proposal = json!({"files": files, "reason": "signed approvals"});
    let proposed = site.post("polly", "/v1/policy/proposals", &proposal).await?.ok()?;
    let path = format!("/v1/policy/proposals/{}/activation", text(&proposed, "digest")?);
    site.post("ada", &path, &json!({"reason": "read and agreed"})).await?.ok()?;
    Ok(site)
}

async fn enter(browser: &Browser, site: &Site, user: &str) -> Result<()> {
    browser.open_page(&format!("{}/inbox", base(site))).await?;
    browser.find("#user_name").await?.send_keys(user).await?;
    browser.find("#password").await?.send_keys(PASSWORD).await?;
    press(browser, "form[action='/sign-in'] button").await?;
    says(browser, "h1", "Inbox").await
}

async fn add_passkey(browser: &Browser, site: &Site) -> Result<()> {
    browser.open_page(&format!("{}/signing-keys", base(site))).await?;
    browser.find("#passkey-name").await?.send_keys("laptop").await?;
    press(browser, "form[data-passkey=create] button").await?;
    says(browser, ".flash", "The passkey is added").await?;
    browser.expect_accessible().await
}

/// Chooses to approve, up to the page that asks for the signature.
async fn approve(browser: &Browser, site: &Site, number: &str) -> Result<()> {
    browser.open_page(&format!("{}/changes/{number}", base(site))).await?;
    browser.find("#decision-approve").await?.send_keys(Key::Space).await?;
    press(browser, "form[action$='/votes'] button").await?;
    says(browser, "h1", "Sign your decision").await
}

#[tokio::test]
async fn h14_an_approver_signs_with_a_passkey_and_a_script_alone_approves_nothing() -> Result<()> {
    let site = site(Engine::Sqlite, "max_age: 15m, signature: required").await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let (number, path) =
        (text(&change, "number")?, format!("/v1/changes/{}", text(&change, "id")?));
    Browser::run("signed_votes", Setup::default(), async |browser| {
        let authenticator = browser.plug_in_authenticator().await?;
        enter(browser, &site, "pete").await?;
        add_passkey(browser, &site).await?;
        approve(browser, &site, &number).await?;
        browser.expect_accessible().await?;

        // E08: whatever runs in the page has the session, the token of its forms and no finger.
        let script = "const form = document.querySelector('form[data-passkey]'); \
            const body = new URLSearchParams(new FormData(form)); \
            return fetch(form.action, {method: 'POST', body}).then((answer) => answer.status);";
        let status = browser.page.execute(script, Vec::new()).await?;
        ensure!(status.json().as_u64().is_some_and(|s| s >= 400), "{:?}", status.json());
        ensure!(site.get("aud", &path).await?["votes"] == json!([]), "a script approved");

        // A finger that does not fit signs nothing either.
        authenticator.verifies(false).await?;
        press(browser, "form[data-passkey=get] button").await?;
        says(browser, "[data-passkey-said]", "Nothing was sent").await?;
        ensure!(site.get("aud", &path).await?["votes"] == json!([]), "nobody was verified");

        authenticator.verifies(true).await?;
        press(browser, "form[data-passkey=get] button").await?;
        says(browser, ".flash", "Your approval is recorded").await?;
        says(browser, "#votes", "signed with a passkey").await?;

        // The same passkey proves again who one is.
        browser.open_page(&format!("{}/step-up?next=/inbox", base(&site))).await?;
        browser.expect_accessible().await?;
        press(browser, "form[data-passkey=get] button").await?;
        says(browser, "h1", "Inbox").await
    })
    .await?;
    let after = site.get("aud", &path).await?;
    ensure!(after["state"] == "approved", "{after:#}");
    let signature = &after["votes"][0]["signature"];
    ensure!(signature["kind"] == "passkey" && signature["holds"] == true, "{after:#}");

    let out = exported(&site).await?;
    let passkeys = std::fs::read_dir(&out)?.filter_map(Result::ok);
    let count = passkeys
        .filter(|file| file.file_name().to_string_lossy().ends_with(".passkey.json"))
        .count();
    ensure!(count == 1, "{count} passkey signatures in {}", out.display());
    Ok(())
}

#[tokio::test]
async fn h14_without_scripts_the_page_says_how_to_sign_all_the_same() -> Result<()> {
    let site = site(Engine::Sqlite, "max_age: 15m, signature: required").await?;
    let change = site.request(&change_of("staging", &digest(1))).await?;
    let number = text(&change, "number")?;
    let setup = Setup { scripts: false, ..Setup::default() };
    Browser::run("signed_votes_plain", setup, async |browser| {
        enter(browser, &site, "pete").await?;
        approve(browser, &site, &number).await?;
        says(browser, "main", "You have no passkey here").await?;
        says(browser, "main", &format!("countersign vote approve {number}")).await?;
        says(browser, "main", "--sign-with").await
    })
    .await
}

#[tokio::test]
async fn h14_a_vote_signed_with_an_ssh_key_verifies_with_ssh_keygen() -> Result<()> {
    let site = site(Engine::Postgres, "signature: required").await?;
    let folder = site.home.folder().to_owned();
    let key = folder.join("id_pete");
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key);
    run(keygen).await?.expect_code(0)?;

    let change = site.request(&change_of("staging", &digest(2))).await?;
    let number = text(&change, "number")?;
    site.vote("pete", &change, "approve").await?.refused(403, "signature_required")?;

    let mut add = site.command("pete")?;
    add.args(["key", "add", "id_pete.pub", "--name", "laptop", "--user", "pete"]);
    add.arg("--password-stdin");
    let added = with_input(add, PASSWORD).await?;
    ensure!(added.contains("votes can be signed with"), "{added}");
    let mut vote = site.command("pete")?;
    vote.args(["vote", "approve", &number, "--revision", "1", "--sign-with", "id_pete"]);
    let voted = run(vote).await?.expect_code(0)?;
    ensure!(voted.stdout.contains("signed"), "{}", voted.stdout);

    let out = exported(&site).await?;
    let entry = signed_entry(&out)?;
    let person = &site.member("pete")?.id;
    let statement = std::fs::read(out.join(format!("{entry}.json")))?;
    let verify = |statement: Vec<u8>| {
        let mut verify = Command::new("ssh-keygen");
        verify.current_dir(&out).args(["-Y", "verify", "-f", "allowed_signers", "-I", person]);
        verify.args(["-n", "countersign-vote@v1", "-s", &format!("{entry}.sig")]);
        async move { exit_with_input(verify, &statement).await }
    };
    ensure!(verify(statement.clone()).await? == 0, "ssh-keygen refuses it");
    let forged = String::from_utf8(statement)?.replace("approve", "abstain");
    ensure!(verify(forged.into_bytes()).await? != 0, "ssh-keygen takes another statement");
    Ok(())
}

async fn with_input(mut command: Command, input: &str) -> Result<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("start the command")?;
    let mut pipe = child.stdin.take().context("no input")?;
    pipe.write_all(input.as_bytes()).await?;
    drop(pipe);
    let output = child.wait_with_output().await?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    let printed = String::from_utf8_lossy(&output.stdout);
    Ok(format!("{printed}{said}"))
}

async fn exit_with_input(mut command: Command, input: &[u8]) -> Result<i32> {
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().context("start ssh-keygen")?;
    let mut pipe = child.stdin.take().context("no input")?;
    pipe.write_all(input).await?;
    drop(pipe);
    Ok(child.wait().await?.code().unwrap_or(-1))
}

/// The signatures of an export that the auditor made and verified.
async fn exported(site: &Site) -> Result<std::path::PathBuf> {
    let folder = site.home.folder();
    let (export, out) = (folder.join("export"), folder.join("signatures"));
    let mut ledger = site.command("aud")?;
    ledger.args(["ledger", "export"]).arg(&export);
    run(ledger).await?.expect_code(0)?;
    let mut verify = countersign_verify(folder)?;
    verify.arg(&export).arg("--signatures").arg(&out);
    let said = run(verify).await?.expect_code(0)?;
    ensure!(said.stdout.contains("1 votes are signed by their voters"), "{}", said.stdout);
    Ok(out)
}

fn signed_entry(out: &std::path::Path) -> Result<String> {
    let names = std::fs::read_dir(out)?.filter_map(Result::ok);
    let mut names = names.map(|file| file.file_name().to_string_lossy().into_owned());
    let found = names.find_map(|name| name.strip_suffix(".sig").map(str::to_owned));
    found.context("no SSH signature was written")
}
