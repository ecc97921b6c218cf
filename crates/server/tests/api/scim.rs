//! A customer's directory keeping people and groups up to date (SCIM 2.0): what it may, and what
//! follows here. The protocol itself is checked end to end by a conformance tester.

use domain::organisation::Verb;
use hyper::{Method, Request};
use serde_json::{Value, json};
use testkit::organisation::PASSWORD;
use testkit::{Answer, TestServer};

on_both_stores!(
    a_directory_can_not_lock_everybody_out,
    b05_a_directory_sees_and_changes_only_what_it_brought,
    b06_a_directory_names_nobody_like_somebody_elses_address,
    b12_who_a_directory_deactivates_is_out_at_once,
    b14_a_new_group_of_an_old_name_holds_nothing,
    c01_members_added_at_once_are_all_there,
    nobody_but_a_directory_may_provision,
    somebody_who_comes_back_is_the_same_person,
);

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A directory: a service account and its token.
pub(super) async fn directory(server: &TestServer, name: &str) -> String {
    let body = json!({"name": name, "purpose": "provisioning"});
    let account = server.post(&server.who.admin, "/v1/service-accounts", body).await.expect(201);
    let path = format!("/v1/service-accounts/{}/tokens", account.text("/id"));
    let body = json!({"label": "scim", "verbs": ["provision"], "expires_in_days": 30});
    server.post(&server.who.admin, &path, body).await.expect(201).text("/token")
}

pub(super) async fn scim(
    server: &TestServer,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(format!("/scim/v2{path}"))
        .header("host", "test")
        .header("content-type", "application/scim+json")
        .header("authorization", format!("Bearer {token}"));
    let bytes = body.map(|b| b.to_string().into_bytes()).unwrap_or_default();
    server.send(request.body(bytes).unwrap()).await
}

fn user(name: &str) -> Value {
    json!({
        "schemas": [USER], "userName": format!("{name}@corp.example"), "displayName": name,
        "externalId": format!("x-{name}"), "emails": [{"value": format!("{name}@corp.example")}],
    })
}

pub(super) async fn add(server: &TestServer, token: &str, name: &str) -> String {
    scim(server, token, Method::POST, "/Users", Some(user(name))).await.expect(201).text("/id")
}

pub(super) fn patch(operation: &Value) -> Value {
    json!({"schemas": [PATCH], "Operations": [operation]})
}

pub(super) async fn group(
    server: &TestServer,
    token: &str,
    name: &str,
    members: &[&str],
) -> Answer {
    let members: Vec<Value> = members.iter().map(|m| json!({"value": m})).collect();
    let body = json!({"schemas": [GROUP], "displayName": name, "members": members});
    scim(server, token, Method::POST, "/Groups", Some(body)).await
}

