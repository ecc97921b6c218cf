//! Roles that policy gives to groups which a customer's directory keeps: joiners, movers and leavers
//! count, or do not, as soon as the directory says so.

use hyper::Method;
use serde_json::{Value, json};
use testkit::TestServer;

use crate::asking::{activate, files};
use crate::scim::{add, directory, group, patch, scim};

on_both_stores!(
    b14_policy_gives_a_role_to_a_group_by_its_id_and_to_no_other_of_its_name,
    b11_who_a_directory_takes_out_of_a_mapped_group_is_replaced_at_once,
    b14_what_policy_gives_is_taken_by_policy_and_by_nobody_else,
    b14_a_proposal_names_groups_that_the_directory_does_not_have,
    d07_policy_that_gives_a_group_a_role_is_governed_as_any_other,
);

/// The policy of the tests, giving a group a role.
fn giving(group: &str, role: &str, scope: &str) -> Vec<Value> {
    let given =
        format!("groups:\n  - {{ group: {group}, role: {role}, scope: \"{scope}\" }}\nroles:");
    let mut files = files();
    let roles = files.iter_mut().find(|file| file["path"] == "roles.yaml").unwrap();
    roles["text"] = json!(roles["text"].as_str().unwrap().replacen("roles:", &given, 1));
    files
}

/// Puts people of the tests into a group, which is not a thing a directory could.
async fn local_group(server: &TestServer, name: &str, members: &[&str]) -> String {
    let body = json!({"name": name, "members": members});
    server.post(&server.who.admin, "/v1/groups", body).await.expect(201).text("/id")
}

async fn b14_a_proposal_names_groups_that_the_directory_does_not_have(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let group = local_group(&server, "approvers", &[]).await;
    let files = giving(&group, "security", "organisation");
    let check = async || {
        let body = json!({"files": files});
        server.post(&who.auditor, "/v1/policy/check", body).await.expect(200).json()
    };
    assert_eq!(check().await.get("unknown_groups"), None);
    let removal = format!("/v1/groups/{group}/removal");
    let _ = server.post(&who.admin, &removal, json!({})).await.expect(200);
    let checked = check().await;
    assert_eq!(
        (&checked["ok"], &checked["unknown_groups"][0]["group"]),
        (&json!(true), &json!(group))
    );
    let body = json!({"files": files, "reason": "who approves"});
    let made = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let words = made.text("/unknown_groups/0/words");
    assert!(words.contains(&group) && words.contains("security"), "{words}");
    assert!(words.contains("countersign roles groups"), "the next step: {words}");
    let list = server.get(&who.second_author, "/v1/policy/proposals").await.expect(200).json();
    assert_eq!(list["items"][0]["unknown_groups"][0]["group"], json!(group), "{list}");
    server
}

async fn roles(server: &TestServer, person: &str) -> Value {
    let path = format!("/v1/people/{person}");
    server.get(&server.who.admin, &path).await.expect(200).json()["roles"].clone()
}

async fn b14_policy_gives_a_role_to_a_group_by_its_id_and_to_no_other_of_its_name(
    server: TestServer,
) -> TestServer {
    let token = directory(&server, "corp").await;
    let (ada, eve) = (add(&server, &token, "ada").await, add(&server, &token, "eve").await);
    let first = group(&server, &token, "prod-approvers", &[]).await.expect(201).text("/id");
    activate(&server, giving(&first, "security", "organisation")).await;
    assert_eq!(roles(&server, &ada).await, json!([]));
    let path = format!("/Groups/{first}");
    let join = patch(&json!({"op": "Add", "path": "members", "value": [{"value": ada}]}));
    let _ = scim(&server, &token, Method::PATCH, &path, Some(join)).await.expect(200);
    let through = |name: &str| {
        json!([{
            "role": "security", "scope": "organisation", "by_policy": {"id": first, "name": name}
        }])
    };
    assert_eq!(roles(&server, &ada).await, through("prod-approvers"));
    // Renamed, it keeps what it holds, and whoever makes a group of its old name gets nothing.
    let rename = patch(&json!({"op": "replace", "path": "displayName", "value": "renamed"}));
    let _ = scim(&server, &token, Method::PATCH, &path, Some(rename)).await.expect(200);
    assert_eq!(roles(&server, &ada).await, through("renamed"));
    let _ = group(&server, &token, "prod-approvers", &[&eve]).await.expect(201);
    assert_eq!(roles(&server, &eve).await, json!([]));
    // A group that is gone gives nothing, nor does another of its name.
    let _ = scim(&server, &token, Method::DELETE, &path, None).await.expect(204);
    assert_eq!(roles(&server, &ada).await, json!([]));
    let _ = group(&server, &token, "renamed", &[&ada]).await.expect(201);
    assert_eq!(roles(&server, &ada).await, json!([]));
    server
}

