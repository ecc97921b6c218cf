//! Each checker finds what it is for, in a history that was written by hand.

use serde_json::{Value, json};
use sim::check;
use sim::model::{Entry, Model};
use sim::rules::Strictness;

const OWNER: &str = "service-owner";

/// A journal under the hand of whoever writes it.
struct Journal {
    model: Model,
    next: u64,
}

impl Journal {
    /// Ann asks; Bob and Cid own everything; a change of production waits for their votes.
    fn new() -> Self {
        let mut journal = Self { model: Model::default(), next: 0 };
        journal.model.bundles.insert("sha256:usual".to_owned(), Strictness::Usual);
        journal.add("policy", "bundle_activated", json!({"digest": "sha256:usual"}));
        for person in ["ann", "bob", "cid"] {
            let id = format!("prs_{person}");
            let record = json!({"id": id, "status": "active", "emails": []});
            journal.add("organisation", "person_put", record);
            let account = format!("acc_{person}");
            let record =
                json!({"id": account, "person": id, "subject": person, "status": "active"});
            journal.add("organisation", "account_added", record);
            if person != "ann" {
                for role in [OWNER, "security", "release-manager"] {
                    let scope =
                        if role == "release-manager" { "domain:shop" } else { "organisation" };
                    let binding = json!({"role": role, "scope": scope, "member": {"person": id}});
                    journal.add("organisation", "role_bound", binding);
                }
            }
        }
        journal.add("organisation", "service_put", json!({"name": "checkout", "domain": "shop"}));
        let revision = json!({
            "number": 1, "digest": "sha256:r1", "by": actor("ann"),
            "material": {
                "service": "checkout", "environment": "production", "contributors": [],
                "artifacts": [{"name": "app", "digest": "sha256:a"}], "parameters": {},
                "kind": "emergency", "incident": "INC-1",
            },
        });
        let created = json!({"id": "chg_1", "requester": actor("ann"), "revision": revision});
        journal.add("change/chg_1", "change_created", created);
        journal.add("change/chg_1", "change_assessed", assessment());
        journal
    }

    /// Takes an entry in without asking.
    fn add(&mut self, stream: &str, kind: &str, data: Value) {
        let entry = self.entry(stream, kind, data);
        self.model.apply(&entry);
        self.next += 1;
    }

    fn entry(&self, stream: &str, kind: &str, data: Value) -> Entry {
        let who = data.get("person").and_then(Value::as_str).unwrap_or("prs_ann");
        Entry {
            index: self.next,
            stream: stream.to_owned(),
            at: i64::try_from(self.next).unwrap_or(0),
            actor: actor(who.trim_start_matches("prs_")),
            kind: kind.to_owned(),
            data,
        }
    }

    /// What the checkers say of the next entry.
    fn says(&self, stream: &str, kind: &str, data: Value) -> String {
        check::entry(&self.model, &self.entry(stream, kind, data)).err().unwrap_or_default()
    }

    fn vote(&mut self, person: &str) {
        self.add("change/chg_1", "vote_recorded", vote(person));
    }

    fn rejects(&self, name: &str, kind: &str, data: Value) {
        let said = self.says("change/chg_1", kind, data);
        assert!(said.starts_with(name), "{kind}: {said:?}");
    }
}

fn actor(name: &str) -> Value {
    json!({"type": "person", "person": format!("prs_{name}"), "account": format!("acc_{name}")})
}

fn need(role: &str, reach: &str, count: u64) -> Value {
    let rule = if role == OWNER { "owner" } else { "production" };
    let key = format!("{rule}/{role}");
    json!({"key": key, "roles": [role], "reach": reach, "count": count})
}

fn assessment() -> Value {
    json!({
        "policy": "sha256:usual", "pending_minutes": 60, "validity_minutes": 60,
        "reruns_after_failure": 0, "exempt": null,
        "requirements": [
            need(OWNER, "covering", 1), need("security", "organisation", 1),
            need("release-manager", "domain", 2),
        ],
    })
}

