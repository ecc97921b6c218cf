//! Typed identifiers: one type per entity, so that a vote id can't be passed for a change id.
//!
//! Generated ids are a prefix and a ULID body (48-bit milliseconds, 80 random bits, lower-case
//! Crockford base32), so they sort by time. Names are slugs that people choose. Nothing here makes
//! randomness or reads a clock: both are arguments.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY_LENGTH: usize = 26;
const SLUG_LENGTH_MAX: usize = 63;

/// Why a text is not the identifier it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The prefix names another entity, or none.
    #[error("`{text}` is not a {entity} id: it must start with `{prefix}`")]
    Prefix {
        /// What was given.
        text: String,
        /// The entity that was asked for.
        entity: &'static str,
        /// The prefix of that entity.
        prefix: &'static str,
    },
    /// The part after the prefix is malformed.
    #[error(
        "`{text}` is not a {entity} id: 26 characters of `0-9a-z` without i, l, o, u must follow the prefix"
    )]
    Body {
        /// What was given.
        text: String,
        /// The entity that was asked for.
        entity: &'static str,
    },
    /// A name with characters outside the slug alphabet, or of a wrong length.
    #[error(
        "`{text}` is not a {entity} name: use 1 to 63 of `a-z`, `0-9` and `-`, starting with a letter or digit"
    )]
    Slug {
        /// What was given.
        text: String,
        /// The entity that was asked for.
        entity: &'static str,
    },
    /// A change number that is not `CHG-` and digits.
    #[error("`{text}` is not a change number: write it like `CHG-1042`")]
    Number {
        /// What was given.
        text: String,
    },
}

/// The 26 characters of a ULID for a time and 80 bits of randomness.
#[must_use]
pub fn body(at: Timestamp, random: [u8; 10]) -> String {
    let ms = u64::try_from(at.as_millisecond()).unwrap_or(0) & 0xffff_ffff_ffff;
    let mut bits = u128::from(ms) << 80;
    for (n, byte) in random.iter().enumerate() {
        bits |= u128::from(*byte) << (72 - 8 * n);
    }
    (0..BODY_LENGTH)
        .rev()
        .map(|n| char::from(ALPHABET[((bits >> (5 * n)) & 31) as usize]))
        .collect()
}

fn is_body(text: &str) -> bool {
    text.len() == BODY_LENGTH && text.bytes().all(|b| ALPHABET.contains(&b))
}

fn is_slug(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !text.is_empty()
        && text.len() <= SLUG_LENGTH_MAX
        && text.bytes().all(allowed)
        && !text.starts_with('-')
}

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

macro_rules! generated_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $entity:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new id for a time and 80 bits of randomness.
            #[must_use]
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(format!("{}{}", $prefix, body(at, random)))
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let Some(rest) = text.strip_prefix($prefix) else {
                    return Err(IdError::Prefix {
                        text: text.to_owned(), entity: $entity, prefix: $prefix,
                    });
                };
                if is_body(rest) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::Body { text: text.to_owned(), entity: $entity })
                }
            }
        }
        text_id!($name);
    };
}

macro_rules! slug {
    ($(#[$doc:meta])* $name:ident, $entity:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_slug(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::Slug { text: text.to_owned(), entity: $entity })
                }
            }
        }
        text_id!($name);
    };
}

generated_id!(/// A change.
    ChangeId, "chg_", "change");
generated_id!(/// A change set, known by its first item.
    ChangeSetId, "set_", "change set");
generated_id!(/// A vote on a revision.
    VoteId, "vot_", "vote");
generated_id!(/// A step in which several changes were approved.
    BulkId, "blk_", "bulk approval");
generated_id!(/// A grant: the journal entry that lets one deployment through.
    GrantId, "gnt_", "grant");
generated_id!(/// A deployment: one redemption of a grant and its outcome.
    DeploymentId, "dep_", "deployment");
generated_id!(/// A question put to the gate.
    QuestionId, "qst_", "question");
generated_id!(/// A key that somebody signs votes with.
    SigningKeyId, "sky_", "signing key");
generated_id!(/// A hold on a change.
    HoldId, "hld_", "hold");
generated_id!(/// An override: a way past missing approvals, on the record.
    OverrideId, "ovr_", "override");
