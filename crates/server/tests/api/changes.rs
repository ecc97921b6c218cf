//! Asking for changes, deciding on them, and what each state refuses.

use jiff::SignedDuration;
use serde_json::{Value, json};
use testkit::server::{change_request, digest};
use testkit::{Actor, TestServer};

on_both_stores!(
    g10_one_requester_s_flood_is_refused_with_when_to_try_again,
    g10_changes_that_ask_for_the_same_are_linked,
    a_change_is_created_approved_deployed_and_closed,
    a03_a_new_revision_voids_every_vote,
    a03_a_new_revision_is_assessed_as_what_it_is,
    b01_the_requester_can_not_approve,
    b01_a_commit_author_can_not_approve,
    b02_a_second_account_is_the_same_person,
    b12_a_person_who_left_has_no_vote,
    b22_a_machine_can_not_vote,
    c08_states_are_not_skipped,
    c10_a_late_vote_is_refused,
    holds_stop_and_are_lifted_by_the_entitled,
    lists_are_filtered_and_paged,
    a_draft_is_submitted_later,
    a_change_takes_the_place_of_another,
    the_inbox_says_what_waits_for_whom,
    a_change_that_awaits_a_revision_waits_for_no_approver,
    a_draft_has_the_tier_of_its_environment,
);