fn vote(person: &str) -> Value {
    json!({
        "id": format!("vot_{person}"), "person": format!("prs_{person}"),
        "account": format!("acc_{person}"), "revision": 1, "revision_digest": "sha256:r1",
        "decision": "approve",
    })
}

fn counted(votes: &[(&str, &[&str])]) -> Value {
    let counted: Vec<Value> = votes
        .iter()
        .map(|(role, people)| {
            let votes: Vec<Value> = people
                .iter()
                .map(|p| json!({"vote": format!("vot_{p}"), "person": format!("prs_{p}"), "role": role}))
                .collect();
            json!({"requirement": role, "votes": votes})
        })
        .collect();
    json!({"revision": 1, "policy": "sha256:usual", "counted": counted})
}

fn allowed() -> Value {
    json!({
        "answer": "allow", "code": "approved", "reasons": [],
        "question": {
            "change": "chg_1", "service": "checkout", "environment": "production",
            "artifacts": ["sha256:a"], "parameters": {},
        },
        "grant": null,
    })
}

#[test]
fn i4_one_person_counted_for_every_place_is_found() {
    let mut journal = Journal::new();
    journal.vote("bob");
    let everywhere: [(&str, &[&str]); 3] =
        [(OWNER, &["bob"]), ("security", &["bob"]), ("release-manager", &["bob", "bob"])];
    journal.rejects("I4", "change_approved", counted(&everywhere));
    journal.vote("cid");
    let two: [(&str, &[&str]); 3] =
        [(OWNER, &["bob"]), ("security", &["cid"]), ("release-manager", &["bob", "cid"])];
    journal.rejects("I4", "change_approved", counted(&two));
}

#[test]
fn i4_a_vote_of_whoever_asked_is_found() {
    let journal = Journal::new();
    journal.rejects("I4", "vote_recorded", vote("ann"));
    assert_eq!(journal.says("change/chg_1", "vote_recorded", vote("bob")), "");
    let mut stale = vote("bob");
    stale["revision_digest"] = json!("sha256:r0");
    journal.rejects("I4", "vote_recorded", stale);
}

#[test]
fn i1_and_i6_an_allow_without_approval_and_after_a_hold_is_found() {
    let mut journal = Journal::new();
    let said = journal.says("gate/chg_1", "gate_answered", allowed());
    assert!(said.starts_with("I1"), "{said}");
    let dev = json!({
        "policy": "sha256:usual", "pending_minutes": 60, "validity_minutes": 60,
        "requirements": [], "exempt": {"id": "nobody"},
    });
    journal.add("change/chg_1", "change_assessed", dev);
    journal.add("change/chg_1", "hold_placed", json!({"id": "hld_1"}));
    let redeemed = json!({"grant": "gnt_1", "deployment": {"id": "dep_1"}});
    journal.rejects("I1", "grant_redeemed", redeemed);
    journal.add("change/chg_1", "change_rejected", json!({"vote": "vot_bob"}));
    let said = journal.says("change/chg_1", "change_approved", counted(&[]));
    assert!(said.starts_with("I4") || said.starts_with("I6"), "{said}");
}

#[test]
fn i7_an_assessment_that_asks_for_less_than_the_rules_is_found() {
    let journal = Journal::new();
    let mut less = assessment();
    less["requirements"] = json!([need(OWNER, "covering", 1)]);
    journal.rejects("I7", "change_assessed", less);
    let mut nobody = assessment();
    nobody["requirements"] = json!([]);
    nobody["exempt"] = json!({"id": "nobody"});
    journal.rejects("I7", "change_assessed", nobody);
}

#[test]
fn i8_a_refusal_without_a_reason_is_found() {
    let journal = Journal::new();
    let mut silent = allowed();
    silent["answer"] = json!("pending");
    let said = journal.says("gate/chg_1", "gate_answered", silent.clone());
    assert!(said.starts_with("I8"), "{said}");
    silent["reasons"] = json!([{"code": "requirement_missing", "missing": 1}]);
    assert_eq!(journal.says("gate/chg_1", "gate_answered", silent), "");
}

