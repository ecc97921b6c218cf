//! Whether the gate blocks or only records: by tier, and stricter by service, label and environment.
//!
//! The strictest wins, so nothing here lets a gate record only where its tier blocks; and where nobody
//! has classified an environment it blocks.

use std::collections::BTreeMap;

use domain::event::PolicyFile;
use domain::ids::{EnvironmentName, ServiceName};

use super::{Bundle, Enforced};

/// The file that says it.
const FILE: &str = "environments.yaml";

/// The value of a label of a service, by key.
pub(crate) type Label<'l> = &'l dyn Fn(&str) -> Option<&'l str>;

impl Enforced {
    /// Whether it is about this environment.
    pub(crate) fn covers_environment(&self, name: &str) -> bool {
        self.environments.is_empty() || self.environments.iter().any(|known| known.as_str() == name)
    }

    /// Whether its services, and its labels, are those of this service.
    pub(crate) fn covers_service(&self, name: &str, label: Label<'_>) -> [bool; 2] {
        let listed = self.services.iter().any(|known| known.as_str() == name);
        let labelled = self.labels.iter().all(|(key, value)| label(key) == Some(value.as_str()));
        [self.services.is_empty() || listed, labelled]
    }
}

impl Bundle {
    /// Whether the gate blocks for a service in an environment of a tier.
    #[must_use]
    pub fn enforces(
        &self,
        (environment, tier): (&str, u8),
        service: &str,
        labels: &BTreeMap<String, String>,
    ) -> bool {
        let label = |key: &str| labels.get(key).map(String::as_str);
        self.enforces_with((environment, tier), service, &label)
    }

    pub(crate) fn enforces_with(
        &self,
        (environment, tier): (&str, u8),
        service: &str,
        label: Label<'_>,
    ) -> bool {
        let covers = |entry: &Enforced| {
            entry.covers_environment(environment)
                && entry.covers_service(service, label) == [true; 2]
        };
        self.tier(tier).enforce
            || self.environment(environment).is_none()
            || self.enforced().iter().any(covers)
    }

    /// Its files with one line more: the gate blocks for this service in this environment. What stands
    /// there stays as it is, comments too.
    #[must_use]
    pub fn enforcing(
        &self,
        service: &ServiceName,
        environment: &EnvironmentName,
    ) -> Vec<PolicyFile> {
        let entry = format!("  - {{ services: [{service}], environments: [{environment}] }}\n");
        let mut files = self.files().to_vec();
        for file in files.iter_mut().filter(|file| file.path == FILE) {
            file.text = with_entry(&file.text, &entry);
        }
        files
    }
}

/// Puts an entry at the head of the list `enforce`, or such a list at the end.
fn with_entry(text: &str, entry: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let key = lines.iter().position(|line| line.trim_end() == "enforce:");
    match key {
        Some(at) => {
            lines.insert(at + 1, entry.trim_end());
            lines.join("\n") + "\n"
        }
        None => format!("{}\n\nenforce:\n{entry}", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m2_3_an_entry_leaves_what_stands_there_as_it_is() {
        let entry = "  - { services: [a] }\n";
        assert_eq!(
            with_entry("x: 1 # y\n", entry),
            "x: 1 # y\n\nenforce:\n  - { services: [a] }\n"
        );
        let there = "enforce:\n  - { services: [b] }\nx: 1\n";
        assert_eq!(
            with_entry(there, entry),
            "enforce:\n  - { services: [a] }\n  - { services: [b] }\nx: 1\n"
        );
    }
}
