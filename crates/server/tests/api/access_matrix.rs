//! Who may call what: every operation of the document against every kind of caller.
//!
//! A letter in a row lets that caller past access control; what happens then is another test's.
//! Everybody else gets 401 or 403. An operation without a row fails.
//!
//! `-` nobody signed in, `o` a person without role, `r` requester, `a` approver (service owner),
//! `s` security, `u` auditor, `d` admin, `p` policy author, `g` machine that may only ask the gate,
//! `m` machine that may only read, `l` pipeline of one service (read, request, gate).

use std::collections::{BTreeMap, BTreeSet};

use hyper::Method;
use serde_json::{Value, json};
use testkit::server::{change_request, gate_question};
use testkit::{Actor, TestServer};

fn change_set() -> Value {
    let item = change_request("checkout", "staging");
    json!({"title": "Both", "reason": "a test", "items": [item.clone(), item]})
}

fn sealed_request(one: &domain::ids::PersonId, other: &domain::ids::PersonId) -> Value {
    json!({"service": "checkout", "environment": "staging", "holders": [one, other]})
}

const EVERYBODY: &str = "-orasudpgml";
const SIGNED_IN: &str = "orasudpgml";
const PEOPLE: &str = "orasudp";
const READERS: &str = "orasudpml";

const MATRIX: &[(&str, &str)] = &[
    // changes
    ("create_change", "rl"),
    ("list_changes", READERS),
    ("get_change", READERS),
    ("get_timeline", READERS),
    ("revise_change", "r"),
    ("submit_change", "rd"),
    ("get_briefing", "a"),
    ("open_briefing", "a"),
    ("acknowledge_briefing", "a"),
    ("record_vote", "a"),
    ("approve_in_bulk", "orasudp"),
    ("vote_statement", "a"),
    ("hold_change", "rasdp"),
    ("object_to_change", "rasdp"),
    ("release_hold", "ra"),
    ("withdraw_change", "rd"),
    ("close_change", "rasdp"),
    ("create_change_set", "rl"),
    ("list_change_sets", READERS),
    ("get_change_set", READERS),
    ("inbox", PEOPLE),
    ("open_override", "a"),
    ("review_override", "s"),
    ("list_overrides", READERS),
    ("list_sealed_overrides", READERS),
    ("issue_sealed_override", "a"),
    ("revoke_sealed_override", "rasd"),
    ("reconcile_sealed_overrides", "r"),
    ("get_calendar", READERS),
    ("list_calendar_feeds", PEOPLE),
    ("make_calendar_feed", PEOPLE),
    ("list_freezes", READERS),
    ("declare_freeze", "s"),
    ("end_freeze", "s"),
    ("ask_exception", "rd"),
    ("list_acceptances", READERS),
    ("accept_risk", "s"),
    ("review_acceptance", "s"),
    ("list_alignments", READERS),
    ("get_alignment", READERS),
    ("open_alignment", "rasdp"),
    ("move_alignment", "a"),
    ("cancel_alignment", "a"),
    ("raise_concern", "as"),
    ("answer_concern", "r"),
    ("conclude_alignment", "a"),
    ("close_alignment", "a"),
    ("get_cab", READERS),
    ("list_findings", READERS),
    ("report_let_through", READERS),
    ("acknowledge_finding", "ad"),
    ("resolve_finding", "ad"),
    // gate
    ("ask_gate", "rgl"),
    ("redeem_grant", "l"),
    ("finish_deployment", "dl"),
    // organisation
    ("list_people", PEOPLE),
    ("get_person", PEOPLE),
    ("add_person", "d"),
    ("update_person", "d"),
    ("set_person_status", "d"),
    ("add_account", "d"),
    ("set_account_status", "d"),
    ("set_password", "rd"),
    ("list_roles", PEOPLE),
    ("bind_role", "d"),
    ("unbind_role", "d"),
    ("list_groups", PEOPLE),
    ("add_group", "d"),
    ("put_group", "d"),
    ("remove_group", "d"),
    ("name_deputy", "d"),
    ("remove_deputy", "d"),
    ("list_absences", PEOPLE),
    ("enter_absence", "ud"),
    ("import_absences", "ud"),
    ("list_absence_feeds", PEOPLE),
    ("subscribe_absences", "ud"),
    ("unsubscribe_absences", PEOPLE),
    ("cancel_absence", PEOPLE),
    ("list_delegations", PEOPLE),
    ("delegate", PEOPLE),
    ("end_delegation", "aud"),
    ("list_rotas", PEOPLE),
    ("put_rota", "d"),
    ("remove_rota", "d"),
    ("cover_shift", PEOPLE),
    ("end_cover", "aud"),
    ("list_services", READERS),
    ("put_service", "d"),
    ("list_domains", READERS),
    ("put_domain", "d"),
    ("list_environments", READERS),
    ("list_service_accounts", PEOPLE),
    ("add_service_account", "d"),
    ("set_service_account_status", "d"),
    ("create_token", "d"),
    ("revoke_token", "rd"),
    ("create_own_token", PEOPLE),
    ("list_signing_keys", PEOPLE),
    // A token proves nothing of who is there now; sessions are another test's.
    ("add_signing_key", ""),
    ("remove_signing_key", PEOPLE),
    // policy
    ("get_policy", READERS),
    ("get_automation", READERS),
    ("audit_automation", READERS),
    ("get_automation_rule", READERS),
    ("stop_automation", "asd"),
    ("resume_automation", "s"),
    ("get_policy_feasibility", READERS),
    ("get_risk_history", READERS),
    ("check_policy", READERS),
    ("explain_policy", READERS),
    ("replay_policy", PEOPLE),
    ("drill_policy", PEOPLE),
    ("list_policy_windows", PEOPLE),
    ("get_policy_window_changes", PEOPLE),
    ("list_policy_proposals", READERS),
    ("propose_policy", "p"),
    ("revert_policy", "p"),
    ("activate_policy", "dp"),
    ("decline_policy", "dp"),
    ("get_shadow", PEOPLE),
    ("start_shadow", "dp"),
    ("stop_shadow", "dp"),
    // sandbox
    ("get_sandbox", READERS),
    ("move_sandbox_clock", PEOPLE),
    // ledger
    ("ledger_head", READERS),
    ("ledger_entries", PEOPLE),
    ("ledger_entry", PEOPLE),
    ("get_receipt", READERS),
    ("ledger_consistency", READERS),
    // notifications
    ("list_notifications", PEOPLE),
    ("read_notifications", PEOPLE),
    ("get_preferences", PEOPLE),
    ("set_preferences", PEOPLE),
    ("test_notification", "d"),
    ("list_dead_letters", "d"),
    ("replay_dead_letters", "d"),
    ("list_webhooks", "d"),
    ("add_webhook", "d"),
    ("update_webhook", "d"),
    ("set_webhook_status", "d"),
    ("rotate_webhook_secret", "d"),
    ("test_webhook", "d"),
    ("remove_webhook", "d"),
    // access
    ("me", SIGNED_IN),
    ("begin_session", EVERYBODY),
    ("end_session", SIGNED_IN),
    ("set_up", EVERYBODY),
    ("events", READERS),
];