const EARLY: &str = "1970-01-01T00:00:00.000Z";
const LATE: &str = "1970-01-01T00:10:00.000Z";

#[test]
fn i4_a_vote_of_whoever_answers_for_the_requester_is_found() {
    let mut journal = Journal::new();
    let given = json!({
        "id": "dlg_1", "delegator": "prs_ann", "delegate": "prs_bob", "role": OWNER,
        "scope": "organisation", "from": EARLY, "until": LATE,
    });
    journal.add("organisation", "delegation_made", given);
    journal.rejects("I4", "vote_recorded", vote("bob"));
    assert_eq!(journal.says("change/chg_1", "vote_recorded", vote("cid")), "");
    let mut borrowed = vote("cid");
    borrowed["on_behalf_of"] = json!({"person": "prs_ann", "delegation": "dlg_1"});
    journal.rejects("I4", "vote_recorded", borrowed);
}

#[test]
fn i1_an_override_that_is_called_approved_or_used_twice_is_found() {
    let mut journal = Journal::new();
    let opened = json!({
        "id": "ovr_1", "by": "prs_cid", "account": "acc_cid", "revision_digest": "sha256:r1",
        "person": "prs_cid", "opened_at": EARLY, "valid_until": LATE, "review_due_at": LATE,
    });
    journal.rejects("I1", "override_opened", opened.clone());
    let operator =
        json!({"role": "operations", "scope": "organisation", "member": {"person": "prs_cid"}});
    journal.add("organisation", "role_bound", operator);
    assert_eq!(journal.says("change/chg_1", "override_opened", opened.clone()), "");
    journal.add("change/chg_1", "override_opened", opened);
    let mut answer = allowed();
    answer["grant"] = json!({
        "id": "gnt_1", "change": "chg_1", "revision_digest": "sha256:r1", "expires_at": LATE,
        "artifacts": [{"digest": "sha256:a"}], "override_id": "ovr_1", "asked_by": actor("ann"),
    });
    let said = journal.says("gate/chg_1", "gate_answered", answer.clone());
    assert!(said.starts_with("I1") && said.contains("not called override"), "{said}");
    answer["code"] = json!("override");
    assert_eq!(journal.says("gate/chg_1", "gate_answered", answer.clone()), "");
    let freeze = json!({"id": "frz_1", "scope": "domain:shop", "from": EARLY, "until": LATE});
    journal.add("organisation", "freeze_declared", freeze);
    let said = journal.says("gate/chg_1", "gate_answered", answer.clone());
    assert!(said.starts_with("I1") && said.contains("in force"), "{said}");
    journal.add("gate/chg_1", "gate_answered", answer);
    let redeemed = json!({"grant": "gnt_1", "deployment": {"id": "dep_1", "override_id": "ovr_1"}});
    journal.add("change/chg_1", "grant_redeemed", redeemed.clone());
    journal.rejects("I1", "grant_redeemed", redeemed);
}

#[test]
fn whoever_is_asked_in_vain_or_twice_is_found() {
    let mut journal = Journal::new();
    let asked =
        |who: &str| json!({"requirement": "owner/service-owner", "step": 0, "people": [who]});
    journal.rejects("asking", "approvers_asked", asked("prs_ann"));
    assert_eq!(journal.says("change/chg_1", "approvers_asked", asked("prs_bob")), "");
    journal.add("change/chg_1", "approvers_asked", asked("prs_bob"));
    journal.rejects("asking", "approvers_asked", asked("prs_bob"));
    let away = json!({"id": "abs_1", "person": "prs_cid", "from": EARLY, "until": LATE});
    journal.add("organisation", "absence_entered", away);
    journal.rejects("asking", "approvers_asked", asked("prs_cid"));
    let early = json!({"requirement": "owner/service-owner", "step": 1, "to": "wider"});
    journal.rejects("asking", "requirement_escalated", early);
}
