//! Separation of duties: who had a hand in a change and may not decide on it (I4, B01–B03).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::change::{Change, Contribution};
use crate::ids::{AccountId, PersonId};
use crate::organisation::{Directory, KnownDelegation};

/// One way in which a person had a hand in a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hand {
    /// Asked for it.
    Requester,
    /// Made one of its revisions.
    Editor,
    /// Named by the tools.
    Contributor(Contribution),
    /// Answers for the machine that asked for it.
    MachineOwner,
    /// Opened the gate for it without its approvals.
    Overrider,
    /// Answers for somebody with a hand in it, by delegation or as deputy of a group.
    Delegate,
}

impl Hand {
    /// The words for people.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Requester => "requester",
            Self::Editor => "editor",
            Self::Contributor(contribution) => contribution.as_str(),
            Self::MachineOwner => "owner of the service account that asked",
            Self::Overrider => "who overrode its approvals",
            Self::Delegate => "delegate of somebody with a hand in it",
        }
    }
}

/// Everybody who had a hand in a change, by person and not by account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties {
    hands: BTreeMap<PersonId, Vec<Hand>>,
    /// By what others may answer over this service for people with a hand in the change.
    acting: Vec<KnownDelegation>,
    unknown: Vec<String>,
}

impl Duties {
    /// Resolves requester, editors and contributors of all revisions, as of this directory.
    #[must_use]
    pub fn of(change: &Change, directory: &Directory) -> Self {
        let mut duties = Self::default();
        duties.actor(&change.requester, Hand::Requester, directory);
        for opened in &change.overrides {
            let told = opened.sealed.iter();
            let sealed = told.flat_map(|told| told.holders.iter().chain(&told.issued_by));
            for person in sealed.chain([&opened.by]) {
                duties.add(person.clone(), Hand::Overrider);
            }
        }
        for revision in change.revisions() {
            duties.actor(&revision.by, Hand::Editor, directory);
            for contributor in &revision.material.contributors {
                let hand = Hand::Contributor(contributor.contribution);
                let identity = contributor.identity.text();
                match resolve(identity, directory) {
                    Some(person) => duties.add(person, hand),
                    None if duties.unknown.iter().any(|known| known == identity) => {}
                    None => duties.unknown.push(identity.to_owned()),
                }
            }
        }
        duties.add_acting(change, directory);
        duties
    }

    fn add_acting(&mut self, change: &Change, directory: &Directory) {
        let service = &change.revision().material.service;
        let domain = directory.service(service).and_then(|s| s.domain.as_ref());
        let made = self.hands.keys().flat_map(|person| directory.answered_for(person));
        self.acting = made.filter(|d| d.covers(service, domain)).collect();
    }

    fn actor(&mut self, actor: &Actor, hand: Hand, directory: &Directory) {
        match actor {
            Actor::Person { person, .. } => self.add(person.clone(), hand),
            Actor::ServiceAccount { service_account } => {
                if let Some(account) = directory.service_account(service_account) {
                    self.add(account.owner.clone(), Hand::MachineOwner);
                }
            }
            Actor::System => {}
        }
    }

    fn add(&mut self, person: PersonId, hand: Hand) {
        let hands = self.hands.entry(person).or_default();
        if !hands.contains(&hand) {
            hands.push(hand);
        }
    }

    /// How a person has a hand in it at a time: their own, and that of those they act for then.
    #[must_use]
    pub fn hands_of(&self, person: &PersonId, at: Timestamp) -> Vec<Hand> {
        let mut hands = self.hands.get(person).cloned().unwrap_or_default();
        if self.acting.iter().any(|d| d.given.delegate == *person && d.is_open(at)) {
            hands.push(Hand::Delegate);
        }
        hands
    }

    /// Everybody with a hand in it.
    pub fn people(&self) -> impl Iterator<Item = (&PersonId, &[Hand])> {
        self.hands.iter().map(|(person, hands)| (person, hands.as_slice()))
    }

    /// Contributors that are nobody we know. They free nobody (B03).
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}

/// The person behind an e-mail address, `Name <address>`, user name or id.
#[must_use]
pub fn resolve(identity: &str, directory: &Directory) -> Option<PersonId> {
    let inside = identity.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    let identity = inside.map_or(identity, |(address, _)| address).trim();
    if let Some(person) = directory.person_by_email(identity) {
        return Some(person.id.clone());
    }
    if let Ok(person) = identity.parse::<PersonId>() {
        return directory.person(&person).map(|p| p.id.clone());
    }
    if let Ok(account) = identity.parse::<AccountId>() {
        return directory.account(&account).map(|a| a.person.clone());
    }
    directory.account_by_subject("local", identity).map(|a| a.person.clone())
}
