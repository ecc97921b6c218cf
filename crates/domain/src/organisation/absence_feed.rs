//! Absences by subscription: a person's absences follow a calendar at an address (RFC 5545).
//!
//! What the calendar says takes the place of what it said before; absences entered otherwise stay. The
//! address is a secret: whoever knows it reads the calendar.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::absence_import::AbsenceImport;
use super::{CalendarSpan, Directory, OrganisationEvent};
use crate::ids::{AbsenceId, PersonId};
use crate::private::Secret;
use crate::refusal::Refusal;

/// With what the origin of an absence begins that a subscription keeps.
pub const OF_FEED: &str = "feed:";

/// A calendar that a person's absences follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbsenceFeed {
    /// Whose absences.
    pub person: PersonId,
    /// The host it is fetched from.
    pub host: String,
    /// Where it is.
    pub url: Secret,
}

/// A subscription, and whether its calendar can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAbsenceFeed {
    /// What was subscribed.
    pub feed: AbsenceFeed,
    /// Whether it could not be read for a while; what it said last stands.
    pub failing: bool,
}

impl Directory {
    /// The calendar that a person's absences follow.
    #[must_use]
    pub fn absence_feed(&self, person: &PersonId) -> Option<&KnownAbsenceFeed> {
        self.absence_feeds.get(person)
    }

    /// All of them, by person.
    pub fn absence_feeds(&self) -> impl Iterator<Item = &KnownAbsenceFeed> {
        self.absence_feeds.values()
    }

    pub(super) fn apply_absence_feed(&mut self, event: &OrganisationEvent) {
        let mut failing = |person: &PersonId, to: bool| {
            if let Some(known) = self.absence_feeds.get_mut(person) {
                known.failing = to;
            }
        };
        match event {
            OrganisationEvent::AbsenceFeedFailed { person } => failing(person, true),
            OrganisationEvent::AbsenceFeedRecovered { person } => failing(person, false),
            OrganisationEvent::AbsenceFeedSubscribed(feed) => {
                let known = KnownAbsenceFeed { feed: feed.clone(), failing: false };
                self.absence_feeds.insert(feed.person.clone(), known);
            }
            OrganisationEvent::AbsenceFeedEnded { person } => {
                self.absence_feeds.remove(person);
            }
            _ => {}
        }
    }

    /// Lets somebody's absences follow a calendar, in place of another: their own, or an admin for them.
    ///
    /// # Errors
    /// They are neither, or the person is not active.
    pub fn subscribe_absences(
        &self,
        feed: AbsenceFeed,
        by: &PersonId,
    ) -> Result<OrganisationEvent, Refusal> {
        self.own_or_admin(&feed.person, by, "subscribe a calendar of somebody else")?;
        if !self.is_active(&feed.person) {
            return Err(Refusal::NotActive { person: feed.person });
        }
        Ok(OrganisationEvent::AbsenceFeedSubscribed(feed))
    }

    /// Ends it. What the calendar said of times to come is taken back: nobody keeps it any more.
    ///
    /// # Errors
    /// There is none, or it is another's and they are no admin.
    pub fn unsubscribe_absences(
        &self,
        person: &PersonId,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<(OrganisationEvent, Vec<AbsenceId>), Refusal> {
        let own = self.own_or_admin(person, by, "").is_ok();
        // The same answer for another's: whose it is is nobody's business (E17).
        if !own || self.absence_feed(person).is_none() {
            return Err(Refusal::NotFound { entity: "subscription of", id: person.to_string() });
        }
        let left = self.follow_absences(person, (&[], true), now)?.cancelled;
        Ok((OrganisationEvent::AbsenceFeedEnded { person: person.clone() }, left))
    }

    /// What the calendar of a subscription changes now. Of one that was not understood wholly nothing is
    /// taken back: what is missing may stand in the rest.
    ///
    /// # Errors
    /// There are too many absences.
    pub fn follow_absences(
        &self,
        person: &PersonId,
        (spans, whole): (&[CalendarSpan], bool),
        now: Timestamp,
    ) -> Result<AbsenceImport, Refusal> {
        self.merge_absences(person, spans, |origin| whole && origin.starts_with(OF_FEED), now)
    }
}