/// Gives somebody provisioned a local account, and signs them in: cookie.
async fn sign_in(server: &TestServer, person: &str, name: &str) -> String {
    let path = format!("/v1/people/{person}/accounts");
    let body = json!({"user_name": name, "password": PASSWORD});
    let _ = server.post(&server.who.admin, &path, body.clone()).await.expect(201);
    let begun = server.call(None, Method::POST, "/v1/sessions", Some(&body)).await.expect(201);
    begun.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn me(server: &TestServer, cookie: &str) -> u16 {
    let request = Request::builder().uri("/v1/me").header("host", "test").header("cookie", cookie);
    server.send(request.body(Vec::new()).unwrap()).await.status
}

async fn b12_who_a_directory_deactivates_is_out_at_once(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let id = add(&server, &token, "ada").await;
    let cookie = sign_in(&server, &id, "ada").await;
    let binding =
        json!({"role": "service-owner", "scope": "service:checkout", "member": {"person": id}});
    let _ = server.post(&server.who.admin, "/v1/roles/bindings", binding).await.expect(201);
    assert_eq!(me(&server, &cookie).await, 200);

    let path = format!("/Users/{id}");
    // As Okta says it, and as Entra does.
    let off = patch(&json!({"op": "Replace", "path": "active", "value": "False"}));
    let done = scim(&server, &token, Method::PATCH, &path, Some(off.clone())).await.expect(200);
    assert_eq!(done.json()["active"], false);
    assert_eq!(me(&server, &cookie).await, 401);
    let seen = server.get(&server.who.admin, &format!("/v1/people/{id}")).await.expect(200);
    assert_eq!(
        (seen.text("/status"), seen.json()["roles"].clone()),
        ("inactive".to_owned(), json!([]))
    );

    let on = patch(&json!({"op": "replace", "value": {"active": true}}));
    let _ = scim(&server, &token, Method::PATCH, &path, Some(on.clone())).await.expect(200);
    assert_eq!(me(&server, &cookie).await, 401, "a session does not come back");
    // What an admin decided here stands until the directory changes its mind.
    let status = format!("/v1/people/{id}/status");
    let _ =
        server.post(&server.who.admin, &status, json!({"status": "inactive"})).await.expect(200);
    let still = scim(&server, &token, Method::PATCH, &path, Some(on)).await.expect(200);
    assert_eq!(still.json()["active"], false);
    let entries = server.get(&server.who.auditor, "/v1/ledger/entries?limit=20").await.expect(200);
    assert!(entries.json().to_string().contains("service_account"), "changes are on the record");
    server
}

async fn b05_a_directory_sees_and_changes_only_what_it_brought(server: TestServer) -> TestServer {
    let (one, two) = (directory(&server, "one").await, directory(&server, "two").await);
    let id = add(&server, &one, "ada").await;
    let local = server.who.approver.person().to_string();
    for (token, person) in [(&two, &id), (&one, &local)] {
        let path = format!("/Users/{person}");
        let off = patch(&json!({"op": "replace", "path": "active", "value": false}));
        assert_eq!(scim(&server, token, Method::GET, &path, None).await.status, 404);
        assert_eq!(scim(&server, token, Method::PATCH, &path, Some(off)).await.status, 404);
        assert_eq!(scim(&server, token, Method::DELETE, &path, None).await.status, 404);
        let strange = group(&server, token, "strangers", &[person]).await.expect(400);
        assert_eq!(strange.text("/scimType"), "invalidValue");
    }
    let listed = scim(&server, &two, Method::GET, "/Users", None).await.expect(200);
    assert_eq!(listed.json()["totalResults"], 0);
    // The same address from another directory is nobody's proof of being the same person.
    let same = scim(&server, &two, Method::POST, "/Users", Some(user("ada"))).await.expect(409);
    assert_eq!(same.text("/scimType"), "uniqueness");
    // An empty or missing external id means nobody.
    for external in [json!(null), json!("")] {
        let mut other = user("bob");
        other["userName"] = json!(format!("bob{external}"));
        other["emails"] = json!([]);
        other["externalId"] = external;
        let made = scim(&server, &one, Method::POST, "/Users", Some(other)).await.expect(201);
        assert_ne!(made.text("/id"), id);
    }
    server
}

async fn b06_a_directory_names_nobody_like_somebody_elses_address(
    server: TestServer,
) -> TestServer {
    let token = directory(&server, "corp").await;
    let mut claims = user("eve");
    claims["userName"] = json!("Approver@Example.com");
    let refused = scim(&server, &token, Method::POST, "/Users", Some(claims)).await.expect(409);
    assert_eq!(refused.text("/scimType"), "uniqueness");
    let mut claims = user("eve");
    claims["emails"] = json!([{"value": "approver@example.com"}]);
    let _ = scim(&server, &token, Method::POST, "/Users", Some(claims)).await.expect(409);
    server
}

async fn b14_a_new_group_of_an_old_name_holds_nothing(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let ada = add(&server, &token, "ada").await;
    let first = group(&server, &token, "prod-approvers", &[&ada]).await.expect(201).text("/id");
    let binding =
        json!({"role": "service-owner", "scope": "service:checkout", "member": {"group": first}});
    let _ = server.post(&server.who.admin, "/v1/roles/bindings", binding).await.expect(201);
    let roles = async |id: &str| {
        let seen = server.get(&server.who.admin, &format!("/v1/people/{id}")).await.expect(200);
        seen.json()["roles"].as_array().unwrap().len()
    };
    assert_eq!(roles(&ada).await, 1);
    // A name that is taken, in any case; a name that only looks alike is another group.
    let _ = group(&server, &token, "PROD-approvers", &[]).await.expect(409);
    let _ = group(&server, &token, "prod-approvers-x", &[&ada]).await.expect(201);
    // Renamed, it is the same group.
    let path = format!("/Groups/{first}");
    let rename = patch(&json!({"op": "replace", "path": "displayName", "value": "renamed"}));
    let _ = scim(&server, &token, Method::PATCH, &path, Some(rename)).await.expect(200);
    assert_eq!(roles(&ada).await, 1);
    // Another group of the old name is another group.
    let eve = add(&server, &token, "eve").await;
    let second = group(&server, &token, "prod-approvers", &[&eve]).await.expect(201).text("/id");
    assert_ne!(first, second);
    assert_eq!(roles(&eve).await, 0);
    let _ = scim(&server, &token, Method::DELETE, &path, None).await.expect(204);
    assert_eq!(roles(&ada).await, 0);
    let _ = group(&server, &token, "renamed", &[&ada]).await.expect(201);
    assert_eq!(roles(&ada).await, 0);
    server
}

async fn c01_members_added_at_once_are_all_there(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(add(&server, &token, &format!("p{n}")).await);
    }
    let id = group(&server, &token, "all", &[]).await.expect(201).text("/id");
    let path = format!("/Groups/{id}");
    let added = people.iter().map(|person| {
        let value = json!([{"value": person}]);
        let operation = patch(&json!({"op": "Add", "path": "members", "value": value}));
        scim(&server, &token, Method::PATCH, &path, Some(operation))
    });
    for answer in futures::future::join_all(added).await {
        let _ = answer.expect(200);
    }
    let seen = scim(&server, &token, Method::GET, &path, None).await.expect(200);
    assert_eq!(seen.json()["members"].as_array().unwrap().len(), 8);
    let tag = seen.header("etag").to_owned();
    let request = |name: &'static str, tag: &str, method: Method, body: &str| {
        let request = Request::builder().method(method).uri(format!("/scim/v2{path}"));
        let request =
            request.header("host", "test").header("content-type", "application/scim+json");
        let request = request.header("authorization", format!("Bearer {token}")).header(name, tag);
        request.body(body.as_bytes().to_vec()).unwrap()
    };
    assert_eq!(server.send(request("if-none-match", &tag, Method::GET, "")).await.status, 304);
    let one = people.first().unwrap();
    let remove =
        patch(&json!({"op": "remove", "path": format!("members[value eq \"{one}\"]")})).to_string();
    assert_eq!(
        server.send(request("if-match", "W/\"old\"", Method::PATCH, &remove)).await.status,
        412
    );
    assert_eq!(server.send(request("if-match", &tag, Method::PATCH, &remove)).await.status, 200);
    assert_eq!(server.send(request("if-match", &tag, Method::PATCH, &remove)).await.status, 412);
    server
}

