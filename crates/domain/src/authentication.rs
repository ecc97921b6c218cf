//! How somebody proved who they are, and whether that is proof enough for a decision (B09).

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Clocks of ours and of an identity provider may differ by this much.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// How somebody signed in, as we verified it. Kept with the session and with each vote (H14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// When they last proved it themselves (OIDC `auth_time`); unknown is never recent.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "crate::time::ms::option")]
    pub at: Option<Timestamp>,
    /// Authentication context class (OIDC `acr`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Methods used (OIDC `amr`, RFC 8176), such as `pwd` or `hwk`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub amr: BTreeSet<String>,
}

impl Authentication {
    /// A password of ours, typed just now.
    #[must_use]
    pub fn password(at: Timestamp) -> Self {
        Self { at: Some(at), acr: None, amr: BTreeSet::from(["pwd".to_owned()]) }
    }
}

/// What an approval asks of how the voter signed in. Empty lists ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// They proved who they are at most so long before they voted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_minutes: Option<u32>,
    /// In one of these context classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr: Vec<String>,
    /// By at least one of these methods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

impl StepUp {
    /// Whether a vote cast at `voted_at` by somebody who signed in like this is proof enough; if
    /// not, what is missing, in words.
    ///
    /// # Errors
    /// Nothing is known of how they signed in, or it is too old or too weak.
    pub fn check(
        &self,
        authentication: Option<&Authentication>,
        voted_at: Timestamp,
    ) -> Result<(), String> {
        let Some(found) = authentication else {
            return Err(format!("nothing shows how you signed in; it needs {}", self.in_words()));
        };
        let recent = self.max_age_minutes.is_none_or(|minutes| {
            let age = SignedDuration::from_mins(i64::from(minutes));
            found.at.is_some_and(|at| {
                let elapsed = voted_at.duration_since(at);
                elapsed <= age && elapsed >= -SKEW
            })
        });
        let class = self.acr.is_empty() || found.acr.as_ref().is_some_and(|a| self.acr.contains(a));
        let method = self.amr.is_empty() || self.amr.iter().any(|m| found.amr.contains(m));
        if recent && class && method {
            Ok(())
        } else {
            Err(format!("it needs {}", self.in_words()))
        }
    }

    /// What it asks for, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(minutes) = self.max_age_minutes {
            parts.push(format!("a sign-in of the last {minutes} minutes"));
        }
        if !self.acr.is_empty() {
            parts.push(format!("the class {}", self.acr.join(" or ")));
        }
        if !self.amr.is_empty() {
            parts.push(format!("one of the methods {}", self.amr.join(", ")));
        }
        if parts.is_empty() { "a known sign-in".to_owned() } else { parts.join(" with ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(n: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * n).unwrap()
    }

    fn found(at: Option<i64>, acr: &str, amr: &[&str]) -> Authentication {
        Authentication {
            at: at.map(minutes),
            acr: (!acr.is_empty()).then(|| acr.to_owned()),
            amr: amr.iter().map(|m| (*m).to_owned()).collect(),
        }
    }

    #[test]
    fn b09_only_a_recent_sign_in_of_the_class_and_method_asked_for_is_enough() {
        let asked = StepUp {
            max_age_minutes: Some(15),
            acr: vec!["gold".to_owned(), "phr".to_owned()],
            amr: vec!["mfa".to_owned(), "hwk".to_owned()],
        };
        let table = [
            ("all of it", Some(0), "gold", &["pwd", "mfa"][..], true),
            ("at the edge", Some(-15), "phr", &["hwk"], true),
            ("an old session", Some(-16), "gold", &["mfa"], false),
            ("no time said", None, "gold", &["mfa"], false),
            ("a time to come", Some(2), "gold", &["mfa"], false),
            ("another class", Some(0), "silver", &["mfa"], false),
            ("no class said", Some(0), "", &["mfa"], false),
            ("a weaker method", Some(0), "gold", &["pwd"], false),
            ("no method said", Some(0), "gold", &[], false),
        ];
        for (what, at, acr, amr, enough) in table {
            let outcome = asked.check(Some(&found(at, acr, amr)), minutes(0));
            assert_eq!(outcome.is_ok(), enough, "{what}: {outcome:?}");
        }
        assert!(asked.check(None, minutes(0)).is_err(), "nothing known is never enough");
        assert!(StepUp::default().check(None, minutes(0)).is_err());
        assert!(StepUp::default().check(Some(&found(None, "", &[])), minutes(0)).is_ok());
    }
}
