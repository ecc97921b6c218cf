//! The command line as people and pipelines use it: the real binary against a real server.

#![expect(clippy::unwrap_used, reason = "a test that gets something else must stop and say so")]

mod harness;

use harness::Site;
use serde_json::{Value, json};
use testkit::Actor;

const TARGET: [&str; 4] = ["--service", "checkout", "--environment", "production"];

fn gate<'a>(artifact: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["gate"][..], &TARGET, &["--artifact", artifact], more].concat()
}

fn create(artifact: &str) -> Vec<&str> {
    [&["change", "create", "--title", "Release"][..], &TARGET, &["--artifact", artifact]].concat()
}

/// Asks for a change for the file `app.bin`; gives its number.
fn ask(site: &Site, who: &Actor) -> String {
    let created = site.run(who, &[&create("app.bin")[..], &["--json"]].concat()).expect(0);
    created.json()["number"].as_str().unwrap().to_owned()
}

fn approve(site: &Site, number: &str) {
    for who in [&site.who.approver, &site.who.security] {
        let line = ["vote", "approve", number, "--revision", "1", "-m", "looked at it"];
        site.run(who, &line).expect(0);
    }
}

#[test]
fn m2_2_the_gate_answers_with_its_exit_code() {
    let site = Site::start();
    site.write("app.bin", "one");
    let who = site.who.requester.clone();
    let nothing = site.run(&who, &gate("app.bin", &[])).expect(10);
    assert!(nothing.out.contains("denied"), "{nothing:?}");
    let number = ask(&site, &who);
    let pending = site.run(&who, &gate("app.bin", &[])).expect(11);
    assert!(pending.out.contains("needs 1 more of security: Test security"), "{pending:?}");
    approve(&site, &number);
    let allowed = site.run(&who, &gate("app.bin", &["--json"])).expect(0);
    assert_eq!(allowed.json()["answer"], "allow");
    site.write("app.bin", "two");
    let swapped = site.run(&who, &gate("app.bin", &["--change", &number])).expect(10);
    assert!(swapped.out.contains("not the approved ones"), "{swapped:?}");
}

#[test]
fn m2_2_run_waits_runs_once_approved_and_reports() {
    let site = Site::start();
    site.write("app.bin", "one");
    let script = "echo \"$COUNTERSIGN_CHANGE $COUNTERSIGN_APPROVERS\" > deployed; exit 3";
    let line = [
        &["run"][..],
        &TARGET,
        &[
            "--artifact",
            "app.bin",
            "--param",
            "canary=10",
            "--wait",
            "60s",
            "--",
            "sh",
            "-c",
            script,
        ],
    ]
    .concat();
    let running = site.spawn(&site.who.requester, &line);
    let number = site.wait_for_change();
    approve(&site, &number);
    let done = running.wait().expect(3);
    let deployed = site.read("deployed");
    assert!(deployed.starts_with(&number), "{deployed}");
    assert!(deployed.contains("Test approver (service-owner)"), "{deployed}");
    assert!(deployed.contains("Test security (security)"), "{deployed}");
    let line = done.err.lines().find(|l| l.starts_with("countersign-approval ")).unwrap();
    let record: Value = serde_json::from_str(line.split_once(' ').unwrap().1).unwrap();
    assert_eq!(record["change"], json!(number));
    assert_eq!(record["approvals"][0]["justification"], "looked at it");
    let shown = site.run(&site.who.requester, &["change", "show", &number, "--json"]).expect(0);
    let deployment = &shown.json()["deployments"][0];
    assert_eq!((&deployment["outcome"], &deployment["exit_code"]), (&json!("failed"), &json!(3)));
}

#[test]
fn a01_run_refuses_a_file_that_was_swapped_after_approval() {
    let site = Site::start();
    site.write("app.bin", "one");
    let number = ask(&site, &site.who.requester);
    approve(&site, &number);
    site.write("app.bin", "two");
    let line = [
        &["run"][..],
        &TARGET,
        &["--artifact", "app.bin", "--change", &number, "--", "touch", "deployed"],
    ]
    .concat();
    let refused = site.run(&site.who.requester, &line).expect(10);
    assert!(refused.err.contains("the command was not run"), "{refused:?}");
    assert!(!site.exists("deployed"));
}

