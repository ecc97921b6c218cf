//! What a calendar feed shows. Its secret link is a token that reads this one feed and nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Directory;
use crate::refusal::Refusal;
use crate::requirement::Scope;

/// The one thing a calendar feed is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum FeedSubject {
    /// Its owner: what they ask for and decide on, and when they are away.
    Own,
    /// What is planned for a service, a domain or everywhere.
    Scope(Scope),
}

impl FeedSubject {
    /// Checks that what it is about is there.
    ///
    /// # Errors
    /// It names a service or a domain that nobody registered.
    pub fn check(&self, directory: &Directory) -> Result<(), Refusal> {
        match self {
            Self::Own => Ok(()),
            Self::Scope(scope) => directory.check_scope("about", scope),
        }
    }
}

impl Directory {
    /// Checks that a scope that somebody wrote into a field is there.
    ///
    /// # Errors
    /// It names a service or a domain that nobody registered.
    pub fn check_scope(&self, field: &str, scope: &Scope) -> Result<(), Refusal> {
        let known = match scope {
            Scope::Organisation => true,
            Scope::Domain(name) => self.domains().any(|(known, _)| known == name),
            Scope::Service(name) => self.service(name).is_some(),
        };
        let message = || format!("there is no {scope}: name a registered service or domain");
        if known { Ok(()) } else { Err(Refusal::field(field, &message())) }
    }
}

impl fmt::Display for FeedSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Scope(scope) => scope.fmt(f),
        }
    }
}

/// A text that is not the subject of a feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no feed: write `own`, `organisation`, `domain:NAME` or `service:NAME`")]
pub struct FeedSubjectError(String);

impl FromStr for FeedSubject {
    type Err = FeedSubjectError;
    fn from_str(text: &str) -> Result<Self, FeedSubjectError> {
        match text {
            "own" => Ok(Self::Own),
            scope => scope.parse().map(Self::Scope).map_err(|_| FeedSubjectError(scope.to_owned())),
        }
    }
}

impl TryFrom<String> for FeedSubject {
    type Error = FeedSubjectError;
    fn try_from(text: String) -> Result<Self, FeedSubjectError> {
        text.parse()
    }
}

impl From<FeedSubject> for String {
    fn from(subject: FeedSubject) -> String {
        subject.to_string()
    }
}
