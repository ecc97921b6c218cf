//! Which numbers a rule or template looks at, and the most it lets through: what an audit compares
//! values with.

use std::collections::BTreeMap;

use super::{Automation, Bundle};
use crate::expr::{Subject, Test};

/// What a rule calls the points of the risk.
const RISK: &str = "risk.score";

impl Bundle {
    /// The limits of an automation rule, or of `template:NAME`: by parameter, and of the risk.
    #[must_use]
    pub fn measures(&self, rule: &str) -> BTreeMap<String, i64> {
        if let Some(name) = rule.strip_prefix("template:") {
            let own = self.templates().iter().find(|template| template.name.as_str() == name);
            let parameters = own.into_iter().flat_map(|template| &template.parameters);
            return parameters.filter_map(|(key, of)| Some((key.clone(), of.max?))).collect();
        }
        let own = self.automations().iter().find(|automation| automation.id == rule);
        own.map(|automation| self.compared(automation)).unwrap_or_default()
    }

    /// The largest number that each parameter, or the risk, is compared with.
    fn compared(&self, automation: &Automation) -> BTreeMap<String, i64> {
        let slot = |path| self.schema().rules.slot(path).and_then(|s| u16::try_from(s).ok());
        let (parameters, risk) = (slot("change.parameters"), slot(RISK));
        let mut limits = BTreeMap::new();
        for (subject, test) in automation.when.iter().flat_map(|when| when.atoms().tests) {
            let number = match test {
                Test::Number(number) => Some(number),
                Test::Text(text) => text.parse().ok(),
                Test::Value | Test::Whole | Test::Prefix(_) | Test::Suffix(_) | Test::Part(_) => {
                    None
                }
            };
            let fact = match subject {
                Subject::Key(slot, key) if Some(slot) == parameters => Some(key),
                Subject::Slot(slot) if Some(slot) == risk => Some(RISK.to_owned()),
                Subject::Key(..) | Subject::Slot(_) | Subject::Item(_) => None,
            };
            if let Some((fact, number)) = fact.zip(number) {
                let limit = limits.entry(fact).or_insert(number);
                *limit = number.max(*limit);
            }
        }
        limits
    }
}