async fn a_change_is_created_approved_deployed_and_closed(server: TestServer) -> TestServer {
    let who = &server.who;
    let body = change_request("checkout", "production");
    let created = server.post(&who.requester, "/v1/changes", body).await.expect(201);
    assert_eq!(created.text("/number"), "CHG-1001");
    assert_eq!(created.text("/state"), "awaiting_approval");
    let json = created.json();
    assert_eq!(json["missing"].as_array().unwrap().len(), 2, "{json:#}");
    assert_eq!(json["you"]["why_not"]["code"], "sod_author");
    let id = created.text("/id");

    let voted = server.vote(&who.approver, "CHG-1001", "approve").await.expect(201);
    assert_eq!(voted.json()["vote"]["counts"], true);
    assert_eq!(voted.text("/change/state"), "awaiting_approval");
    assert!(voted.json()["receipt"]["index"].is_u64());
    let voted = server.vote(&who.security, &id, "approve").await.expect(201);
    assert_eq!(voted.text("/change/state"), "approved");

    let verdict = server.ask(&who.pipeline, None, "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    assert_eq!(verdict.json()["exit_code"], 0);
    assert_eq!(verdict.json()["grant"]["approvals"].as_array().unwrap().len(), 2);
    let grant = verdict.text("/grant/grant/id");
    let path = format!("/v1/gate/grants/{grant}/redemption");
    let redeemed = server.post(&who.pipeline, &path, json!({})).await.expect(201);
    let deployment = redeemed.text("/deployment/id");
    assert_eq!(redeemed.text("/deployment/change"), id);

    let path = format!("/v1/changes/{id}/deployments/{deployment}/outcome");
    let report = json!({"outcome": "successful", "exit_code": 0, "note": "went well"});
    let ended = server.post(&who.pipeline, &path, report.clone()).await.expect(200);
    assert_eq!(ended.text("/outcome"), "successful");
    assert_eq!(ended.text("/note"), "went well");
    let _ = server.post(&who.pipeline, &path, report).await.expect(200);

    let path = format!("/v1/changes/{id}/closure");
    let closed = server.post(&who.owner, &path, json!({"review": "as planned"})).await;
    assert_eq!(closed.expect(200).text("/state"), "closed");

    let record = server.get(&who.auditor, &format!("/v1/changes/{id}")).await.expect(200).json();
    assert_eq!(record["outcome"], "successful");
    assert_eq!(record["grants"][0]["state"], "redeemed");
    let timeline =
        server.get(&who.auditor, &format!("/v1/changes/{id}/timeline")).await.expect(200);
    let kinds: Vec<_> = items(&timeline.json()).iter().map(|e| e["kind"].clone()).collect();
    for kind in
        ["change_created", "vote_recorded", "gate_answered", "grant_redeemed", "change_closed"]
    {
        assert!(kinds.contains(&json!(kind)), "{kind} in {kinds:?}");
    }
    server
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}

async fn a03_a_new_revision_voids_every_vote(server: TestServer) -> TestServer {
    let id = server.approved("production").await;
    let mut change = change_request("checkout", "production");
    change["artifacts"][0]["digest"] = json!(format!("sha256:{}", "cd".repeat(32)));
    let path = format!("/v1/changes/{id}/revisions");
    let body = json!({"expected_revision": 1, "change": change});
    let revised = server.post(&server.who.requester, &path, body.clone()).await.expect(201).json();
    assert_eq!(revised["state"], "awaiting_approval");
    assert_eq!(revised["revisions"][1]["moved"][0]["field"], "artifacts");
    for vote in revised["votes"].as_array().unwrap() {
        assert_eq!(vote["counts"], false);
        assert_eq!(vote["why_not"]["code"], "older_revision");
    }
    let verdict = server.ask(&server.who.pipeline, Some(&id), "production").await.expect(200);
    assert_eq!(verdict.text("/answer"), "deny");
    let stale = server.post(&server.who.requester, &path, body).await.expect(409);
    assert_eq!(stale.code(), "stale_revision");
    let stale = server.vote(&server.who.approver, &id, "approve").await.expect(409);
    assert_eq!(stale.code(), "stale_revision");
    server
}

async fn a03_a_new_revision_is_assessed_as_what_it_is(server: TestServer) -> TestServer {
    // What policy said of the first revision is remembered by now.
    let id = server.change("staging").await;
    let revision =
        json!({"expected_revision": 1, "change": change_request("checkout", "production")});
    let path = format!("/v1/changes/{id}/revisions");
    let revised = server.post(&server.who.requester, &path, revision).await.expect(201).json();
    let other = server.change("production").await;
    let other = server.get(&server.who.requester, &format!("/v1/changes/{other}")).await.json();
    for field in ["tier", "requirements"] {
        assert!(!other["assessment"][field].is_null());
        assert_eq!(revised["assessment"][field], other["assessment"][field], "{field}");
    }
    server
}

async fn b01_the_requester_can_not_approve(server: TestServer) -> TestServer {
    let body = change_request("checkout", "staging");
    let created = server.post(&server.who.owner, "/v1/changes", body).await.expect(201);
    assert_eq!(created.json()["you"]["may_vote"], false);
    let refused = server.vote(&server.who.owner, &created.text("/id"), "approve").await.expect(403);
    assert_eq!(refused.code(), "sod_author");
    assert!(!refused.json()["next_actions"].as_array().unwrap().is_empty());
    server
}

async fn b01_a_commit_author_can_not_approve(server: TestServer) -> TestServer {
    let mut body = change_request("checkout", "staging");
    body["contributors"] = json!([{"contribution": "author", "identity": "Approver@example.com"}]);
    let created = server.post(&server.who.requester, "/v1/changes", body).await.expect(201);
    let id = created.text("/id");
    assert_eq!(
        server.vote(&server.who.approver, &id, "approve").await.expect(403).code(),
        "sod_author"
    );
    let _ = server.vote(&server.who.owner, &id, "approve").await.expect(201);
    server
}

async fn b02_a_second_account_is_the_same_person(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/people/{}/accounts", who.owner.person());
    let account = json!({"user_name": "owner-admin", "password": testkit::organisation::PASSWORD});
    let _ = server.post(&who.admin, &path, account).await.expect(201);
    let sign_in = app::access::Session::clone(
        &server.app.sign_in("owner-admin", testkit::organisation::PASSWORD).await.unwrap().1,
    );
    let body = change_request("checkout", "staging");
    let id = server.post(&who.owner, "/v1/changes", body).await.expect(201).text("/id");
    let refused = server
        .app
        .record_vote(
            &sign_in.principal,
            &id.parse().unwrap(),
            &app::change::VoteDraft {
                expected_revision: 1,
                decision: domain::change::VoteDecision::Approve,
                justification: "my other account".to_owned(),
                on_behalf_of: None,
                signature: None,
            },
        )
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "sod_author");
    server
}

async fn b12_a_person_who_left_has_no_vote(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.approved("staging").await;
    let path = format!("/v1/people/{}/status", who.approver.person());
    let _ = server.post(&who.admin, &path, json!({"status": "inactive"})).await.expect(200);
    assert_eq!(server.get(&who.approver, "/v1/me").await.expect(401).code(), "token_invalid");
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    assert!(verdict.json()["explanation"].to_string().contains("not_active"));
    server
}

