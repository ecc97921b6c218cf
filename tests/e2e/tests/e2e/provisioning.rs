//! SCIM 2.0 as a conformance tester that is not ours sees it.

use anyhow::{Context, Result, ensure};
use e2e::site::Site;
use e2e::{Engine, run, target};
use tokio::process::Command;

e2e::on_each_database!(scim_conforms_by_a_tester_that_is_not_ours);

async fn scim_conforms_by_a_tester_that_is_not_ours(engine: Engine) -> Result<()> {
    let mut site = Site::open(engine).await?;
    site.add_machine("corp-directory", &["provision"]).await?;
    let token = site.member("corp-directory")?.token.clone();
    let mut tester = Command::new(target()?.join("venv/bin/scim2"));
    tester.args(["--url", &format!("{}/scim/v2", site.server.url())]);
    tester.env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {token}"));
    tester.args(["test", "--verbose"]);
    let finished = run(tester).await.context("`cargo xtask prepare` installs scim2")?;
    let said = format!("{}\n{}", finished.stdout, finished.stderr);
    ensure!(finished.code == 0 && !said.contains("ERROR"), "{said}");
    ensure!(said.contains("SUCCESS"), "{said}");

    let entries = site.get("aud", "/v1/ledger/entries?limit=50").await?;
    ensure!(entries.to_string().contains("corp-directory"), "{entries:#}");
    Ok(())
}
