//! Who was asked for what.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Entry, text, time};

/// How far the asking for one requirement is.
#[derive(Debug, Clone, Default)]
pub struct Asking {
    /// When the first were asked.
    pub began: Option<i64>,
    /// Who was asked and not replaced.
    pub asked: BTreeSet<String>,
    /// Who of them because they were on call.
    pub on_call: BTreeSet<String>,
    /// Steps taken.
    pub step: u64,
    /// Reminders that were due.
    pub reminded: u64,
    /// Roles that steps opened, each with its reach.
    pub opened: Vec<(String, String)>,
    /// When something happens next.
    pub next: Option<i64>,
    /// When something was done last.
    pub last: i64,
}

/// The asking of one change, by requirement.
#[derive(Debug, Clone, Default)]
pub struct AllAsking(pub BTreeMap<String, Asking>);

impl AllAsking {
    /// How far one is.
    #[must_use]
    pub fn of(&self, requirement: &str) -> Option<&Asking> {
        self.0.get(requirement)
    }

    /// Folds an entry about asking in.
    pub fn apply(&mut self, entry: &Entry) {
        let asking = self.0.entry(entry.text("/requirement").to_owned()).or_default();
        let next = entry.data.get("next").filter(|next| !next.is_null());
        asking.next = next.map(|next| time(next, "/at"));
        asking.last = entry.at;
        match entry.kind.as_str() {
            "approvers_asked" => {
                for gone in people(&entry.data, "instead_of") {
                    asking.asked.remove(gone);
                    asking.on_call.remove(gone);
                }
                let new: Vec<&str> = people(&entry.data, "people").collect();
                if !new.is_empty() {
                    asking.began.get_or_insert(entry.at);
                }
                asking.asked.extend(new.into_iter().map(str::to_owned));
                asking.on_call.extend(people(&entry.data, "on_call").map(str::to_owned));
            }
            "approvers_reminded" => asking.reminded = number(&entry.data, "reminder"),
            _ => {
                asking.step = number(&entry.data, "step");
                let to = entry.data.get("to").unwrap_or(&Value::Null);
                let reach = text(to, "/roles/reach");
                let roles = to.pointer("/roles/roles").and_then(Value::as_array);
                let roles = roles.into_iter().flatten().filter_map(Value::as_str);
                asking.opened.extend(roles.map(|role| (role.to_owned(), reach.to_owned())));
            }
        }
    }

    /// An approval lapsed: people are asked again, and what was opened stays open.
    pub fn again(&mut self, at: i64) {
        for asking in self.0.values_mut() {
            asking.asked.clear();
            asking.on_call.clear();
            asking.began = None;
            asking.reminded = 0;
            asking.next = Some(at);
        }
    }
}

/// A list of people.
pub fn people<'a>(data: &'a Value, field: &str) -> impl Iterator<Item = &'a str> {
    data.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A number; 0 when there is none.
#[must_use]
pub fn number(data: &Value, field: &str) -> u64 {
    data.get(field).and_then(Value::as_u64).unwrap_or(0)
}