async fn nobody_but_a_directory_may_provision(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let ada = add(&server, &token, "ada").await;
    let who = &server.who;
    let callers = [
        &who.outsider,
        &who.requester,
        &who.approver,
        &who.auditor,
        &who.admin,
        &who.policy_author,
        &who.pipeline,
        &who.gate_only,
        &who.reader,
    ];
    let one = format!("/Users/{ada}");
    let places = [
        (Method::GET, "/ServiceProviderConfig"),
        (Method::GET, "/ResourceTypes"),
        (Method::GET, "/ResourceTypes/User"),
        (Method::GET, "/Schemas"),
        (Method::GET, "/Schemas/x"),
        (Method::GET, "/Users"),
        (Method::POST, "/.search"),
        (Method::POST, "/Users/.search"),
        (Method::POST, "/Groups/.search"),
        (Method::POST, "/Users"),
        (Method::GET, &one),
        (Method::PUT, &one),
        (Method::PATCH, &one),
        (Method::DELETE, &one),
        (Method::GET, "/Groups"),
        (Method::POST, "/Groups"),
        (Method::GET, "/Groups/x"),
        (Method::PUT, "/Groups/x"),
        (Method::PATCH, "/Groups/x"),
        (Method::DELETE, "/Groups/x"),
    ];
    for (method, path) in places {
        let nobody = scim(&server, "cst_none", method.clone(), path, Some(json!({}))).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
        for caller in callers {
            let answer = scim(&server, &caller.token, method.clone(), path, Some(json!({}))).await;
            assert_eq!(answer.status, 403, "{method} {path} by {}", caller.name);
        }
    }
    // Its token opens nothing else, and a session's cookie nothing here.
    for path in ["/v1/changes", "/v1/people", "/v1/groups", "/v1/ledger/entries"] {
        let request =
            Request::builder().uri(path).header("authorization", format!("Bearer {token}"));
        assert_eq!(server.send(request.body(Vec::new()).unwrap()).await.status, 403, "{path}");
    }
    let cookie = sign_in(&server, &ada, "ada").await;
    let request = Request::builder().uri("/scim/v2/Users").header("host", "test");
    let request = request.header("cookie", cookie).body(Vec::new()).unwrap();
    assert_eq!(server.send(request).await.status, 403);

    // Whoever keeps people could give themselves any group: only admins make such tokens, and they
    // are good for nothing else.
    let machine = json!({"name": "owned", "purpose": "x", "owner": who.requester.person()});
    let machine = server.post(&who.admin, "/v1/service-accounts", machine).await.expect(201);
    let path = format!("/v1/service-accounts/{}/tokens", machine.text("/id"));
    let wish = |verbs: Value| json!({"label": "x", "verbs": verbs, "expires_in_days": 1});
    let _ = server.post(&who.requester, &path, wish(json!(["read"]))).await.expect(201);
    let _ = server.post(&who.requester, &path, wish(json!(["provision"]))).await.expect(403);
    let _ = server.post(&who.admin, &path, wish(json!(["provision", "gate"]))).await.expect(400);
    let _ = server.post(&who.admin, "/v1/me/tokens", wish(json!(["provision"]))).await.expect(400);
    assert!(Verb::Provision > Verb::Read);
    server
}