async fn b11_who_a_directory_takes_out_of_a_mapped_group_is_replaced_at_once(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let (joiner, owner) = (who.outsider.person().to_string(), who.owner.person().to_string());
    let id = local_group(&server, "checkout-owners", &[]).await;
    activate(&server, giving(&id, "service-owner", "service:checkout")).await;
    let members = async |members: &[&str]| {
        let body = json!({"name": "checkout-owners", "members": members});
        let path = format!("/v1/groups/{id}");
        let _ = server.call(Some(&who.admin), Method::POST, &path, Some(&body)).await.expect(200);
        let _ = server.app.reroute().await.unwrap();
    };
    let change = server.change("staging").await;
    assert_eq!(server.vote(&who.outsider, &change, "approve").await.expect(403).code(), "no_role");
    members(&[&joiner]).await;
    let waiting = server.get(&who.outsider, "/v1/inbox").await.expect(200).json();
    assert_eq!(waiting["waiting_for_you"][0]["role"], "service-owner", "{waiting}");
    let voted = server.vote(&who.outsider, &change, "approve").await.expect(201).json();
    assert_eq!(voted["change"]["state"], "approved");
    let verdict = server.ask(&who.pipeline, Some(&change), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "allow");

    // Who left does not count any more, for what waits and for what was approved already.
    let other = server.change("staging").await;
    let _ = server.vote(&who.outsider, &other, "approve").await.expect(201);
    members(&[]).await;
    let verdict = server.ask(&who.pipeline, Some(&other), "staging").await.expect(200);
    assert_eq!(verdict.text("/answer"), "pending");
    let path = format!("/v1/changes/{other}");
    let record = server.get(&who.auditor, &path).await.expect(200).json();
    let missing = &record["missing"][0];
    assert!(!missing.to_string().contains(&joiner), "{missing}");
    assert!(missing.to_string().contains(&owner), "{missing}");
    let late = server.change("staging").await;
    assert_eq!(server.vote(&who.outsider, &late, "approve").await.expect(403).code(), "no_role");
    server
}

async fn b14_what_policy_gives_is_taken_by_policy_and_by_nobody_else(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let outsider = who.outsider.person().to_string();
    let id = local_group(&server, "askers", &[&outsider]).await;
    activate(&server, giving(&id, "requester", "organisation")).await;
    let rights = server.get(&who.outsider, "/v1/me").await.expect(200).json();
    assert!(rights["rights"].to_string().contains("create_change"), "{rights}");
    let all = server.get(&who.auditor, "/v1/roles").await.expect(200).json();
    let found = all.as_array().or_else(|| all["items"].as_array()).unwrap().iter();
    let requester = found.clone().find(|role| role["name"] == "requester").unwrap();
    let bindings = requester["bindings"].as_array().unwrap();
    let given: Vec<_> = bindings.iter().filter(|b| b["by_policy"] == true).collect();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0]["people"][0]["id"], json!(outsider));
    let member = json!({"group": id});
    let taken = json!({"role": "requester", "scope": "organisation", "member": member});
    let path = "/v1/roles/bindings/removal";
    let refused = server.post(&who.admin, path, taken).await.expect(409);
    assert_eq!(refused.code(), "given_by_policy");
    // With the line gone from policy, so is the role.
    activate(&server, files()).await;
    let rights = server.get(&who.outsider, "/v1/me").await.expect(200).json();
    assert!(!rights["rights"].to_string().contains("create_change"), "{rights}");
    server
}

async fn d07_policy_that_gives_a_group_a_role_is_governed_as_any_other(
    server: TestServer,
) -> TestServer {
    let who = &server.who;
    let author = who.policy_author.person().to_string();
    let id = local_group(&server, "mine", &[&author]).await;
    let body = json!({"files": giving(&id, "security", "organisation"), "reason": "for me"});
    let proposed = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let said = format!("role `security` on `organisation` is held by group `{id}`");
    assert_eq!(proposed.json()["weaker"], json!([said]));
    let path = format!("/v1/policy/proposals/{}/activation", proposed.text("/digest"));
    let own = server.post(&who.policy_author, &path, json!({"reason": "mine"})).await;
    assert_eq!(own.expect(403).code(), "sod_author");
    assert!(!roles(&server, &author).await.to_string().contains("security"));
    for role in ["admin", "policy-author"] {
        let body = json!({"files": giving(&id, role, "organisation"), "reason": "for me"});
        let refused = server.post(&who.policy_author, "/v1/policy/proposals", body).await;
        let said = refused.json().to_string();
        assert!(said.contains(&format!("policy can't give the role `{role}`")), "{said}");
    }
    server
}
