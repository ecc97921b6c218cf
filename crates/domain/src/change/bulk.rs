//! Approving several changes in one step (C17): standard changes of one template that policy lets be
//! approved so, up to a tier. Each gets a vote and an entry of its own, and is refused by itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::material::TemplateRef;
use super::{Assessment, Change, Vote};
use crate::ids::{BulkId, ChangeId};
use crate::refusal::Refusal;
use crate::requirement::Requirement;

/// Most changes that are approved in one step.
pub const CHANGES_MAX: usize = 50;
/// The strictest tier in which they can be. Above it every change is decided on by itself.
pub const TIER_MAX: u8 = 2;

/// The step in which a vote was cast together with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InBulk {
    /// The step; all its votes name it.
    pub id: BulkId,
    /// How many changes were named in it.
    pub changes: u32,
}

/// Why a change can't be approved together with others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInBulk {
    /// Policy did not say, or can't say now, what it needs.
    #[error("policy has not said what it needs")]
    NotAssessed,
    /// It is no standard change.
    #[error("it is not made by a template")]
    NoTemplate,
    /// Policy does not offer it.
    #[error("policy has its template `{0}` approved one change at a time")]
    NotOffered(String),
    /// The tier is too strict.
    #[error("it is in tier T{0}, and only changes up to T{TIER_MAX} are approved together")]
    Tier(u8),
    /// It is made by another template than the first.
    #[error("it is made by `{own}`, and the first by `{first}`")]
    OtherTemplate {
        /// Its template with the version.
        own: String,
        /// That of the first change.
        first: String,
    },
    /// It is an item of a change set.
    #[error("it is an item of a change set, which has a page to decide on")]
    InSet,
    /// Policy wants time between opening and approving.
    #[error("policy wants time for reading between opening and approving it")]
    Dwell,
    /// Policy wants a second person beside whoever can't have read it.
    #[error("policy wants a second approval beside one that came too fast to have read it")]
    SecondIfRapid,
}

/// A change with what the live bundle says of it, if it can say.
pub type Candidate<'a> = (&'a Change, Option<&'a Assessment>);

/// Whether so many changes, each once, can be named in one step.
///
/// # Errors
/// None or too many, or one twice.
pub fn check_named(changes: &[ChangeId]) -> Result<(), Refusal> {
    let distinct: BTreeSet<&ChangeId> = changes.iter().collect();
    if !(1..=CHANGES_MAX).contains(&changes.len()) || distinct.len() != changes.len() {
        return Err(none_or_too_many());
    }
    Ok(())
}

/// The template that all of these changes are made by, if they can be approved in one step.
///
/// # Errors
/// One can't be: then no approval of any is taken.
pub fn of_one_template(changes: &[Candidate<'_>]) -> Result<TemplateRef, Refusal> {
    let mut first = None;
    for (change, live) in changes {
        let own = change.bulk_template(*live, first)?;
        first.get_or_insert(own);
    }
    first.cloned().ok_or_else(none_or_too_many)
}

fn none_or_too_many() -> Refusal {
    Refusal::field("changes", "name 1 to 50 changes, each once")
}

impl Change {
    /// The template by which it can be approved together with others, which is `first` where there is
    /// one already. Everything on the record has to say so, and the live bundle as well.
    ///
    /// # Errors
    /// It can't be; why, in words.
    pub fn bulk_template(
        &self,
        live: Option<&Assessment>,
        first: Option<&TemplateRef>,
    ) -> Result<&TemplateRef, Refusal> {
        let why = match (&self.revision().material.template, live) {
            _ if self.set.is_some() => NotInBulk::InSet,
            (None, _) => NotInBulk::NoTemplate,
            (Some(_), None) => NotInBulk::NotAssessed,
            (Some(_), Some(_)) if self.assessment.is_none() => NotInBulk::NotAssessed,
            (Some(own), Some(live)) => {
                let mut all = self.assessments().chain([live]);
                let offered = all.clone().all(|a| a.bulk);
                let strict = all.find(|a| a.tier > TIER_MAX);
                match (strict, first) {
                    (Some(strict), _) => NotInBulk::Tier(strict.tier),
                    (None, _) if !offered => NotInBulk::NotOffered(own.name.to_string()),
                    (None, Some(first)) if own != first => {
                        NotInBulk::OtherTemplate { own: words(own), first: words(first) }
                    }
                    (None, _) => return Ok(own),
                }
            }
        };
        Err(self.not_in_bulk(why))
    }

    /// Whether policy leaves it to this vote to be one of several: what asks for a voter's time for this
    /// change alone does not (C18, M5.4).
    pub(super) fn check_bulk(
        &self,
        vote: &Vote,
        requirements: &[Requirement],
    ) -> Result<(), Refusal> {
        let asked = requirements.iter().flat_map(|r| &r.briefings);
        for briefing in asked.filter(|briefing| vote.roles.contains(&briefing.role)) {
            if briefing.dwell_seconds > 0 {
                return Err(self.not_in_bulk(NotInBulk::Dwell));
            }
            if briefing.second_if_rapid {
                return Err(self.not_in_bulk(NotInBulk::SecondIfRapid));
            }
            if let Some(lack) = briefing.lacks(vote.informed.as_ref()) {
                return Err(Refusal::NotInformed(lack));
            }
        }
        Ok(())
    }

    fn not_in_bulk(&self, why: NotInBulk) -> Refusal {
        Refusal::NotInBulk { number: self.number, why }
    }
}

fn words(template: &TemplateRef) -> String {
    format!("{} version {}", template.name, template.version)
}