generated_id!(/// A sealed override: one that can be opened once without the server.
    SealedOverrideId, "sld_", "sealed override");
generated_id!(/// A freeze that a person declared.
    FreezeId, "frz_", "freeze");
generated_id!(/// A risk that somebody accepted.
    RiskAcceptanceId, "rac_", "risk acceptance");
generated_id!(
    /// A stop over automatic approval.
    AutomationStopId, "stp_", "automation stop");
generated_id!(/// Something that needs follow-up.
    FindingId, "fnd_", "finding");
generated_id!(/// An alignment session.
    AlignmentId, "aln_", "alignment session");
generated_id!(/// A human being, however many accounts they have.
    PersonId, "prs_", "person");
generated_id!(/// An account a person signs in with.
    AccountId, "acc_", "account");
generated_id!(/// A group of people.
    GroupId, "grp_", "group");

impl ChangeSetId {
    /// The set whose first item this is.
    #[must_use]
    pub fn of(first: &ChangeId) -> Self {
        Self(first.0.replacen("chg_", "set_", 1))
    }

    /// Its first item.
    #[must_use]
    pub fn first_item(&self) -> ChangeId {
        ChangeId(self.0.replacen("set_", "chg_", 1))
    }
}
generated_id!(/// A span of time in which a person can't be asked.
    AbsenceId, "abs_", "absence");
generated_id!(/// A right that one person lets another use for them.
    DelegationId, "dlg_", "delegation");
generated_id!(/// Turns of being on call.
    RotaId, "rot_", "rota");
generated_id!(/// One person who takes over turns of another.
    CoverId, "cov_", "cover");
generated_id!(/// A machine identity.
    ServiceAccountId, "sac_", "service account");
generated_id!(/// A token of a service account or a person.
    TokenId, "tok_", "token");
generated_id!(/// A place that a machine hears of events at.
    WebhookId, "whk_", "webhook");

slug!(/// A role that policy names.
    RoleName, "role");
slug!(/// A service that is deployed.
    ServiceName, "service");
slug!(/// A set of services under one authority.
    DomainName, "domain");
slug!(/// A place a service runs in.
    EnvironmentName, "environment");
slug!(/// Where people are, with its working hours.
    PlaceName, "place");
slug!(/// A pre-authorised change template.
    TemplateName, "template");

/// The number people use for a change, written `CHG-1042`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChangeNumber(pub u64);

impl FromStr for ChangeNumber {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text.strip_prefix("CHG-").or_else(|| text.strip_prefix("chg-"));
        digits
            .filter(|d| !d.is_empty() && d.len() <= 15 && d.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|d| d.parse().ok())
            .map(Self)
            .ok_or_else(|| IdError::Number { text: text.to_owned() })
    }
}

impl TryFrom<String> for ChangeNumber {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<ChangeNumber> for String {
    fn from(number: ChangeNumber) -> String {
        number.to_string()
    }
}

impl fmt::Display for ChangeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CHG-{}", self.0)
    }
}

impl fmt::Debug for ChangeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CHG-{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let early = ChangeId::new(Timestamp::from_millisecond(1_000).unwrap(), [255; 10]);
        let late = ChangeId::new(Timestamp::from_millisecond(1_001).unwrap(), [0; 10]);
        assert!(early < late);
        assert_eq!(early.as_str().parse::<ChangeId>(), Ok(early));
    }

    #[test]
    fn an_id_of_another_entity_is_refused() {
        let vote = VoteId::new(Timestamp::UNIX_EPOCH, [7; 10]).to_string();
        assert!(matches!(vote.parse::<ChangeId>(), Err(IdError::Prefix { .. })));
        assert!(matches!("chg_short".parse::<ChangeId>(), Err(IdError::Body { .. })));
    }

    #[test]
    fn names_are_slugs() {
        assert!("checkout-2".parse::<ServiceName>().is_ok());
        for bad in ["", "-a", "A", "a_b", "a/b", &"a".repeat(64)] {
            assert!(bad.parse::<ServiceName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn change_numbers_read_back() {
        assert_eq!("CHG-1042".parse(), Ok(ChangeNumber(1042)));
        for bad in ["CHG-", "CHG--1", "1042", "CHG-1.5", "CHG-99999999999999999999"] {
            assert!(bad.parse::<ChangeNumber>().is_err(), "{bad}");
        }
    }
}