async fn a_directory_can_not_lock_everybody_out(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let ada = add(&server, &token, "ada").await;
    let (who, one) = (&server.who, format!("/Users/{ada}"));
    let admins = group(&server, &token, "admins", &[&ada]).await.expect(201).text("/id");
    let binding =
        |member: Value| json!({"role": "admin", "scope": "organisation", "member": member});
    let _ = server
        .post(&who.admin, "/v1/roles/bindings", binding(json!({"group": admins})))
        .await
        .expect(201);
    let own = binding(json!({"person": who.admin.person()}));
    let _ = server.post(&who.admin, "/v1/roles/bindings/removal", own).await.expect(204);
    let off = patch(&json!({"op": "replace", "path": "active", "value": false}));
    assert_eq!(scim(&server, &token, Method::PATCH, &one, Some(off)).await.status, 409);
    let admins = format!("/Groups/{admins}");
    assert_eq!(scim(&server, &token, Method::DELETE, &admins, None).await.status, 409);
    server
}

async fn somebody_who_comes_back_is_the_same_person(server: TestServer) -> TestServer {
    let token = directory(&server, "corp").await;
    let id = add(&server, &token, "ada").await;
    let path = format!("/Users/{id}");
    let _ = scim(&server, &token, Method::DELETE, &path, None).await.expect(204);
    assert_eq!(scim(&server, &token, Method::GET, &path, None).await.status, 404);
    assert_eq!(scim(&server, &token, Method::DELETE, &path, None).await.status, 404);
    // The same external id is the same human being, who keeps what they had a hand in.
    assert_eq!(add(&server, &token, "ada").await, id);
    let seen = server.get(&server.who.admin, &format!("/v1/people/{id}")).await.expect(200);
    assert_eq!(seen.text("/status"), "active");
    let _ = scim(&server, &token, Method::POST, "/Users", Some(user("ada"))).await.expect(409);
    server
}
