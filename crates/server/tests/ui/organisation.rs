//! The forms that change the organisation: what they do, whom they are refused, and that nothing
//! typed is lost.

use serde_json::{Value, json};
use testkit::TestServer;

use crate::hand::{Hand, hidden, html};

/// The id of what a list of the API has under a name.
async fn id_of(server: &TestServer, path: &str, name: &str) -> String {
    let list = server.get(&server.who.admin, path).await.expect(200).json();
    let items = list["items"].as_array().unwrap().clone();
    let found = items.into_iter().find(|item| item["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

fn key(answer: &testkit::Answer) -> String {
    hidden(answer, "idempotency_key")
}

#[tokio::test]
async fn m1_2_an_admin_brings_a_person_in_by_forms_alone() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let form = admin.get("/organisation/people/new").await.expect(200);
    let wrong = [
        ("idempotency_key", key(&form)),
        ("name", "Nadia <b>".to_owned()),
        ("emails", "nadia at example".to_owned()),
        ("time_zone", "Berlin".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = wrong.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let page = html(&admin.post("/organisation/people", &fields).await.expect(400));
    assert!(page.contains("Use an IANA name such as `Europe/Berlin`"), "{page}");
    assert!(page.contains("value=\"Nadia &lt;b&gt;\"") && page.contains("nadia at example"));

    let fields = [
        ("idempotency_key", "k-nadia"),
        ("name", "Nadia"),
        ("emails", "nadia@example.com\r\n\r\nn@example.com"),
        ("time_zone", "Europe/Berlin"),
    ];
    let first = admin.post("/organisation/people", &fields).await.expect(303);
    let second = admin.post("/organisation/people", &fields).await.expect(303);
    assert_eq!(first.header("location"), second.header("location"), "sent twice is once");
    let person = first.header("location").to_owned();

    let account = [("idempotency_key", "k"), ("user_name", "nadia"), ("password", "tiny-secret")];
    let accounts = format!("{person}/accounts");
    let page = html(&admin.post(&accounts, &account).await.expect(400));
    assert!(page.contains("value=\"nadia\"") && !page.contains("tiny-secret"), "{page}");
    let account =
        [("idempotency_key", "k"), ("user_name", "nadia"), ("password", "four words with spaces")];
    let _ = admin.post(&accounts, &account).await.expect(303);
    let again = admin.post(&accounts, &account).await.expect(303);
    assert_eq!(again.header("location"), person);

    let id = person.rsplit('/').next().unwrap();
    let member = format!("person:{id}");
    let role = [
        ("role", "security"),
        ("scope", "domain:shop"),
        ("member", &member),
        ("idempotency_key", "r"),
    ];
    let _ = admin.post("/organisation/roles/bindings", &role).await.expect(303);
    let page = html(&admin.get(&person).await.expect(200));
    assert!(page.contains("nadia") && page.contains("domain shop"), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn b12_deactivating_says_first_which_changes_would_wait_for_nobody() {
    let server = TestServer::sqlite().await;
    let _ = server.change("production").await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let path = format!("/organisation/people/{}", server.who.security.person());
    let asked = admin.get(&format!("{path}/deactivate")).await.expect(200);
    let page = html(&asked);
    assert!(page.contains("security of the organisation"), "{page}");
    assert!(page.contains("1 open change waits for it now: CHG-"), "{page}");
    assert!(page.contains("left without enough people"), "{page}");

    let security = Hand::of(&server, &server.who.security).await;
    let fields = [("status", "inactive"), ("idempotency_key", "once")];
    let _ = admin.post(&format!("{path}/status"), &fields).await.expect(303);
    let _ = security.get("/inbox").await.expect(303);
    let page = html(&admin.get(&path).await.expect(200));
    assert!(page.contains("Inactive") && page.contains(">Activate<"), "{page}");
    let fields = [("status", "active"), ("idempotency_key", "twice")];
    let _ = admin.post(&format!("{path}/status"), &fields).await.expect(303);

    // Somebody whose colleague can answer leaves nothing stuck.
    let owner = format!("/organisation/people/{}/deactivate", server.who.approver.person());
    let page = html(&admin.get(&owner).await.expect(200));
    assert!(page.contains("Others can answer all of them"), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn b12_the_last_admin_is_kept_with_a_reason() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let path = format!("/organisation/people/{}/status", server.who.admin.person());
    let refused = admin.post(&path, &[("status", "inactive"), ("idempotency_key", "k")]).await;
    let page = html(&refused.expect(409));
    assert!(page.contains("make somebody else an admin first"), "{page}");
    server.finish().await;
}

#[tokio::test]
async fn m5_2_deputies_of_a_group_are_named_and_removed_on_its_page() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let approver = server.who.approver.person().to_string();
    let fields = [("name", "owners"), ("member", &*approver), ("idempotency_key", "g")];
    let _ = admin.post("/organisation/groups", &fields).await.expect(303);
    let group = id_of(&server, "/v1/groups", "owners").await;
    let edit = format!("/organisation/groups/{group}/edit");
    let page = html(&admin.get(&edit).await.expect(200));
    assert!(page.contains("Give the group a role first"), "{page}");
    let member = format!("group:{group}");
    for role in ["service-owner", "security"] {
        let give = [("role", role), ("scope", "organisation"), ("member", &*member)];
        let _ = admin.post("/organisation/roles/bindings", &give).await.expect(303);
    }
    let path = format!("/organisation/groups/{group}/deputies");
    let outsider = server.who.outsider.person().to_string();
    let mut named = [
        ("person", &*outsider),
        ("role", "service-owner"),
        ("reason", ""),
        ("idempotency_key", "d1"),
    ];
    let page = html(&admin.post(&path, &named).await.expect(400));
    assert!(page.contains("ay why") && page.contains("owners"), "{page}");
    named[2].1 = "the <summer>";
    let other = Hand::of(&server, &server.who.approver).await;
    assert_eq!(other.post(&path, &named).await.status, 403, "only admins name deputies");
    named[3].1 = "d2";
    let _ = admin.post(&path, &named).await.expect(303);
    let page = html(&admin.get(&edit).await.expect(200));
    assert!(page.contains("as service-owner, up to 14 days of an absence"), "{page}");
    let page = html(&other.get("/organisation/groups").await.expect(200));
    assert!(page.contains("data-label=\"Deputies\"") && page.contains("Test outsider"), "{page}");
    // A role that policy lets nobody delegate.
    let strict =
        [("person", &*outsider), ("role", "security"), ("reason", "w"), ("idempotency_key", "d3")];
    let page = html(&admin.post(&path, &strict).await.expect(409));
    assert!(page.contains("the role security can&#39;t be delegated"), "{page}");
    let page = html(&admin.get(&edit).await.expect(200));
    assert!(!page.contains("<option value=\"security\""), "it is not offered: {page}");
    let (_, rest) = page.split_once(&format!("action=\"{path}/dlg_")).unwrap();
    let removal = format!("{path}/dlg_{}", rest.split('"').next().unwrap());
    assert_eq!(other.post(&removal, &[]).await.status, 403);
    let _ = admin.post(&removal, &[]).await.expect(303);
    let page = html(&admin.get(&edit).await.expect(200));
    assert!(page.contains("Nobody answers for members who are away"), "{page}");
    // With the group its deputies fall, and the page before it names them.
    named[3].1 = "d4";
    let _ = admin.post(&path, &named).await.expect(303);
    let page = html(&admin.get(&format!("/organisation/groups/{group}/remove")).await.expect(200));
    assert!(page.contains("Its deputies fall with it"), "{page}");
    assert!(page.contains("Test outsider as service-owner"), "{page}");
    let removal = format!("/organisation/groups/{group}/removal");
    let _ = admin.post(&removal, &[("idempotency_key", "x")]).await.expect(303);
    server.finish().await;
}

#[tokio::test]
async fn m1_2_groups_roles_services_and_domains_are_changed_by_forms() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let approver = server.who.approver.person().to_string();
    let fields = [("name", "on-call"), ("member", &*approver), ("idempotency_key", "g")];
    let _ = admin.post("/organisation/groups", &fields).await.expect(303);
    let group = id_of(&server, "/v1/groups", "on-call").await;
    let member = format!("group:{group}");
    let give = [("role", "security"), ("scope", "organisation"), ("member", &*member)];
    let _ = admin.post("/organisation/roles/bindings", &give).await.expect(303);
    let take = format!("/organisation/roles/take?role=security&scope=organisation&member={member}");
    let page = html(&admin.get("/organisation/roles").await.expect(200));
    assert!(page.contains(&take.replace('&', "&amp;")), "{page}");
    let page = html(&admin.get(&take).await.expect(200));
    assert!(page.contains("Whoever is in on-call no longer holds security"), "{page}");
    let _ = admin.post("/organisation/roles/bindings/removal", &give).await.expect(303);
    let gone = html(&admin.post("/organisation/roles/bindings/removal", &give).await.expect(404));
    assert!(gone.contains("There is nothing here"), "{gone}");
    let page = html(&admin.get(&format!("/organisation/groups/{group}/remove")).await.expect(200));
    assert!(page.contains("It carries no role"), "{page}");
    let removal = format!("/organisation/groups/{group}/removal");
    let _ = admin.post(&removal, &[("idempotency_key", "x")]).await.expect(303);

    let domain = [("name", "logistics"), ("title", "Logistics"), ("idempotency_key", "d")];
    let _ = admin.post("/organisation/domains", &domain).await.expect(303);
    let twice = admin.post("/organisation/domains", &[("name", "logistics"), ("title", "L")]).await;
    assert!(html(&twice.expect(400)).contains("There is a domain of this name already"));
    let service = |labels: &'static str| {
        [
            ("name", "parcels"),
            ("title", "Parcels"),
            ("domain", "logistics"),
            ("criticality", "high"),
            ("labels", labels),
        ]
    };
    let page = admin.post("/organisation/services", &service("sox=true\r\npci")).await.expect(400);
    assert!(html(&page).contains("write it like `pci=true`"), "{}", html(&page));
    let _ =
        admin.post("/organisation/services", &service("sox=true\r\npci=true")).await.expect(303);
    let edit = "/organisation/services/parcels/edit";
    let page = html(&admin.get(edit).await.expect(200));
    assert!(page.contains(">\npci=true\nsox=true</textarea>"), "{page}");
    let _ = admin.post(edit, &service("")).await.expect(303);
    let list = server.get(&server.who.admin, "/v1/services").await.expect(200).json();
    let parcels = |list: &Value| {
        let all = list["items"].as_array().unwrap().clone();
        all.into_iter().find(|s| s["name"] == "parcels").unwrap()
    };
    assert_eq!(parcels(&list)["labels"], serde_json::json!({}));
    let page = html(&admin.get("/organisation/services/parcels/retire").await.expect(200));
    assert!(page.contains("No open change is for it"), "{page}");
    let status = "/organisation/services/parcels/status";
    let _ = admin.post(status, &[("status", "inactive")]).await.expect(303);
    let page = html(&admin.get("/organisation/services").await.expect(200));
    assert!(page.contains("Bring back"), "{page}");
    let list = server.get(&server.who.admin, "/v1/services").await.expect(200).json();
    assert_eq!(parcels(&list)["status"], "inactive");
    server.finish().await;
}

#[tokio::test]
async fn m2_6_a_machine_is_disabled_and_its_token_stops() {
    let server = TestServer::sqlite().await;
    let admin = Hand::of(&server, &server.who.admin).await;
    let machine = id_of(&server, "/v1/service-accounts", "reader").await;
    let path = format!("/organisation/service-accounts/{machine}");
    let page = html(&admin.get(&format!("{path}/disable")).await.expect(200));
    assert!(page.contains("Its working token stops at once"), "{page}");
    let fields = [("status", "inactive"), ("idempotency_key", "m")];
    let _ = admin.post(&format!("{path}/status"), &fields).await.expect(303);
    let _ = server.get(&server.who.reader, "/v1/changes").await.expect(401);
    server.finish().await;
}

#[tokio::test]
async fn e06_forms_of_admins_are_not_shown_to_others_and_refused_with_a_reason() {
    let server = TestServer::sqlite().await;
    let other = Hand::of(&server, &server.who.outsider).await;
    for list in ["people", "roles", "groups", "services", "domains", "service-accounts"] {
        let page = html(&other.get(&format!("/organisation/{list}")).await.expect(200));
        let posts = page.split("<form").filter(|form| form.contains("method=\"post\"")).count();
        assert_eq!(posts, 1, "{list}: signing out is the only form");
        assert!(!page.contains("Take from") && !page.contains("/edit"), "{page}");
    }
    let refused = other.get("/organisation/people/new").await.expect(403);
    assert!(html(&refused).contains("allowed are admins"), "{}", html(&refused));
    let fields = [("name", "Mallory"), ("emails", ""), ("time_zone", "UTC")];
    let refused = other.post("/organisation/people", &fields).await.expect(403);
    assert!(html(&refused).contains("allowed are admins"));
    // One's own password is one's own business; another's is not.
    let own = format!("/organisation/people/{}", server.who.outsider.person());
    let page = html(&other.get(&own).await.expect(200));
    let (_, rest) = page.split_once(&format!("{own}/accounts/")).unwrap();
    let password = format!("{own}/accounts/{}/password", rest.split('/').next().unwrap());
    let _ = other.get(&password).await.expect(200);
    let done = other.post(&password, &[("password", "another four words here")]).await.expect(303);
    assert_eq!(done.header("location"), "/sign-in");
    server.finish().await;
}

#[tokio::test]
async fn b14_the_page_of_a_proposal_names_groups_that_the_directory_does_not_have() {
    let server = TestServer::sqlite().await;
    let who = &server.who;
    let gone = "grp_01jd3k9q7h2v5n8m4c6b0tzxrw";
    let given =
        format!("groups: [{{ group: {gone}, role: security, scope: organisation }}]\nroles:");
    let files = testkit::organisation::policy().into_iter().map(|mut file| {
        if file.path == "roles.yaml" {
            file.text = file.text.replacen("roles:", &given, 1);
        }
        json!({"path": file.path, "text": file.text})
    });
    let body = json!({"files": files.collect::<Vec<_>>(), "reason": "who approves"});
    let made = server.post(&who.policy_author, "/v1/policy/proposals", body).await.expect(201);
    let hand = Hand::of(&server, &who.second_author).await;
    let path = format!("/policy/proposals/{}", made.text("/digest"));
    let page = html(&hand.get(&path).await.expect(200));
    assert!(page.contains("Gives roles to groups that are there"), "{page}");
    assert!(page.contains(gone) && page.contains("countersign roles groups"), "{page}");
    server.finish().await;
}
