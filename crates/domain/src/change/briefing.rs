//! Briefings: what people who decide were shown in plain words, when they opened it, and what they
//! confirmed (M5.1, M5.4). An approval can be asked to rest on that; a refusal never is.

use std::collections::BTreeSet;

use canonical::{CanonicalError, to_canonical_bytes};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::material::Digest;
use super::{Change, ChangeEvent, State, Window};
use crate::ids::{PersonId, RoleName};
use crate::organisation::Directory;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Requirement;

/// An approval sooner than this after opening is marked as rapid (C18).
const RAPID_SECONDS: u32 = 2;

/// What policy wants holders of a role to see and confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleBriefing {
    /// The role.
    pub role: RoleName,
    /// Whether its holders are outside IT and work from the briefing.
    #[serde(default)]
    pub stakeholder: bool,
    /// What they confirm, in policy's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<String>,
    /// Whether an approval counts only after opening and confirming.
    #[serde(default)]
    pub required: bool,
    /// The least time between opening and approving, in seconds.
    #[serde(default)]
    pub dwell_seconds: u32,
    /// Whether an approval so fast that reading is unlikely needs another person's beside it (C18).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second_if_rapid: bool,
}

/// A sentence that somebody confirmed for a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledged {
    /// The role.
    pub role: RoleName,
    /// The sentence.
    pub text: String,
}

/// A read receipt: somebody opened the briefing of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadReceipt {
    /// Who.
    pub person: PersonId,
    /// Of which revision.
    pub revision: u32,
    /// Digest of exactly what was shown.
    pub shown: Digest,
    /// When it was opened.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
    /// What they confirmed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<Acknowledged>,
}

/// What a vote rested on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Informed {
    /// Digest of what was shown.
    pub shown: Digest,
    /// When it was opened.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
    /// Whole seconds from opening to the vote.
    pub seconds: u32,
    /// What was confirmed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<Acknowledged>,
    /// Whether it was so fast that reading is unlikely (C18). It counts all the same.
    #[serde(default)]
    pub rapid: bool,
}

/// Why an approval would not be informed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uninformed {
    /// The briefing of this revision, as it is now, was not opened.
    NotOpened,
    /// Its sentences were not confirmed.
    NotAcknowledged,
    /// It was opened too short a time ago.
    TooSoon {
        /// Seconds until an approval is taken.
        seconds: u32,
    },
}

/// What is put before one person, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Briefing {
    /// The change's number.
    pub number: String,
    /// The revision.
    pub revision: u32,
    /// Its digest.
    pub revision_digest: Digest,
    /// One line.
    pub title: Private<String>,
    /// What changes for people, in the requester's plain words.
    pub plain_summary: Option<Private<String>>,
    /// Why it is needed.
    pub reason: Private<String>,
    /// When it may begin.
    pub window: Option<Window>,
    /// The risk level that policy came to.
    pub risk_level: String,
    /// What the person is asked, for each of their roles.
    pub asks: Vec<Ask>,
}

/// What a person is asked in one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// The role.
    pub role: RoleName,
    /// Why it is asked.
    pub why: String,
    /// What an approval states.
    pub meaning: Option<String>,
    /// What is to be confirmed first.
    pub acknowledgement: Option<String>,
    /// Whether an approval needs it.
    pub required: bool,
}

impl RoleBriefing {
    /// What an approval in this role lacks, if anything.
    #[must_use]
    pub fn lacks(&self, informed: Option<&Informed>) -> Option<Uninformed> {
        if !self.required && self.dwell_seconds == 0 {
            return None;
        }
        let Some(informed) = informed else { return Some(Uninformed::NotOpened) };
        let confirmed = |text: &String| {
            informed.acknowledged.iter().any(|a| a.role == self.role && a.text == *text)
        };
        if self.required && !self.acknowledgement.as_ref().is_none_or(confirmed) {
            return Some(Uninformed::NotAcknowledged);
        }
        let left = self.dwell_seconds.saturating_sub(informed.seconds);
        (left > 0).then_some(Uninformed::TooSoon { seconds: left })
    }
}

impl Requirement {
    /// What policy wants the holders of one of its roles to see.
    #[must_use]
    pub fn briefing(&self, role: &RoleName) -> Option<&RoleBriefing> {
        self.briefings.iter().find(|b| b.role == *role)
    }
}

impl Change {
    /// What a person who is asked is shown.
    ///
    /// # Errors
    /// They are not asked, or nothing is asked now.
    pub fn briefing(
        &self,
        person: &PersonId,
        requirements: &[Requirement],
        directory: &Directory,
        at: Timestamp,
    ) -> Result<Briefing, Refusal> {
        if !matches!(self.state, State::AwaitingApproval { .. } | State::Approved { .. }) {
            let action = "be briefed for a decision on";
            return Err(Refusal::IllegalState { action, state: self.state.name() });
        }
        let capacities = self.may_vote(person, requirements, directory, at)?;
        let roles: BTreeSet<&RoleName> = capacities.iter().flat_map(|c| &c.roles).collect();
        let material = &self.revision().material;
        let mut asks: Vec<Ask> = Vec::new();
        for requirement in requirements {
            for role in requirement.roles.iter().filter(|role| roles.contains(*role)) {
                let briefing = requirement.briefing(role);
                let ask = Ask {
                    role: role.clone(),
                    why: requirement.why.clone(),
                    meaning: requirement.meaning.clone(),
                    acknowledgement: briefing.and_then(|b| b.acknowledgement.clone()),
                    required: briefing.is_some_and(|b| b.required),
                };
                if !asks.contains(&ask) {
                    asks.push(ask);
                }
            }
        }
        Ok(Briefing {
            number: self.number.to_string(),
            revision: self.revision().number,
            revision_digest: self.revision().digest.clone(),
            title: material.title.clone(),
            plain_summary: material.plain_summary.clone(),
            reason: material.reason.clone(),
            window: material.window.clone(),
            risk_level: self.assessment.as_ref().map(|a| a.risk.level.clone()).unwrap_or_default(),
            asks,
        })
    }