const FROZEN_UNTIL: &str = "2026-01-20T00:00:00Z";

fn callers(server: &TestServer) -> Vec<(char, Option<&Actor>)> {
    let who = &server.who;
    vec![
        ('-', None),
        ('o', Some(&who.outsider)),
        ('r', Some(&who.requester)),
        ('a', Some(&who.approver)),
        ('s', Some(&who.security)),
        ('u', Some(&who.auditor)),
        ('d', Some(&who.admin)),
        ('p', Some(&who.policy_author)),
        ('g', Some(&who.gate_only)),
        ('m', Some(&who.reader)),
        ('l', Some(&who.pipeline)),
    ]
}

/// The operations of the document: method and path by id.
pub(crate) fn operations() -> BTreeMap<String, (Method, String)> {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            found.insert(id.to_owned(), (method, path.clone()));
        }
    }
    found
}

#[test]
fn every_operation_has_a_row() {
    let documented: BTreeSet<String> = operations().into_keys().collect();
    let rows: BTreeSet<String> = MATRIX.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(documented, rows);
}

/// Things that calls are about, made fresh so that one call does not spoil the next.
struct Things<'a> {
    server: &'a TestServer,
    counter: u32,
    frozen: Option<String>,
    aligned: Option<String>,
}

impl Things<'_> {
    /// A change of the kind that an operation is for, where any would not do.
    async fn change_for(&self, id: &str) -> Option<String> {
        match id {
            "object_to_change" => Some(self.server.touching("chore").await),
            "open_override" => Some(self.server.emergency("staging").await),
            _ => None,
        }
    }

    async fn fill(&mut self, id: &str, path: &str) -> String {
        let who = &self.server.who;
        let mut path = path.to_owned();
        if id == "finish_deployment" {
            let (change, deployment) = self.deployment().await;
            path = path.replace("{change}", &change).replace("{deployment}", &deployment);
        }
        if id == "release_hold" {
            let change = self.server.change("staging").await;
            let holds = format!("/v1/changes/{change}/holds");
            let held = self.server.post(&who.requester, &holds, json!({"reason": "wait"})).await;
            path = path.replace("{change}", &change).replace("{hold}", &held.text("/holds/0/id"));
        }
        if path.contains("{finding}") {
            path = path.replace("{finding}", &self.server.finding().await);
        }
        path = self.fill_session(id, path).await;
        if let Some(change) = self.change_for(id).await {
            path = path.replace("{change}", &change);
        }
        if id == "review_override" {
            let (change, of) = self.server.overridden("staging").await;
            path = path.replace("{change}", &change).replace("{override}", &of);
        }
        if id == "end_freeze" || id == "ask_exception" {
            // Only where no other row deploys.
            let mut body = testkit::server::freeze_request("service:checkout", FROZEN_UNTIL);
            body["environments"] = json!(["dev"]);
            let freeze = self.server.post(&who.security, "/v1/freezes", body).await.expect(201);
            let freeze = freeze.text("/id");
            path = path.replace("{freeze}", &freeze);
            self.frozen = Some(freeze);
        }
        if id == "ask_exception" {
            path = path.replace("{change}", &self.server.change("dev").await);
        }
        if id == "review_acceptance" {
            let accepted = self.server.accepted("production").await;
            path = path.replace("{acceptance}", &accepted);
        }
        if path.contains("{change}") {
            path = path.replace("{change}", &self.change(id == "submit_change").await);
        }
        if path.contains("{grant}") {
            path = path.replace("{grant}", &self.grant().await.1);
        }
        if path.contains("{digest}") {
            path = path.replace("{digest}", &self.proposal().await);
        }
        path = self.fill_availability(path).await;
        path = self.fill_secrets(path).await;
        let account = match &who.requester.principal.actor {
            domain::actor::Actor::Person { account, .. } => account.to_string(),
            other => other.to_string(),
        };
        path.replace("{person}", who.auditor.person().as_str())
            .replace("{account}", &account)
            .replace("{service_account}", who.reader.principal.id())
            .replace("{key}", "sky_00000000000000000000000000")
            .replace("{index}", "0")
            .replace("{rule}", "chores")
    }

    /// Whatever comes with a secret that is shown once.
    async fn fill_secrets(&self, mut path: String) -> String {
        let who = &self.server.who;
        if path.contains("{sealed_override}") {
            let body = sealed_request(who.requester.person(), who.security.person());
            let issued = self.server.post(&who.approver, "/v1/sealed-overrides", body).await;
            let sealed = issued.expect(201).text("/document/sealed_override/id");
            path = path.replace("{sealed_override}", &sealed);
        }
        if path.contains("{webhook}") {
            let body = json!({"label": "w", "url": "https://hooks.example.com/", "events": ["*"]});
            let webhook = self.server.post(&who.admin, "/v1/webhooks", body).await.expect(201);
            path = path.replace("{webhook}", &webhook.text("/webhook/id"));
        }
        if path.contains("{token}") {
            let body = json!({"label": "t", "verbs": ["read"], "expires_in_days": 1});
            let token = self.server.post(&who.requester, "/v1/me/tokens", body).await.expect(201);
            path = path.replace("{token}", &token.text("/token_id"));
        }
        path
    }

    /// A group that holds a role which policy lets be delegated, with a deputy if the path names one.
    async fn fill_group(&mut self, path: String) -> String {
        let who = &self.server.who;
        let body = json!({"name": "some", "members": []});
        let group = self.server.post(&who.admin, "/v1/groups", body).await.expect(201).text("/id");
        let body = json!({
            "role": "service-owner", "scope": "service:checkout", "member": {"group": group},
        });
        let _ = self.server.post(&who.admin, "/v1/roles/bindings", body).await.expect(201);
        let mut filled = path.replace("{group}", &group);
        if path.contains("{deputy}") {
            let deputies = format!("/v1/groups/{group}/deputies");
            let made = self.server.post(&who.admin, &deputies, self.deputy()).await.expect(201);
            filled = filled.replace("{deputy}", &made.text("/id"));
        }
        filled
    }

    fn deputy(&self) -> Value {
        let person = self.server.who.outsider.person();
        json!({"person": person, "role": "service-owner", "reason": "a test"})
    }

    async fn fill_availability(&mut self, mut path: String) -> String {
        let who = &self.server.who;
        if path.contains("{set}") {
            let set = self.server.post(&who.requester, "/v1/change-sets", change_set()).await;
            path = path.replace("{set}", &set.expect(201).text("/id"));
        }
        if path.contains("{stop}") {
            let body = json!({"scope": "rule:chores", "reason": "a test"});
            let stop = self.server.post(&who.security, "/v1/automation/stops", body).await;
            path = path.replace("{stop}", &stop.expect(201).text("/id"));
        }
        if path.contains("{group}") {
            path = self.fill_group(path).await;
        }
        if path.contains("{absence}") {
            let person = who.auditor.person();
            let body = json!({"until": self.server.in_hours(i64::from(self.counter) + 1)});
            self.counter += 1;
            let of = format!("/v1/people/{person}/absences");
            let absence = self.server.post(&who.admin, &of, body).await.expect(201);
            path = path.replace("{absence}", &absence.text("/id"));
        }
        if path.contains("{rota}") {
            let made = self.server.post(&who.admin, "/v1/rotas", self.rota()).await.expect(201);
            path = path.replace("{rota}", &made.text("/id"));
        }
        if path.contains("{cover}") {
            let mut rota = self.rota();
            rota["people"] = json!([who.auditor.person()]);
            let rota = self.server.post(&who.admin, "/v1/rotas", rota).await.expect(201);
            let covers = format!("/v1/rotas/{}/covers", rota.text("/id"));
            let body = json!({
                "person": who.auditor.person(), "by": who.approver.person(),
                "until": self.server.in_hours(2),
            });
            let made = self.server.post(&who.admin, &covers, body).await.expect(201);
            path = path.replace("{cover}", &made.text("/id"));
        }
        if path.contains("{delegation}") {
            let (from, until) = (i64::from(self.counter), i64::from(self.counter) + 1);
            self.counter += 1;
            let body = json!({
                "delegate": who.auditor.person(), "role": "service-owner",
                "scope": "service:checkout", "from": self.server.in_hours(from),
                "until": self.server.in_hours(until), "reason": "a test",
            });
            let made = self.server.post(&who.approver, "/v1/delegations", body).await.expect(201);
            path = path.replace("{delegation}", &made.text("/id"));
        }
        path
    }

    fn rota(&self) -> Value {
        json!({
            "name": "duty", "role": "service-owner", "scope": "organisation", "time_zone": "UTC",
            "first": "2026-01-01T00:00:00", "days": 1,
            "people": [self.server.who.approver.person()],
        })
    }

    async fn fill_session(&mut self, id: &str, path: String) -> String {
        if id == "open_alignment" {
            self.aligned = Some(self.change(true).await);
        }
        if !path.contains("{alignment}") {
            return path;
        }
        let (session, change) = self.session(id == "answer_concern").await;
        self.aligned = Some(change);
        path.replace("{alignment}", &session).replace("{number}", "1")
    }

    /// A session that the approver leads, and the change on its agenda.
    async fn session(&self, with_concern: bool) -> (String, String) {
        let change = self.change(true).await;
        let who = &self.server.who;
        let body = self.session_about(&change);
        let opened = self.server.post(&who.approver, "/v1/alignments", body).await.expect(201);
        let session = opened.text("/id");
        if with_concern {
            let path = format!("/v1/alignments/{session}/concerns");
            let body = json!({"change": change, "text": "a test"});
            let _ = self.server.post(&who.security, &path, body).await.expect(201);
        }
        (session, change)
    }

    fn session_about(&self, change: &str) -> Value {
        json!({
            "title": "a test", "from": self.server.in_hours(-1), "until": self.server.in_hours(1),
            "agenda": [change], "participants": [self.server.who.security.person()],
            "chair": self.server.who.approver.person(),
        })
    }

    async fn change(&self, draft: bool) -> String {
        let mut body = change_request("checkout", "staging");
        body["submit"] = json!(!draft);
        let who = &self.server.who.requester;
        self.server.post(who, "/v1/changes", body).await.expect(201).text("/id")
    }

    async fn grant(&self) -> (String, String) {
        let change = self.server.approved("staging").await;
        let verdict = self.server.ask(&self.server.who.pipeline, Some(&change), "staging").await;
        (change, verdict.expect(200).text("/grant/grant/id"))
    }

    async fn deployment(&self) -> (String, String) {
        let (change, grant) = self.grant().await;
        let path = format!("/v1/gate/grants/{grant}/redemption");
        let begun = self.server.post(&self.server.who.pipeline, &path, json!({})).await.expect(201);
        (change, begun.text("/deployment/id"))
    }

    async fn proposal(&mut self) -> String {
        let body = json!({"files": self.bundle(), "reason": "a test"});
        let who = &self.server.who.second_author;
        self.server.post(who, "/v1/policy/proposals", body).await.expect(201).text("/digest")
    }

    /// The policy of the tests with another description each time.
    fn bundle(&mut self) -> Value {
        self.counter += 1;
        let files = testkit::organisation::policy().into_iter().map(|mut file| {
            if file.path == "bundle.yaml" {
                file.text = format!("{}# {}\n", file.text, self.counter);
            }
            json!({"path": file.path, "text": file.text})
        });
        files.collect()
    }

    fn body(&mut self, id: &str) -> Value {
        let n = self.counter;
        self.counter += 1;
        let reason = json!({"reason": "a test"});
        match id {
            "create_change" => change_request("checkout", "staging"),
            "create_change_set" => change_set(),
            "revise_change" => {
                let mut change = change_request("checkout", "staging");
                change["title"] = json!("Another title");
                json!({"expected_revision": 1, "change": change})
            }
            "submit_change" => json!({"expected_revision": 1}),
            "record_vote" => json!({"expected_revision": 1, "decision": "approve"}),
            "approve_in_bulk" => json!({"changes": []}),
            "hold_change" | "release_hold" | "withdraw_change" | "activate_policy"
            | "revert_policy" | "decline_policy" | "resolve_finding" | "end_freeze"
            | "resume_automation" | "cancel_alignment" => reason,
            "move_alignment" => json!({
                "from": self.server.in_hours(1), "until": self.server.in_hours(2),
                "reason": "a test",
            }),
            "object_to_change" | "acknowledge_finding" | "close_alignment" => json!({}),
            "open_alignment" => self.session_about(&self.aligned.clone().unwrap_or_default()),
            "raise_concern" => json!({"change": self.aligned, "text": "a test"}),
            "answer_concern" => json!({"answer": "a test"}),
            "conclude_alignment" => {
                json!({"change": self.aligned, "outcome": "deferred", "words": "a test"})
            }
            "stop_automation" => json!({"scope": "rule:chores", "reason": "a test"}),
            "declare_freeze" => testkit::server::freeze_request("service:basket", FROZEN_UNTIL),
            "ask_exception" => {
                json!({"expected_revision": 1, "freeze": self.frozen, "reason": "a test"})
            }
            "accept_risk" => testkit::server::acceptance_request("production", &self.server.clock),
            "review_acceptance" => json!({"outcome": "end", "findings": "a test"}),
            "issue_sealed_override" => sealed_request(
                self.server.who.requester.person(),
                self.server.who.security.person(),
            ),
            "revoke_sealed_override" => json!({"reason": "a test"}),
            "reconcile_sealed_overrides" => json!({"lines": ["a test"]}),
            "open_override" => json!({"expected_revision": 1, "reason": "a test"}),
            "review_override" => json!({"outcome": "justified", "findings": "a test"}),
            "acknowledge_briefing" => {
                json!({"shown": format!("sha256:{}", "0".repeat(64)), "roles": []})
            }
            "close_change" => json!({"review": "a test"}),
            "move_sandbox_clock" => json!({"to": "2030-01-01T00:00:00Z"}),
            "ask_gate" => gate_question("checkout", "staging"),
            "finish_deployment" => json!({"outcome": "successful"}),
            _ => self.body_of_organisation(id, n),
        }
    }

    fn body_of_organisation(&mut self, id: &str, n: u32) -> Value {
        match id {
            "add_person" => json!({"name": "New", "emails": [format!("new{n}@example.com")]}),
            "set_person_status"
            | "set_account_status"
            | "set_service_account_status"
            | "set_webhook_status" => {
                json!({"status": "active"})
            }
            "add_account" => json!({"user_name": format!("user{n}")}),
            "set_password" => json!({"password": "another long password"}),
            "bind_role" | "unbind_role" => json!({
                "role": "requester", "scope": "organisation",
                "member": {"person": self.server.who.auditor.person()},
            }),
            "put_rota" => self.rota(),
            "cover_shift" => json!({
                "person": self.server.who.outsider.person(), "until": self.server.in_hours(1),
            }),
            "enter_absence" => json!({"until": self.server.in_hours(i64::from(n) + 1)}),
            "import_absences" => json!({
                "calendar": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART:20300101T000000Z\r\n\
                             DTEND:20300102T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            }),
            "delegate" => json!({
                "delegate": self.server.who.outsider.person(), "role": "service-owner",
                "scope": "service:checkout", "until": self.server.in_hours(1), "reason": "a test",
            }),
            "add_webhook" | "update_webhook" => json!({
                "label": "w", "url": "https://hooks.example.com/", "events": ["change.*"],
            }),
            "add_signing_key" => json!({"name": "k", "public_key": testkit::organisation::SSH_KEY}),
            "set_preferences" => json!({
                "mail": ["asked"], "every_minutes": 10, "quiet": null, "urgent_always": true,
            }),
            "subscribe_absences" => json!({"url": "https://127.0.0.2/calendar.ics"}),
            "name_deputy" => self.deputy(),
            "add_group" | "put_group" => json!({"name": "some", "members": []}),
            "put_service" => json!({"name": "basket", "title": "Basket", "domain": "shop"}),
            "put_domain" => json!({"name": "shop", "title": "Shop"}),
            "add_service_account" => json!({"name": format!("machine-{n}"), "purpose": "a test"}),
            "create_token" | "create_own_token" => {
                json!({"label": "t", "verbs": ["read"], "expires_in_days": 1})
            }
            "make_calendar_feed" => json!({"label": "t", "about": "own", "expires_in_days": 1}),
            "check_policy" | "replay_policy" => json!({"files": self.bundle()}),
            "propose_policy" => json!({"files": self.bundle(), "reason": "a test"}),
            "explain_policy" => json!({"change": change_request("checkout", "staging")}),
            "begin_session" => {
                json!({"user_name": "outsider", "password": testkit::organisation::PASSWORD})
            }
            "set_up" => json!({
                "link_token": "setup-token", "name": "A", "user_name": "a",
                "password": testkit::organisation::PASSWORD,
            }),
            _ => json!({}),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_gets_where_they_may_and_nowhere_else() {
    let server = TestServer::sqlite().await;
    let mut things = Things { server: &server, counter: 0, frozen: None, aligned: None };
    let operations = operations();
    let mut wrong = Vec::new();
    for (id, allowed) in MATRIX {
        let (method, path) = &operations[*id];
        for (letter, caller) in callers(&server) {
            let mut path = things.fill(id, path).await;
            match *id {
                // An open stream has no end to read: ask for one about nothing.
                "events" => path.push_str("?change=CHG-999999"),
                "ledger_consistency" => path.push_str("?old=1"),
                "vote_statement" => path.push_str("?expected_revision=1&decision=approve"),
                _ => {}
            }
            let body = (*method == Method::POST).then(|| things.body(id));
            let answer = server.call(caller, method.clone(), &path, body.as_ref()).await;
            let passed = !matches!(answer.status, 401 | 403);
            assert!(answer.status < 500, "{id} {letter}: {}", answer.json());
            if passed != allowed.contains(letter) {
                wrong.push(format!("{id} {letter}: {} {}", answer.status, answer.json()["code"]));
            }
            if letter == '-' && !passed {
                assert_eq!(answer.status, 401, "{id}: nobody is signed in");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    server.finish().await;
}