async fn b22_a_machine_can_not_vote(server: TestServer) -> TestServer {
    let id = server.change("staging").await;
    for machine in [&server.who.pipeline, &server.who.gate_only, &server.who.reader] {
        let refused = server.vote(machine, &id, "approve").await.expect(403);
        assert_eq!(refused.code(), "people_only");
    }
    server
}

async fn c08_states_are_not_skipped(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut body = change_request("checkout", "staging");
    body["submit"] = json!(false);
    let draft = server.post(&who.requester, "/v1/changes", body).await.expect(201).text("/id");
    let open = server.change("staging").await;
    let withdrawn = server.change("staging").await;
    let path = format!("/v1/changes/{withdrawn}/withdrawal");
    let _ = server.post(&who.requester, &path, json!({"reason": "no need"})).await.expect(200);
    let rejected = server.change("staging").await;
    let _ = server.vote(&who.approver, &rejected, "reject").await.expect(201);

    let reason = json!({"reason": "a reason"});
    let table = [
        (&draft, "votes", json!({"expected_revision": 1, "decision": "approve"}), &who.approver),
        (&draft, "closure", json!({"review": "fine"}), &who.requester),
        (&open, "submission", json!({"expected_revision": 1}), &who.requester),
        (&open, "closure", json!({"review": "fine"}), &who.requester),
        (
            &withdrawn,
            "votes",
            json!({"expected_revision": 1, "decision": "approve"}),
            &who.approver,
        ),
        (&withdrawn, "holds", reason.clone(), &who.requester),
        (&withdrawn, "withdrawal", reason.clone(), &who.requester),
        (&withdrawn, "submission", json!({"expected_revision": 1}), &who.requester),
        (&rejected, "votes", json!({"expected_revision": 1, "decision": "approve"}), &who.owner),
        (&rejected, "withdrawal", reason, &who.requester),
    ];
    for (change, action, body, actor) in table {
        let refused = server.post(actor, &format!("/v1/changes/{change}/{action}"), body).await;
        let refused = refused.expect(409);
        assert_eq!(refused.code(), "illegal_state", "{action}: {}", refused.json());
    }
    for (change, code) in
        [(&draft, "not_submitted"), (&withdrawn, "cancelled"), (&rejected, "rejected")]
    {
        let verdict = server.ask(&who.pipeline, Some(change), "staging").await.expect(200);
        assert_ne!(verdict.text("/answer"), "allow");
        assert!(verdict.json()["explanation"].to_string().contains(code), "{code}");
    }
    server
}

async fn c10_a_late_vote_is_refused(server: TestServer) -> TestServer {
    let id = server.change("staging").await;
    server.clock.advance(SignedDuration::from_hours(24 * 7));
    let late = server.vote(&server.who.approver, &id, "approve").await.expect(409);
    assert_eq!(late.code(), "expired");
    assert_eq!(server.app.expire_due().await.unwrap(), 1);
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    assert_eq!(record.text("/state"), "expired");
    server
}