#[test]
fn j01_without_the_server_the_answer_is_unknown_unless_a_saved_grant_proves_it() {
    let site = Site::start();
    site.write("app.bin", "one");
    let who = site.who.requester.clone();
    let number = ask(&site, &who);
    approve(&site, &number);
    site.run(&who, &gate("app.bin", &["--save-grant", "grant.json"])).expect(0);
    let gone = ["--server", "http://127.0.0.1:9"];
    let unknown = site.run(&who, &gate("app.bin", &gone)).expect(13);
    assert!(unknown.err.contains("this is not a no"), "{unknown:?}");
    let key = site.key();
    let verify = ["grant", "verify", "grant.json", "--key", &key];
    // The server's clock stands still in the past or future; only the proof is checked here.
    let verified = site.run(&who, &[&verify[..], &["--artifact", "app.bin"]].concat());
    assert!([0, 11, 12].contains(&verified.code), "{verified:?}");
    site.write("other.bin", "two");
    let other = site.run(&who, &[&verify[..], &["--artifact", "other.bin"]].concat());
    assert!([10, 11, 12].contains(&other.code), "{other:?}");
    let stranger = "other.example/log+5ad90b6c+AXCxcWLFi1Y7KKAtYpjeVVpjmzGsPPrHqDWXHgBUJn8k";
    let line = ["grant", "verify", "grant.json", "--key", stranger];
    assert!([2, 10].contains(&site.run(&who, &line).code));
}

#[test]
fn signing_in_keeps_a_token_and_signing_out_revokes_it() {
    let site = Site::start();
    let nobody = site.run_as(None, &["whoami"], "").expect(2);
    assert!(nobody.err.contains("countersign login"), "{nobody:?}");
    let password = testkit::organisation::PASSWORD;
    let wrong = site.run_as(None, &["login", "--user", "requester", "--password-stdin"], "wrong");
    assert_eq!(wrong.code, 1, "{wrong:?}");
    site.run_as(None, &["login", "--user", "requester", "--password-stdin"], password).expect(0);
    let me = site.run_as(None, &["whoami"], "").expect(0);
    assert!(me.out.contains("Test requester"), "{me:?}");
    site.run_as(None, &["logout"], "").expect(0);
    site.run_as(None, &["whoami"], "").expect(2);
}

#[test]
fn a_vote_without_a_terminal_must_name_the_revision() {
    let site = Site::start();
    site.write("app.bin", "one");
    let number = ask(&site, &site.who.requester);
    let refused = site.run(&site.who.approver, &["vote", "approve", &number]).expect(2);
    assert!(refused.err.contains("--revision"), "{refused:?}");
    let stale = ["vote", "approve", &number, "--revision", "7"];
    let stale = site.run(&site.who.approver, &stale).expect(1);
    assert!(stale.err.contains("stale_revision"), "{stale:?}");
    let own = site.run(&site.who.requester, &["vote", "approve", &number, "--revision", "1"]);
    assert!(own.expect(1).err.contains("sod_author"));
}

#[test]
fn a17_hostile_text_of_others_is_harmless_in_the_terminal() {
    let site = Site::start();
    site.write("app.bin", "one");
    let title = "evil\u{1b}[2J\u{202e}title";
    let line = [&["change", "create", "--title", title][..], &TARGET, &["--artifact", "app.bin"]];
    site.run(&site.who.requester, &line.concat()).expect(0);
    for line in [&["inbox"][..], &["change", "list"], &["change", "show", "CHG-1001"]] {
        let shown = site.run(&site.who.approver, line).expect(0);
        assert!(shown.out.contains("evil"), "{shown:?}");
        let harmful = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!shown.out.contains(harmful), "{:?}", shown.out);
    }
}

#[test]
fn holding_and_releasing_shut_and_open_the_gate() {
    let site = Site::start();
    site.write("app.bin", "one");
    let who = site.who.requester.clone();
    let number = ask(&site, &who);
    approve(&site, &number);
    site.run(&site.who.approver, &["hold", &number, "-m", "error rate is up"]).expect(0);
    let held = site.run(&who, &gate("app.bin", &[])).expect(10);
    assert!(held.out.contains("on hold"), "{held:?}");
    site.run(&site.who.approver, &["release", &number, "-m", "it was another service"]).expect(0);
    site.run(&who, &gate("app.bin", &[])).expect(0);
}

#[test]
fn the_log_is_verified_receipted_and_exported_over_the_api() {
    let site = Site::start();
    site.write("app.bin", "one");
    let number = ask(&site, &site.who.requester);
    let auditor = site.who.auditor.clone();
    let key = site.key();
    let verify = ["ledger", "verify", "--key", &key];
    site.run(&auditor, &verify).expect(0);
    approve(&site, &number);
    let grown = site.run(&auditor, &[&verify[..], &["--full"]].concat()).expect(0);
    assert!(grown.out.contains("it continues the"), "{grown:?}");
    let receipt = site.run(&auditor, &["ledger", "receipt", "3", "--tlog-proof", "--key", &key]);
    assert!(receipt.expect(0).out.starts_with("c2sp.org/tlog-proof@v1"));
    site.run(&auditor, &["ledger", "export", "out", "--key", &key]).expect(0);
    assert!(site.exists("out/checkpoint") && site.exists("out/manifest.json"));
    let entries = site.run(&auditor, &["ledger", "entries", "--json"]).expect(0);
    assert!(entries.json()["items"].as_array().is_some_and(|items| items.len() > 3));
}