    /// The digest of a briefing. It is blinded like the revision's, so that it confirms no guess of
    /// a text that was erased (K04).
    ///
    /// # Errors
    /// The briefing can't be written as canonical JSON.
    pub fn shown(&self, briefing: &Briefing) -> Result<Digest, CanonicalError> {
        let blinding = &self.revision().blinding;
        Ok(Digest::of(&to_canonical_bytes(&(blinding, briefing))?))
    }

    /// Records that a person opened what they are shown. Opening the same again yields no event.
    #[must_use]
    pub fn open_briefing(&self, person: &PersonId, shown: &Digest) -> Vec<ChangeEvent> {
        if self.read_receipt(person).is_some_and(|r| r.shown == *shown) {
            return Vec::new();
        }
        vec![ChangeEvent::BriefingOpened {
            person: person.clone(),
            revision: self.revision().number,
            shown: shown.clone(),
        }]
    }

    /// Records that a person confirmed the sentences of their roles, all of them.
    ///
    /// # Errors
    /// They did not open exactly this, or left a sentence out.
    pub fn acknowledge_briefing(
        &self,
        person: &PersonId,
        (briefing, shown): (&Briefing, &Digest),
        ticked: &[RoleName],
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let reading = self.read_receipt(person).filter(|r| r.shown == *shown);
        let reading = reading.ok_or(Refusal::NotInformed(Uninformed::NotOpened))?;
        let texts: Vec<Acknowledged> = briefing
            .asks
            .iter()
            .filter_map(|ask| {
                let text = ask.acknowledgement.clone()?;
                Some(Acknowledged { role: ask.role.clone(), text })
            })
            .collect();
        if texts.iter().any(|a| !ticked.contains(&a.role)) {
            return Err(Refusal::field(
                "acknowledged",
                "confirm each of these sentences, or reject the change",
            ));
        }
        if texts.iter().all(|a| reading.acknowledged.contains(a)) {
            return Ok(Vec::new());
        }
        Ok(vec![ChangeEvent::BriefingAcknowledged {
            person: person.clone(),
            revision: self.revision().number,
            shown: shown.clone(),
            texts,
        }])
    }

    /// The newest read receipt of a person for the current revision.
    #[must_use]
    pub fn read_receipt(&self, person: &PersonId) -> Option<&ReadReceipt> {
        let number = self.revision().number;
        self.read_receipts.iter().rev().find(|r| r.person == *person && r.revision == number)
    }

    /// What a vote of a person would rest on now.
    #[must_use]
    pub fn informed(&self, person: &PersonId, at: Timestamp) -> Option<Informed> {
        let reading = self.read_receipt(person)?;
        let since = at.duration_since(reading.opened_at).max(SignedDuration::ZERO);
        let seconds = u32::try_from(since.as_secs()).unwrap_or(u32::MAX);
        Some(Informed {
            shown: reading.shown.clone(),
            opened_at: reading.opened_at,
            seconds,
            acknowledged: reading.acknowledged.clone(),
            rapid: seconds < RAPID_SECONDS,
        })
    }

    /// What an approval in these roles lacks before it is informed, if anything.
    #[must_use]
    pub fn uninformed(
        &self,
        roles: &[RoleName],
        requirements: &[Requirement],
        informed: Option<&Informed>,
    ) -> Option<Uninformed> {
        requirements.iter().find_map(|requirement| {
            let mine = requirement.roles.iter().filter(|role| roles.contains(role));
            let mut lacks =
                mine.map(|role| requirement.briefing(role).and_then(|b| b.lacks(informed)));
            // Nothing is lacking if one of the roles that it could count in lacks nothing.
            let first = lacks.next()?;
            if lacks.any(|lack| lack.is_none()) { None } else { first }
        })
    }

    pub(super) fn opened(
        &mut self,
        person: &PersonId,
        revision: u32,
        shown: &Digest,
        at: Timestamp,
    ) {
        self.read_receipts.push(ReadReceipt {
            person: person.clone(),
            revision,
            shown: shown.clone(),
            opened_at: at,
            acknowledged: Vec::new(),
        });
    }

    pub(super) fn acknowledged(
        &mut self,
        person: &PersonId,
        shown: &Digest,
        texts: &[Acknowledged],
    ) {
        let mut newest = self.read_receipts.iter_mut().rev();
        if let Some(found) = newest.find(|r| r.person == *person && r.shown == *shown) {
            found.acknowledged = texts.to_vec();
        }
    }
}
