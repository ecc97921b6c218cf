//! Policy files that a browser sends along, and the list of what was decided.

use hyper::{Method, Request};
use testkit::{Answer, TestServer};

use crate::hand::{Hand, hidden, html};

const BOUNDARY: &str = "----countersign-test";

/// A place whose holidays are those of a file.
const CALENDARS: &str = "default: office\nplaces:\n  - name: office\n    title: Office\n    zone: Pacific/Auckland\n    \
    holidays: holidays/nz.ics\n";
const HOLIDAYS: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Waitangi Day\r\n\
    DTSTART;VALUE=DATE:20260206\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A part of a form: field, file name if it is a file, and content.
type Part<'a> = (&'a str, Option<String>, String);

async fn send(server: &TestServer, hand: &Hand<'_>, parts: &[Part<'_>]) -> Answer {
    let page = hand.get("/policy/proposals/new").await.expect(200);
    let mut all = vec![("csrf", None, hidden(&page, "csrf"))];
    all.extend_from_slice(parts);
    let mut body = String::new();
    for (field, file, text) in &all {
        let file = file.as_ref().map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"{file}\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    let request = Request::builder()
        .method(Method::POST)
        .uri("/policy/proposals")
        .header("host", "test")
        .header("origin", "http://test")
        .header("cookie", &hand.cookie)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    server.send(request.body(body.into_bytes()).unwrap()).await
}

fn text<'a>(field: &'a str, value: &str) -> Part<'a> {
    (field, None, value.to_owned())
}

#[tokio::test]
async fn m7_6_what_is_typed_is_checked_without_scripts_and_kept_whatever_is_refused() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let typed = |edit: &dyn Fn(&str, &str) -> String, step: &str| {
        let mut parts = vec![text("title", "Tighter"), text("reason", "Found in review.")];
        for file in testkit::organisation::policy() {
            parts.push(("file_name", None, file.path.clone()));
            parts.push(("file_text", None, edit(&file.path, &file.text)));
        }
        parts.push(("step", None, step.to_owned()));
        parts
    };
    let kept = |page: &str| page.contains("Tighter") && page.contains("Found in review.");
    let clean = typed(&|_, text| text.to_owned(), "check");
    let page = html(&send(&server, &author, &clean).await.expect(200));
    assert!(kept(&page) && page.contains("It can be proposed"), "{page}");

    let misspell =
        |_: &str, text: &str| text.replace("environment.tier >= 3", "environment.teir >= 3");
    let page = html(&send(&server, &author, &typed(&misspell, "check")).await.expect(200));
    assert!(kept(&page) && page.contains("It can&#39;t be proposed"), "{page}");
    assert!(page.contains("did you mean") && page.contains("environment.teir"), "{page}");
    assert!(page.contains("href=\"#file_text_") && page.contains("data-line="), "{page}");
    let page = html(&send(&server, &author, &typed(&misspell, "propose")).await.expect(400));
    assert!(kept(&page) && page.contains("environment.teir"), "{page}");

    // The live bundle again: refused, and what was typed stays.
    let same = typed(&|_, text| text.to_owned(), "propose");
    let page = html(&send(&server, &author, &same).await.expect(409));
    assert!(kept(&page), "{page}");
    let waiting = server.get(&server.who.policy_author, "/v1/policy/proposals").await.expect(200);
    assert_eq!(waiting.json()["items"], serde_json::json!([]), "checking records nothing");
}

#[tokio::test]
async fn m4_6_a_folder_of_policy_is_uploaded_read_and_proposed_without_scripts() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let mut parts = vec![
        text("title", "From a folder"),
        text("reason", "Written in an editor."),
        text("file_name", "left.yaml"),
        text("file_text", "left: over"),
        ("file", Some(String::new()), String::new()),
        ("folder", Some("ours/README.md".to_owned()), "not policy".to_owned()),
    ];
    for file in testkit::organisation::policy() {
        let text = format!("{}\r\n# from a folder\r\n", file.text);
        parts.push(("folder", Some(format!("ours/{}", file.path)), text));
    }
    // A bundle holds files that are not YAML, too.
    parts.push(("folder", Some("ours/calendars.yaml".to_owned()), CALENDARS.to_owned()));
    parts.push(("folder", Some("ours/holidays/nz.ics".to_owned()), HOLIDAYS.to_owned()));
    let mut shown = parts.clone();
    shown.push(text("step", "upload"));
    let page = html(&send(&server, &author, &shown).await.expect(200));
    assert!(page.contains("From a folder") && page.contains("# from a folder"), "{page}");
    assert!(!page.contains("left.yaml") && !page.contains("README.md"), "{page}");
    assert!(page.contains("holidays/nz.ics") && page.contains("Waitangi Day"), "{page}");
    let waiting = server.get(&server.who.policy_author, "/v1/policy/proposals").await.expect(200);
    assert_eq!(waiting.json()["items"], serde_json::json!([]), "looking records nothing");

    parts.push(text("step", "propose"));
    parts.push(text("idempotency_key", "folder-1"));
    let first = send(&server, &author, &parts).await.expect(303);
    let second = send(&server, &author, &parts).await.expect(303);
    assert_eq!(first.header("location"), second.header("location"));
    let proposal = html(&author.get(first.header("location")).await.expect(200));
    assert!(proposal.contains("holidays/nz.ics"), "{proposal}");
    server.finish().await;
}

#[tokio::test]
async fn e04_a_form_with_files_needs_the_token_too() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n0\r\n--{BOUNDARY}--\r\n"
    );
    let request = Request::builder()
        .method(Method::POST)
        .uri("/policy/proposals")
        .header("host", "test")
        .header("cookie", &author.cookie)
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"));
    let answer = server.send(request.body(body.into_bytes()).unwrap()).await;
    assert_eq!(answer.status, 403);
    server.finish().await;
}

#[tokio::test]
async fn m4_6_declined_proposals_stay_to_be_read_with_the_reason() {
    let server = TestServer::sqlite().await;
    let author = Hand::of(&server, &server.who.policy_author).await;
    let mut parts = vec![text("title", "Half an idea"), text("reason", "To be discussed.")];
    for file in testkit::organisation::policy() {
        parts.push(text("file_name", &file.path));
        parts.push(text("file_text", &format!("{}\n# half\n", file.text)));
    }
    let proposed = send(&server, &author, &parts).await.expect(303);
    let address = proposed.header("location").to_owned();
    let other = Hand::of(&server, &server.who.second_author).await;
    let reason = [("reason", "It names no owner.")];
    let _ = other.post(&format!("{address}/decline"), &reason).await.expect(303);
    let page = html(&other.get("/policy/proposals").await.expect(200));
    for words in ["Half an idea", "Declined", "It names no owner.", "Live"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let path = "/v1/policy/proposals?state=decided";
    let list = server.get(&server.who.auditor, path).await.expect(200).json();
    assert_eq!(list["items"][0]["state"], "declined");
    assert_eq!(list["items"][0]["decision_reason"], "It names no owner.");
    assert_eq!(list["items"][1]["state"], "live");
    server.finish().await;
}
