//! Secret links of calendar feeds: a calendar program can't sign in, so the link itself is the credential.
//! It is kept as a token is, and reads one feed.

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::{PersonId, TokenId};
use domain::organisation::{FeedSubject, Token, TokenOwner};
use domain::refusal::Refusal;
use jiff::Timestamp;

use super::{IssuedToken, TokenDraft};
use crate::principal::{Principal, TokenScope};
use crate::text::sha256_hex;
use crate::{App, AppError, Live};

/// So many working links a person may have.
const LINKS_MAX: usize = 20;

/// What a new feed is to be.
#[derive(Debug, Clone)]
pub struct FeedDraft {
    /// What its owner calls it.
    pub label: String,
    /// What it is about.
    pub about: FeedSubject,
    /// Days until its link stops working; 1 to 366.
    pub expires_in_days: u32,
}

/// Whoever reads a feed by its link.
#[derive(Debug, Clone)]
pub struct FeedReader {
    /// Its owner, as far as the link reaches.
    pub principal: Principal,
    /// Who that is.
    pub person: PersonId,
    /// The link.
    pub link: TokenId,
    /// What the feed is about.
    pub about: FeedSubject,
    /// What its owner calls it.
    pub label: String,
}

impl App {
    /// Makes a calendar feed for the acting person. Its link reaches no further than the credential it was
    /// made with.
    ///
    /// # Errors
    /// A machine asks, they have many already, or a field can't be accepted.
    pub async fn make_calendar_feed(
        &self,
        principal: &Principal,
        draft: FeedDraft,
    ) -> Result<IssuedToken, AppError> {
        principal.acting_person("make a calendar feed")?;
        let Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "make a calendar feed" }.into());
        };
        let live = self.live();
        draft.about.check(&live.directory)?;
        let limits = principal.token.as_ref();
        let token = TokenDraft {
            label: draft.label,
            verbs: BTreeSet::new(),
            services: limits.and_then(|token| token.services.clone()),
            environments: limits.and_then(|token| token.environments.clone()),
            expires_in_days: draft.expires_in_days,
        };
        let owner = TokenOwner::Account(account.clone());
        self.issue(&principal.actor, owner, token, Some(draft.about)).await
    }

    /// Who reads which feed with a secret. `None` for one that is unknown, revoked or expired, or whose
    /// owner can't sign in any more: nobody learns which.
    #[must_use]
    pub fn feed_reader(&self, secret: &str) -> Option<FeedReader> {
        let live = self.live();
        let (owner, token) = live.directory.token_by_hash(&sha256_hex(secret))?;
        let about = token.feed.clone()?;
        let TokenOwner::Account(account) = owner else { return None };
        if !token.works(self.ports.now()) || !live.directory.is_usable(account) {
            return None;
        }
        let person = live.directory.account(account)?.person.clone();
        let mut principal = Principal::person(person.clone(), account.clone());
        principal.token = Some(TokenScope::from(token));
        let (link, label) = (token.id.clone(), token.label.clone());
        Some(FeedReader { principal, person, link, about, label })
    }
}

impl Live {
    /// Whether the person of an account may have one more feed.
    pub(super) fn room_for_feed(&self, owner: &TokenOwner, now: Timestamp) -> Result<(), Refusal> {
        let TokenOwner::Account(account) = owner else { return Ok(()) };
        let Some(account) = self.directory.account(account) else { return Ok(()) };
        let feeds = self.calendar_feeds_of(&account.person);
        let working = feeds.filter(|token| token.works(now)).count();
        if working >= LINKS_MAX {
            let message = "you have 20 feeds: revoke one that no calendar reads any more";
            return Err(Refusal::field("label", message));
        }
        Ok(())
    }

    /// The links of a person's feeds, also those that stopped working.
    pub fn calendar_feeds_of(&self, person: &PersonId) -> impl Iterator<Item = &Token> {
        let theirs = |owner: &TokenOwner| match owner {
            TokenOwner::Account(account) => {
                self.directory.account(account).is_some_and(|account| account.person == *person)
            }
            TokenOwner::ServiceAccount(_) => false,
        };
        self.directory
            .tokens()
            .filter(move |(owner, token)| token.feed.is_some() && theirs(owner))
            .map(|(_, token)| token)
    }
}
