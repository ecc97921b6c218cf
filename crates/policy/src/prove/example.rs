//! A change that shows something, as small as it can be told: only what is not plain.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// A change, described by what sets it apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// Paths as conditions name them, and values; everything else is as in a small normal change.
    pub given: Vec<(String, String)>,
    /// Conditions that can't be split into cases and were taken to come out as needed.
    pub assuming: Vec<String>,
    /// Rules whose risk somebody entitled has accepted.
    pub accepting: Vec<String>,
    /// Automation rules that answer in place of people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub automatic: Vec<String>,
    /// Who would be asked: roles (`a|b` for any of two), and how many people.
    pub requires: BTreeMap<String, u32>,
}

impl Example {
    /// How much has to be said to tell it.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.assuming.len(), self.given.len() + self.accepting.len() + self.automatic.len())
    }

    /// The facts as the `given` of a test case in the bundle.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut tree = Tree::default();
        for (path, value) in &self.given {
            // A label's key may hold dots; the names before it don't.
            let depth = if is_map(path) { 3 } else { usize::MAX };
            let value = if is_list(path) { value.clone() } else { scalar(value) };
            tree.insert(&path.splitn(depth, '.').collect::<Vec<_>>(), &value);
        }
        let mut text = String::new();
        tree.write(0, &mut text);
        text
    }
}

fn is_map(path: &str) -> bool {
    ["service.labels.", "change.attributes.", "change.parameters."]
        .iter()
        .any(|map| path.starts_with(map))
}

/// Whether a value is written as a list already.
fn is_list(path: &str) -> bool {
    path == "change.paths"
}

#[derive(Default)]
struct Tree {
    value: Option<String>,
    children: BTreeMap<String, Tree>,
}

impl Tree {
    fn insert(&mut self, path: &[&str], value: &str) {
        match path.split_first() {
            None => self.value = Some(value.to_owned()),
            Some((name, rest)) => {
                self.children.entry((*name).to_owned()).or_default().insert(rest, value);
            }
        }
    }

    fn write(&self, depth: usize, text: &mut String) {
        for (name, child) in &self.children {
            // Writing to a string can't fail.
            let _ = match &child.value {
                Some(value) => writeln!(text, "{:1$}{name}: {2}", "", depth * 2, value),
                None => writeln!(text, "{:1$}{name}:", "", depth * 2),
            };
            child.write(depth + 1, text);
        }
    }
}

/// A value that YAML reads back as it is.
fn scalar(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let word = matches!(value, "true" | "false") || value.parse::<i64>().is_ok();
    if plain && !value.is_empty() && (!matches!(value, "null" | "yes" | "no") || word) {
        value.to_owned()
    } else {
        serde_json::Value::from(value).to_string()
    }
}
