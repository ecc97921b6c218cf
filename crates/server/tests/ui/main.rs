//! The console through every layer of a whole server: no page without a handler, no form that loses
//! what was typed.

#![expect(clippy::unwrap_used, reason = "a test that gets something else must stop")]

mod absence;
mod alignments;
mod automation;
mod briefing;
mod calendar;
mod drills;
mod findings;
mod hand;
mod organisation;
mod replay;
mod rotas;
mod upload;

use hand::{Hand, html, post};
use testkit::TestServer;

/// An address of the console with its places filled.
fn filled(path: &str, person: &str, machine: &str) -> String {
    path.replace("{number}", "CHG-1001")
        .replace("{index}", "3")
        .replace("{file}", "bundle.yaml")
        .replace("/people/{id}", &format!("/people/{person}"))
        .replace("/service-accounts/{id}", &format!("/service-accounts/{machine}"))
        .replace("/groups/{id}", "/groups/grp_00000000000000000000000000")
        .replace("/rotas/{id}", "/rotas/rot_00000000000000000000000000")
        .replace("/services/{name}", "/services/checkout")
        .replace("/domains/{name}", "/domains/shop")
        .replace("{account}", "acc_00000000000000000000000000")
        .replace("{id}", "sha256:00")
        .replace("{hold}", "hld_0")
        .replace("{override}", "ovr_0")
        .replace("{freeze}", "frz_0")
        .replace("{acceptance}", "rac_0")
        .replace("{finding}", "fnd_0")
        .replace("{alignment}", "aln_0")
        .replace("{concern}", "1")
        .replace("{rule}", "chores")
        .replace("{webhook}", "whk_0")
        .replace("{token}", "tok_0")
        .replace("{absence}", "abs_0")
        .replace("{delegation}", "dlg_0")
}

/// Whether a page is a form, or asks before a step, that only admins may take.
fn is_of_admins(path: &str) -> bool {
    const LAST: [&str; 8] =
        ["new", "edit", "give", "take", "deactivate", "disable", "remove", "retire"];
    path.starts_with("/organisation/") && LAST.iter().any(|last| path.ends_with(last))
}

#[tokio::test]
async fn every_page_and_form_of_the_console_has_a_handler() {
    let server = TestServer::sqlite().await;
    let _ = server.change("staging").await;
    let hand = Hand::of(&server, &server.who.requester).await;
    let machines = hand.get("/organisation/service-accounts").await.expect(200);
    let page = html(&machines);
    let (_, rest) = page.split_once("/organisation/service-accounts/sac_").unwrap();
    let machine = format!("sac_{}", rest.split('"').next().unwrap());
    let person = server.who.requester.person().to_string();
    for path in console::routes::PAGES {
        let path = filled(path, &person, &machine);
        let answer = hand.get(&path).await;
        // Only policy authors propose, and there is no proposal.
        let expected: &[u16] = match path.as_str() {
            "/policy/proposals/new" | "/notifications/delivery" => &[403],
            p if is_of_admins(p) => &[403],
            p if p.ends_with("/password") => &[404],
            // They asked for it, so they are not asked.
            p if p.ends_with("/briefing") => &[403],
            p if p.starts_with("/policy/proposals/") => &[404],
            // There is no session, this is no sandbox, and no proposal ever ran beside live policy.
            "/alignments/aln_0" | "/sandbox" | "/policy/shadow" => &[404],
            // Policy was never another.
            p if p.starts_with("/policy/windows/") => &[404],
            // There is no rota.
            p if p.ends_with("/cover") => &[404],
            // There is no set; its page is opened where there is one.
            p if p.starts_with("/change-sets/") => &[404],
            "/" | "/sign-in" => &[303],
            // No identity provider is configured.
            "/sign-in/with/{provider}" => &[404],
            "/docs" => &[200, 303, 307, 308],
            _ => &[200],
        };
        assert!(expected.contains(&answer.status), "{path}: {}", answer.status);
    }
    for form in console::routes::FORMS {
        let path = filled(form.path, &person, &machine);
        if path == "/sign-in" || path.starts_with("/setup") {
            continue;
        }
        // Without the session's token nothing is done, and a form that does not exist would be 404.
        let answer = post(&server, &hand.cookie, &path, &[("csrf", "0")]).await;
        assert_eq!(answer.status, 403, "{path}");
    }
    server.finish().await;
}

#[tokio::test]
async fn d03_a_refused_bundle_shows_where_it_is_wrong_and_keeps_what_was_typed() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let page = author.get("/policy/proposals/new").await.expect(200);
    assert!(html(&page).contains("environments.yaml"));
    let live = testkit::organisation::policy();
    let broken: Vec<_> =
        live.iter().map(|f| (f.path.clone(), f.text.replace("title:", "titel:"))).collect();
    let mut fields = vec![("title", "Typing by hand"), ("reason", "It was asked for.")];
    for (path, text) in &broken {
        fields.extend([("file_name", path.as_str()), ("file_text", text.as_str())]);
    }
    let refused = author.post("/policy/proposals", &fields).await.expect(400);
    let page = html(&refused);
    assert!(page.contains("What the checker says") && page.contains("titel"), "{page}");
    assert!(page.contains("Typing by hand") && page.contains("It was asked for."), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn m4_6_a_bundle_goes_live_only_by_somebody_else() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let other = Hand::of(&server, &server.who.second_author).await;
    let mut files = testkit::organisation::policy();
    for file in &mut files {
        file.text.push_str("\n# read again\n");
    }
    let mut fields = vec![("title", "A comment"), ("reason", "To see it go live.")];
    for file in &files {
        fields.extend([("file_name", file.path.as_str()), ("file_text", file.text.as_str())]);
    }
    let proposed = author.post("/policy/proposals", &fields).await.expect(303);
    let address = proposed.header("location").to_owned();
    let own = html(&author.get(&address).await.expect(200));
    assert!(own.contains("You cannot approve it") && own.contains("# read again"), "{own}");

    let digest = address.rsplit('/').next().unwrap().to_owned();
    let approve = format!("{address}/approve");
    let fields = [("digest", digest.as_str()), ("justification", "Read it.")];
    let refused = author.post(&approve, &fields).await.expect(403);
    assert!(html(&refused).contains("Nothing was recorded"));
    let _ = other.post(&approve, &fields).await.expect(303);
    let live = html(&other.get("/policy").await.expect(200));
    assert!(live.contains(&digest), "{live}");
    server.finish().await;
}
