//! Alignment sessions in the console: from the board's agenda to a change that is handed in.

use jiff::SignedDuration;
use serde_json::json;
use testkit::TestServer;

use crate::hand::{Hand, hidden, html};

#[tokio::test]
async fn m5_6_a_session_is_opened_from_the_boards_agenda_and_led_to_its_end() {
    let server = TestServer::sqlite().await;
    let mut draft = testkit::server::change_request("checkout", "staging");
    draft["attributes"] = json!({"touches": "architecture"});
    draft["submit"] = json!(false);
    let made = server.post(&server.who.requester, "/v1/changes", draft).await.expect(201);
    let number = made.text("/number");

    let chair = Hand::of(&server, &server.who.approver).await;
    let cab = html(&chair.get("/cab").await.expect(200));
    let new = format!("/alignments/new?agenda={number}");
    assert!(cab.contains(&new) && cab.contains("policy wants an alignment session"), "{cab}");
    let form = html(&chair.get(&new).await.expect(200));
    assert!(form.contains(&number), "{form}");
    let email = format!("{}@example.com", server.who.security.name);
    let fields = |who: &'static str| {
        vec![
            ("title".to_owned(), "Moving checkout".to_owned()),
            ("from".to_owned(), "2026-01-05T09:00".to_owned()),
            ("until".to_owned(), "2026-01-05T20:00".to_owned()),
            (
                "participants".to_owned(),
                if who.is_empty() { email.clone() } else { who.to_owned() },
            ),
            ("agenda".to_owned(), number.clone()),
        ]
    };
    let post = async |who: &'static str| {
        let typed = fields(who);
        let typed: Vec<(&str, &str)> =
            typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        chair.post("/alignments", &typed).await
    };
    let refused = html(&post("nobody").await.expect(400));
    assert!(refused.contains("Nobody is known by") && refused.contains("Moving checkout"));
    let page = post("").await.expect(303).header("location").to_owned();

    let security = Hand::of(&server, &server.who.security).await;
    let requester = Hand::of(&server, &server.who.requester).await;
    let owner = server.who.requester.person().to_string();
    let concern =
        [("change", number.as_str()), ("text", "who rolls it back?"), ("owner", owner.as_str())];
    let _ = security.post(&format!("{page}/concerns"), &concern).await.expect(303);
    let seen = html(&security.get(&page).await.expect(200));
    assert!(seen.contains("who rolls it back?") && !seen.contains("/outcomes\""), "{seen}");

    server.clock.advance(SignedDuration::from_hours(1));
    let outcomes = format!("{page}/outcomes");
    let aligned =
        [("change", number.as_str()), ("outcome", "aligned"), ("words", "as the plan says")];
    let refused = html(&chair.post(&outcomes, &aligned).await.expect(409));
    assert!(
        refused.contains("concerns without an answer: 1")
            && refused.contains("Nothing was recorded")
    );
    let answer = [("answer", "the rota does")];
    let _ = requester.post(&format!("{page}/concerns/1/answer"), &answer).await.expect(303);
    let _ = chair.post(&outcomes, &aligned).await.expect(303);
    let _ = chair.post(&format!("{page}/closure"), &[]).await.expect(303);
    let seen = html(&requester.get(&page).await.expect(200));
    assert!(seen.contains("Closed") && seen.contains("the rota does"), "{seen}");
    assert!(!seen.contains("<form action=\"/alignments"), "a closed session has no forms");

    let submission = format!("/changes/{number}/submission");
    let _ = requester.post(&submission, &[("expected_revision", "1")]).await.expect(303);
    let list = html(&requester.get("/alignments").await.expect(200));
    assert!(list.contains("Moving checkout") && list.contains(&number), "{list}");
    server.finish().await;
}

#[tokio::test]
async fn m5_6_a_session_is_moved_and_cancelled_on_its_page_without_a_script() {
    let server = TestServer::sqlite().await;
    let mut draft = testkit::server::change_request("checkout", "staging");
    draft["submit"] = json!(false);
    let made = server.post(&server.who.requester, "/v1/changes", draft).await.expect(201);
    let session = json!({
        "title": "Moving checkout", "from": server.in_hours(24), "until": server.in_hours(25),
        "agenda": [made.text("/number")], "participants": [server.who.security.person()],
    });
    let opened = server.post(&server.who.approver, "/v1/alignments", session).await.expect(201);
    let page = format!("/alignments/{}", opened.text("/id"));
    let chair = Hand::of(&server, &server.who.approver).await;
    let security = Hand::of(&server, &server.who.security).await;
    let seen = html(&security.get(&page).await.expect(200));
    assert!(!seen.contains("/moves") && !seen.contains("/cancellation"), "{seen}");

    let form = chair.get(&page).await.expect(200);
    let key = hidden(&form, "idempotency_key");
    let moves = format!("{page}/moves");
    let mut fields = [
        ("idempotency_key", key.as_str()),
        ("from", "2020-01-01T10:00"),
        ("until", "2027-01-05T11:00"),
        ("reason", "half of us are ill"),
    ];
    let refused = html(&chair.post(&moves, &fields).await.expect(400));
    assert!(refused.contains("from-error") && refused.contains("half of us are ill"), "{refused}");
    fields[1] = ("from", "2027-01-05T10:00");
    let _ = chair.post(&moves, &fields).await.expect(303);
    let seen = html(&security.get(&page).await.expect(200));
    assert!(seen.contains("Moved to") && seen.contains("half of us are ill"), "{seen}");
    let list = html(&security.get("/notifications").await.expect(200));
    assert!(list.contains("moved an alignment session to 2027-01-05 10:00"), "{list}");

    let cancellation = format!("{page}/cancellation");
    let reason = [("reason", "it waits for the network")];
    let _ = security.post(&cancellation, &reason).await.expect(403);
    let _ = chair.post(&cancellation, &reason).await.expect(303);
    let seen = html(&chair.get(&page).await.expect(200));
    assert!(seen.contains("Cancelled") && seen.contains("it waits for the network"), "{seen}");
    assert!(!seen.contains("<form action=\"/alignments"), "a cancelled session has no forms");
    let list = html(&chair.get("/alignments").await.expect(200));
    assert!(list.contains("Cancelled"), "{list}");
    server.finish().await;
}