async fn holds_stop_and_are_lifted_by_the_entitled(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.approved("staging").await;
    let path = format!("/v1/changes/{id}/holds");
    let refused = server.post(&who.auditor, &path, json!({"reason": "wait"})).await.expect(403);
    assert_eq!(refused.code(), "not_entitled");
    let held = server.post(&who.security, &path, json!({"reason": "wait for the fix"})).await;
    let held = held.expect(200);
    assert_eq!(held.json()["held"], true);
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!((verdict.text("/answer"), verdict.code()), ("deny".into(), "held".into()));
    let hold = held.text("/holds/0/id");
    let release = format!("{path}/{hold}/release");
    let _ = server.post(&who.requester, &release, json!({"reason": "go"})).await.expect(403);
    let _ = server.post(&who.security, &release, json!({"reason": "fixed"})).await.expect(200);
    let verdict = server.ask(&who.pipeline, Some(&id), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");
    server
}

async fn lists_are_filtered_and_paged(server: TestServer) -> TestServer {
    let who = &server.who;
    for environment in ["staging", "staging", "production"] {
        let _ = server.change(environment).await;
    }
    let page = server.get(&who.auditor, "/v1/changes?limit=2").await.expect(200).json();
    assert_eq!(items(&page).len(), 2);
    let next = page["next_cursor"].as_str().unwrap();
    let last = server.get(&who.auditor, &format!("/v1/changes?limit=2&cursor={next}")).await;
    let last = last.expect(200).json();
    assert_eq!(items(&last).len(), 1);
    assert_eq!(last["next_cursor"], Value::Null);
    let count = |page: Value| items(&page).len();
    for (query, expected) in [
        ("environment=production", 1),
        ("state=awaiting_approval,approved", 3),
        ("state=approved", 0),
        ("service=billing", 0),
        ("text=chg-1002", 1),
        ("requester=me", 0),
    ] {
        let found = server.get(&who.auditor, &format!("/v1/changes?{query}")).await.expect(200);
        assert_eq!(count(found.json()), expected, "{query}");
    }
    let mine = server.get(&who.requester, "/v1/changes?requester=me").await.expect(200);
    assert_eq!(count(mine.json()), 3);
    for bad in ["state=done", "limit=0", "limit=999", "cursor=zz", "stat=draft"] {
        let refused = server.get(&who.auditor, &format!("/v1/changes?{bad}")).await;
        assert_eq!(refused.status, 400, "{bad}");
    }
    server
}

async fn a_draft_is_submitted_later(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut body = change_request("checkout", "staging");
    body["submit"] = json!(false);
    let draft = server.post(&who.requester, "/v1/changes", body).await.expect(201);
    assert_eq!(draft.text("/state"), "draft");
    let path = format!("/v1/changes/{}/submission", draft.text("/id"));
    let body = json!({"expected_revision": 1});
    let _ = server.post(&who.outsider, &path, body.clone()).await.expect(403);
    let submitted = server.post(&who.requester, &path, body).await.expect(200);
    assert_eq!(submitted.text("/state"), "awaiting_approval");
    server
}

async fn a_change_takes_the_place_of_another(server: TestServer) -> TestServer {
    let old = server.change("staging").await;
    let mut body = change_request("checkout", "staging");
    body["supersedes"] = json!(old);
    let new = server.post(&server.who.requester, "/v1/changes", body).await.expect(201);
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{old}")).await.expect(200);
    assert_eq!(record.text("/state"), "superseded");
    assert_eq!(record.text("/superseded_by"), new.text("/id"));
    let verdict = server.ask(&server.who.pipeline, Some(&old), "staging").await.expect(200);
    assert_eq!(verdict.json()["exit_code"], 12);
    server
}

async fn the_inbox_says_what_waits_for_whom(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.change("production").await;
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["waiting_for_you"][0]["change"]["id"], json!(id));
    assert_eq!(inbox["waiting_for_you"][0]["role"], "security");
    assert_eq!(inbox["waiting_for_you"][0]["change"]["missing"], 2);
    let inbox = server.get(&who.requester, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["you_wait"][0]["missing"].as_array().unwrap().len(), 2);
    let body =
        json!({"expected_revision": 1, "decision": "request_changes", "justification": "why?"});
    let _ = server.post(&who.security, &format!("/v1/changes/{id}/votes"), body).await.expect(201);
    let inbox = server.get(&who.security, "/v1/inbox").await.expect(200).json();
    assert_eq!(inbox["held_by_you"][0]["how"], "changes_requested");
    assert_eq!(inbox["held_by_you"][0]["reason"], "why?");
    assert_eq!(server.get(&who.pipeline, "/v1/inbox").await.expect(403).code(), "people_only");
    assert!(digest().starts_with("sha256:"));
    server
}