#[test]
fn the_organisation_is_set_up_from_the_command_line() {
    let site = Site::start();
    let admin = site.who.admin.clone();
    let line = ["people", "add", "--name", "Ada", "--email", "ada@example.com", "--user", "ada"];
    let ada = site.run(&admin, &[&line[..], &["--json"]].concat()).expect(0).json();
    let ada = ada["id"].as_str().unwrap();
    site.run(&admin, &["roles", "add", "service-owner", "--on", "service:billing", "--to", ada])
        .expect(0);
    let roles = site.run(&admin, &["roles", "list"]).expect(0);
    assert!(roles.out.contains("service:billing"), "{roles:?}");
    let line = ["services", "add", "search", "--title", "Search", "--domain", "shop"];
    site.run(&admin, &line).expect(0);
    assert!(site.run(&admin, &["services", "list"]).expect(0).out.contains("search"));
    assert!(site.run(&admin, &["services", "environments"]).expect(0).out.contains("production"));
    assert!(site.run(&admin, &["people", "list"]).expect(0).out.contains("Ada"));
    let line = ["service-account", "add", "ci", "--purpose", "deploys", "--json"];
    let account = site.run(&admin, &line).expect(0).json();
    let account = account["id"].as_str().unwrap();
    let line = ["token", "create", "--service-account", account, "--label", "ci", "--verb", "gate"];
    let token = site.run(&admin, &[&line[..], &["--json"]].concat()).expect(0).json();
    site.run(&admin, &["token", "revoke", token["token_id"].as_str().unwrap()]).expect(0);
    let accounts = site.run(&admin, &["service-account", "list"]).expect(0);
    assert!(accounts.out.contains("revoked"), "{accounts:?}");
}

#[test]
fn a_policy_is_checked_tested_explained_and_activated() {
    let site = Site::start();
    let author = site.who.policy_author.clone();
    site.run(&author, &["policy", "new", "small-team"]).expect(0);
    site.run_as(None, &["policy", "check", "small-team"], "").expect(0);
    site.run_as(None, &["policy", "test", "small-team"], "").expect(0);
    site.write(
        "change.json",
        r#"{"title":"t","service":"checkout","environment":"production",
            "artifacts":[{"name":"a","digest":"sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}]}"#,
    );
    let here = ["policy", "explain", "small-team", "--change", "change.json"];
    let here = site.run_as(None, &here, "").expect(0);
    assert!(here.out.contains("approval level"), "{here:?}");
    let live = site.run(&author, &["policy", "explain", "--change", "change.json"]).expect(0);
    assert!(live.out.contains("Security looks at production"), "{live:?}");
    let against = ["policy", "check", "small-team", "--against", "live"];
    let less = site.run(&author, &against).expect(11);
    assert!(less.out.contains("may ask for less"), "{less:?}");
    let less = site.run(&author, &[&against[..], &["--json"]].concat()).expect(11).json();
    assert_eq!(less["ok"], true);
    assert!(!less["against"]["weaker"].as_array().unwrap().is_empty(), "{less:#}");
    let line = ["policy", "propose", "small-team", "-m", "smaller", "--json"];
    let proposal = site.run(&author, &line).expect(0).json();
    let digest = proposal["digest"].as_str().unwrap();
    let proposals = site.run(&author, &["policy", "proposals"]).expect(0);
    assert!(proposals.out.contains(digest), "{proposals:?}");
    site.run(&author, &["policy", "activate", digest, "-m", "mine"]).expect(1);
    site.run(&site.who.second_author, &["policy", "activate", digest, "-m", "fine"]).expect(0);
    let shown = site.run(&author, &["policy", "show"]).expect(0);
    assert!(shown.out.contains(digest), "{shown:?}");
    let same = site.run(&author, &against).expect(0);
    assert!(same.out.contains("it is the live bundle"), "{same:?}");
    let nobody = site.run_as(None, &against, "");
    assert_ne!(nobody.code, 0, "what can't be compared is no yes: {nobody:?}");
    site.write("small-team/rules/team.yaml", "rules:\n  - idd: x\n");
    let broken = site.run_as(None, &["policy", "check", "small-team"], "").expect(1);
    assert!(broken.out.contains("small-team/rules/team.yaml:2"), "{broken:?}");
    let _ = site.run(&author, &against).expect(1);
}

#[test]
fn what_needs_no_server_works_without_one() {
    let site = Site::start();
    for line in [
        &["change", "schema"][..],
        &["policy", "schema"],
        &["policy", "schema", "--conditions"],
        &["config", "reference"],
        &["config", "show"],
        &["completion", "bash"],
        &["help-all", "--markdown"],
        &["openapi"],
    ] {
        let done = site.run_as(None, &[line, &["--server", "http://127.0.0.1:9"]].concat(), "");
        assert!(done.expect(0).out.len() > 40, "{line:?}");
    }
}
