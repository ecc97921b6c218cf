//! Changing the organisation over the API takes effect at once.

use serde_json::json;
use testkit::TestServer;
use testkit::server::change_request;

on_both_stores!(
    m1_2_a_joiner_decides_through_a_role_and_a_group,
    m2_6_a_revoked_token_is_dead_at_once,
    b06_a_user_name_is_nobody_elses_address,
    the_last_admin_stays,
);

async fn m1_2_a_joiner_decides_through_a_role_and_a_group(server: TestServer) -> TestServer {
    let admin = &server.who.admin;
    let id = server.change("production").await;
    let person =
        json!({"name": "Joan", "emails": ["joan@example.com"], "time_zone": "Europe/Berlin"});
    let joan = server.post(admin, "/v1/people", person).await.expect(201).text("/id");
    let group = json!({"name": "security team", "members": [joan]});
    let group = server.post(admin, "/v1/groups", group).await.expect(201).text("/id");
    let role = json!({"role": "security", "scope": "organisation", "member": {"group": group}});
    let bound = server.post(admin, "/v1/roles/bindings", role.clone()).await.expect(201);
    assert_eq!(bound.text("/people/0/name"), "Joan");
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    assert!(record.json()["missing"].to_string().contains("Joan"), "a change in flight knows her");
    let _ = server.post(admin, "/v1/roles/bindings/removal", role).await.expect(204);
    let record = server.get(&server.who.auditor, &format!("/v1/changes/{id}")).await.expect(200);
    assert!(!record.json()["missing"].to_string().contains("Joan"));
    server
}

async fn m2_6_a_revoked_token_is_dead_at_once(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/service-accounts/{}/tokens", who.gate_only.principal.id());
    let scope = json!({
        "label": "ci", "verbs": ["gate"], "services": ["checkout"], "environments": ["staging"],
        "expires_in_days": 1,
    });
    let issued = server.post(&who.admin, &path, scope).await.expect(201);
    let machine = testkit::Actor { token: issued.text("/token"), ..who.gate_only.clone() };
    let _ = server.ask(&machine, None, "staging").await.expect(200);
    let refused = server.ask(&machine, None, "production").await.expect(403);
    assert_eq!(refused.code(), "out_of_scope");
    let refused = server.get(&machine, "/v1/changes").await.expect(403);
    assert_eq!(refused.code(), "out_of_scope");
    let path = format!("/v1/tokens/{}/revocation", issued.text("/token_id"));
    let _ = server.post(&who.admin, &path, json!({})).await.expect(204);
    let _ = server.ask(&machine, None, "staging").await.expect(401);
    let act = json!({"label": "x", "verbs": ["act"], "expires_in_days": 1});
    let path = format!("/v1/service-accounts/{}/tokens", who.gate_only.principal.id());
    let refused = server.post(&who.admin, &path, act).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "verbs");
    server
}

async fn b06_a_user_name_is_nobody_elses_address(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/people/{}/accounts", who.outsider.person());
    let account = json!({"user_name": "Approver@example.com"});
    let refused = server.post(&who.admin, &path, account).await.expect(400);
    assert_eq!(refused.text("/fields/0/field"), "user_name");
    let taken = server.post(&who.admin, &path, json!({"user_name": "APPROVER"})).await.expect(409);
    assert_eq!(taken.code(), "already_exists");
    for hidden in ["approver\u{200b}", "\u{202e}revorppa", "a\u{0}b"] {
        let refused = server.post(&who.admin, &path, json!({"user_name": hidden})).await;
        assert_eq!(refused.expect(400).text("/fields/0/field"), "user_name", "A16");
    }
    server
}

async fn the_last_admin_stays(server: TestServer) -> TestServer {
    let who = &server.who;
    let path = format!("/v1/people/{}/status", who.admin.person());
    let refused = server.post(&who.admin, &path, json!({"status": "inactive"})).await;
    assert!(matches!(refused.status, 403 | 409), "{}", refused.json());
    let _ = server.post(&who.requester, "/v1/changes", change_request("checkout", "dev")).await;
    server
}