async fn a_change_that_awaits_a_revision_waits_for_no_approver(server: TestServer) -> TestServer {
    let who = &server.who;
    let id = server.change("production").await;
    let waiting = async |actor| {
        let inbox = server.get(actor, "/v1/inbox").await.expect(200).json();
        inbox["waiting_for_you"].as_array().unwrap().len()
    };
    assert_eq!(waiting(&who.security).await, 1);
    let _ = server.vote(&who.approver, &id, "request_changes").await.expect(201);
    assert_eq!(waiting(&who.security).await, 0);
    let held = server.get(&who.approver, "/v1/inbox").await.expect(200).json();
    assert_eq!(held["held_by_you"][0]["how"], "changes_requested", "{held:#}");

    // A new revision asks everybody again.
    let mut change = change_request("checkout", "production");
    change["parameters"] = json!({"replicas": "4"});
    let path = format!("/v1/changes/{id}/revisions");
    let body = json!({"expected_revision": 1, "change": change});
    let _ = server.post(&who.requester, &path, body).await.expect(201);
    assert_eq!(waiting(&who.security).await, 1);
    assert_eq!(waiting(&who.approver).await, 1);
    server
}

async fn a_draft_has_the_tier_of_its_environment(server: TestServer) -> TestServer {
    let who = &server.who;
    let mut body = change_request("checkout", "staging");
    body["submit"] = json!(false);
    let _ = server.post(&who.requester, "/v1/changes", body).await.expect(201);
    let listed = server.get(&who.requester, "/v1/changes").await.expect(200).json();
    assert_eq!(listed["items"][0]["state"], "draft");
    assert_eq!(listed["items"][0]["tier"], 1, "{listed:#}");
    server
}

async fn g10_one_requester_s_flood_is_refused_with_when_to_try_again(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    server.app.set_request_limit(3);
    let ask = async |by: &Actor, kind: &str| {
        let mut body = change_request("checkout", "staging");
        body["kind"] = json!(kind);
        if kind == "emergency" {
            body["incident"] = json!("INC-1");
        }
        server.post(by, "/v1/changes", body).await
    };
    for _ in 0..3 {
        let _ = ask(&who.requester, "normal").await.expect(201);
        server.clock.advance(SignedDuration::from_mins(10));
    }
    let refused = ask(&who.requester, "normal").await.expect(429);
    assert_eq!(refused.code(), "too_many_requests");
    let said = refused.json().to_string();
    assert!(said.contains("2026-01-05T10:00:00Z") && said.contains("never waits"), "{said}");
    assert_eq!(refused.headers["retry-after"], "1801");
    // A set is counted by its items; an emergency is not, nor is anybody else held up.
    let items = [change_request("checkout", "staging"), change_request("billing", "staging")];
    let set = json!({"title": "Two", "reason": "together", "items": items});
    let _ = server.post(&who.requester, "/v1/change-sets", set).await.expect(429);
    let _ = ask(&who.requester, "emergency").await.expect(201);
    for _ in 0..4 {
        let _ = ask(&who.pipeline, "normal").await.expect(201);
    }
    server.clock.advance(SignedDuration::from_mins(31));
    let _ = ask(&who.requester, "normal").await.expect(201);
    let _ = ask(&who.requester, "normal").await.expect(429);
    server
}

async fn g10_changes_that_ask_for_the_same_are_linked(server: TestServer) -> TestServer {
    let who = &server.who;
    let first = server.change("staging").await;
    let second = server.change("staging").await;
    let elsewhere = server.change("production").await;
    let number = async |id: &str| {
        let path = format!("/v1/changes/{id}");
        server.get(&who.auditor, &path).await.expect(200).json()["number"].clone()
    };
    let of = |list: &Value, id: &str| {
        let items = list.as_array().unwrap().iter();
        let mut found = items.map(|i| if i["change"].is_null() { i } else { &i["change"] });
        found.find(|i| i["id"] == json!(id)).unwrap()["duplicates"].clone()
    };
    let list = server.get(&who.auditor, "/v1/changes").await.expect(200).json();
    assert_eq!(of(&list["items"], &first), json!([number(&second).await]));
    assert_eq!(of(&list["items"], &second), json!([number(&first).await]));
    assert_eq!(of(&list["items"], &elsewhere), json!([]));
    let inbox = server.get(&who.approver, "/v1/inbox").await.expect(200).json();
    assert_eq!(of(&inbox["waiting_for_you"], &first), json!([number(&second).await]), "{inbox}");
    let path = format!("/v1/changes/{second}/withdrawal");
    let _ = server.post(&who.requester, &path, json!({"reason": "twice"})).await.expect(200);
    let list = server.get(&who.auditor, "/v1/changes").await.expect(200).json();
    assert_eq!(of(&list["items"], &first), json!([]));
    server
}
