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

    /// A passkey that verified its user: phishing-resistant (OpenID's class `phr`), more than one factor
    /// (RFC 8176). One that can be copied between devices counts as software.
    #[must_use]
    pub fn passkey(at: Timestamp, synced: bool) -> Self {
        let key = if synced { "swk" } else { "hwk" };
        let amr = [key, "mfa", "user"].map(str::to_owned);
        Self { at: Some(at), acr: Some("phr".to_owned()), amr: BTreeSet::from(amr) }
    }

    /// A signature by an SSH key. It says nothing of when and how its holder was verified.
    #[must_use]
    pub const fn ssh() -> Self {
        Self { at: None, acr: None, amr: BTreeSet::new() }
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
    /// They signed the vote itself, with a key of theirs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signature: bool,
}

/// What shows that it was them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shown<'a> {
    /// How they had signed in; unknown when they came with a token.
    pub signed_in: Option<&'a Authentication>,
    /// What their signature shows, if they signed and it holds.
    pub signed: Option<&'a Authentication>,
}

/// What an approval lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// Proof enough of who they are, in words.
    SignIn(String),
    /// Their signature.
    Signature,
}

impl StepUp {
    /// What a vote cast at `voted_at` lacks, if anything. A signature that shows enough of who made it
    /// is as good as having signed in so.
    #[must_use]
    pub fn lack(&self, shown: Shown<'_>, voted_at: Timestamp) -> Option<Lack> {
        if self.signature && shown.signed.is_none() {
            return Some(Lack::Signature);
        }
        if self.signature && !self.asks_sign_in() {
            return None;
        }
        let signed = shown.signed.filter(|by| self.check(Some(by), voted_at).is_ok());
        match self.check(signed.or(shown.signed_in), voted_at) {
            Ok(()) => None,
            Err(why) => Some(Lack::SignIn(why)),
        }
    }

    /// What a sign-in lacks before any vote, if anything; a signature is asked for later.
    #[must_use]
    pub fn sign_in_lack(
        &self,
        signed_in: Option<&Authentication>,
        at: Timestamp,
    ) -> Option<String> {
        if self.signature && !self.asks_sign_in() { None } else { self.check(signed_in, at).err() }
    }

    const fn asks_sign_in(&self) -> bool {
        self.max_age_minutes.is_some() || !self.acr.is_empty() || !self.amr.is_empty()
    }

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
        let signature = "a signature of the voter";
        match (parts.is_empty(), self.signature) {
            (true, true) => signature.to_owned(),
            (true, false) => "a known sign-in".to_owned(),
            (false, true) => format!("{}, and {signature}", parts.join(" with ")),
            (false, false) => parts.join(" with "),
        }
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
            signature: false,
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

    #[test]
    fn e08_a_signature_that_policy_asks_for_is_not_replaced_by_any_sign_in() {
        let asked = StepUp { signature: true, ..StepUp::default() };
        let best = Authentication::passkey(minutes(0), false);
        let ssh = Authentication::ssh();
        let lack =
            |asked: &StepUp, signed_in, signed| asked.lack(Shown { signed_in, signed }, minutes(0));
        assert_eq!(lack(&asked, Some(&best), None), Some(Lack::Signature));
        assert_eq!(lack(&asked, None, None), Some(Lack::Signature));
        assert_eq!(lack(&asked, None, Some(&ssh)), None, "a token and a signature");
        let both = StepUp { max_age_minutes: Some(5), ..asked };
        assert!(matches!(lack(&both, None, Some(&ssh)), Some(Lack::SignIn(_))));
        assert_eq!(lack(&both, None, Some(&best)), None, "a passkey verifies its user");
        assert_eq!(lack(&both, Some(&best), Some(&ssh)), None);
        assert!(both.in_words().contains("and a signature"));
    }
}
