//! Absences by subscription: calendars at addresses that are read again and again.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::event::Event;
use domain::ids::{AbsenceId, PersonId};
use domain::organisation::{
    AbsenceFeed, AbsenceImport, KnownAbsenceFeed, OF_FEED, OrganisationEvent, access,
};
use domain::private::Secret;
use domain::refusal::Refusal;
use futures::future::join_all;
use jiff::Timestamp;
use store::Stream;

use super::import_absences::{CalendarImport, Read};
use crate::journal::OrganisationPlan;
use crate::notify::CalendarReader;
use crate::principal::Principal;
use crate::{App, AppError, Live};

/// So many times in a row it can't be read before its owner is told.
const FAILURES: u32 = 6;
/// Calendars fetched side by side: one that answers slowly keeps few waiting.
const FETCHED_AT_ONCE: usize = 8;

/// How often each calendar could not be read by this node since it last could.
pub type FeedFailures = BTreeMap<PersonId, (AbsenceFeed, u32)>;

impl App {
    /// Subscriptions that a person may see: their own, of admins all.
    ///
    /// # Errors
    /// A machine asks.
    pub fn absence_feeds(&self, principal: &Principal) -> Result<Vec<KnownAbsenceFeed>, AppError> {
        let reader = principal.acting_person("see subscriptions")?;
        let directory = &self.live().directory;
        let all = directory.holds(reader, access::ADMIN);
        let seen = directory.absence_feeds().filter(|known| all || known.feed.person == *reader);
        Ok(seen.cloned().collect())
    }

    /// Lets somebody's absences follow the calendar at an address, which is read at once.
    ///
    /// # Errors
    /// It is another's and they are no admin, it may not be fetched from there, or is no calendar.
    pub async fn subscribe_absences(
        &self,
        principal: &Principal,
        (person, url): (&PersonId, &str),
        reader: &dyn CalendarReader,
    ) -> Result<CalendarImport, AppError> {
        let by = principal.acting_person("subscribe a calendar")?;
        let refused = |why: &str| Refusal::field("url", why);
        let url = url.trim();
        let url = url
            .strip_prefix("webcal://")
            .map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"));
        let host = crate::notify::host(&url)
            .ok_or_else(|| refused("write an address like `https://calendar.example.com/x.ics`"))?;
        let feed = AbsenceFeed { person: person.clone(), host, url: Secret::new(url.clone()) };
        // Whoever may not is refused before anything is fetched for them.
        self.live().directory.subscribe_absences(feed.clone(), by)?;
        reader.check(&url).map_err(|why| refused(&why))?;
        let text = reader.read(&url).await.map_err(|why| refused(&why))?;
        let recorded = self
            .organisation_action(&principal.actor, |live, now| {
                let event = live.directory.subscribe_absences(feed.clone(), by)?;
                let (read, import) =
                    understood(&text, person, live, now).map_err(|why| refused(&why))?;
                let mut events = vec![(Stream::organisation(), Event::from(event))];
                events.extend(self.absence_events(&import, person, now));
                let value = read.import(import, live);
                Ok(OrganisationPlan { events, writes: Vec::new(), value })
            })
            .await?;
        Ok(recorded.value)
    }

    /// Ends a subscription, and takes back what it said of times to come.
    ///
    /// # Errors
    /// There is none, or it is another's and they are no admin.
    pub async fn unsubscribe_absences(
        &self,
        principal: &Principal,
        person: &PersonId,
    ) -> Result<(), AppError> {
        let by = principal.acting_person("end a subscription")?;
        self.organisation_action(&principal.actor, |live, now| {
            let (ended, left) = live.directory.unsubscribe_absences(person, by, now)?;
            let cancel = |absence: AbsenceId| OrganisationEvent::AbsenceCancelled { absence };
            let events = std::iter::once(ended).chain(left.into_iter().map(cancel));
            let events = events.map(|event| (Stream::organisation(), event.into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(())
    }

    /// Reads every calendar again. What can't be read keeps what was known; after six times in a row
    /// its owner is told, once. Safe on every node at once.
    ///
    /// # Errors
    /// The store did not answer for one of them; all others were looked at.
    pub async fn read_absence_feeds(
        &self,
        reader: &dyn CalendarReader,
        failures: &mut FeedFailures,
    ) -> Result<(), AppError> {
        let live = self.live();
        failures.retain(|person, _| live.directory.absence_feed(person).is_some());
        let followed = live.directory.absence_feeds();
        let active = followed.filter(|known| live.directory.is_active(&known.feed.person));
        let active: Vec<&KnownAbsenceFeed> = active.collect();
        let mut done = Ok(());
        for some in active.chunks(FETCHED_AT_ONCE) {
            let mut fetches = Vec::new();
            for known in some {
                fetches.push(reader.read(known.feed.url.reveal().unwrap_or_default()));
            }
            for (known, text) in some.iter().zip(join_all(fetches).await) {
                done = self.take_feed(known, text, failures).await.and(done);
            }
        }
        done
    }

    async fn take_feed(
        &self,
        known: &KnownAbsenceFeed,
        text: Result<String, String>,
        failures: &mut FeedFailures,
    ) -> Result<(), AppError> {
        let (feed, person) = (&known.feed, &known.feed.person);
        let read = match text {
            Ok(text) => self.follow(feed, &text).await?,
            Err(why) => Err(why),
        };
        let Err(why) = read else {
            failures.remove(person);
            return Ok(());
        };
        // Whoever can help reads why; no reason names the address.
        tracing::warn!(%person, host = feed.host, reason = why, "failed to read a calendar");
        let (of, count) = failures.entry(person.clone()).or_insert_with(|| (feed.clone(), 0));
        if of != feed {
            (*of, *count) = (feed.clone(), 0);
        }
        *count = count.saturating_add(1);
        if *count >= FAILURES && !known.failing {
            self.set_feed_failing(feed).await?;
        }
        Ok(())
    }

    /// Records what a calendar changes, or gives why it could not be read.
    async fn follow(&self, feed: &AbsenceFeed, text: &str) -> Result<Result<(), String>, AppError> {
        let person = &feed.person;
        let recorded = self
            .organisation_action(&Actor::System, |live, now| {
                let nothing =
                    |value| OrganisationPlan { events: Vec::new(), writes: Vec::new(), value };
                // Subscribed anew, or ended, meanwhile.
                let Some(known) = live.directory.absence_feed(person).filter(|k| k.feed == *feed)
                else {
                    return Ok(nothing(Ok(())));
                };
                let import = match understood(text, person, live, now) {
                    Ok((_, import)) => import,
                    Err(why) => return Ok(nothing(Err(why))),
                };
                let back = OrganisationEvent::AbsenceFeedRecovered { person: person.clone() };
                let back = known.failing.then(|| (Stream::organisation(), Event::from(back)));
                let mut events: Vec<_> = back.into_iter().collect();
                events.extend(self.absence_events(&import, person, now));
                Ok(OrganisationPlan { events, writes: Vec::new(), value: Ok(()) })
            })
            .await?;
        Ok(recorded.value)
    }

    async fn set_feed_failing(&self, feed: &AbsenceFeed) -> Result<(), AppError> {
        self.organisation_action(&Actor::System, |live, _| {
            let failed = OrganisationEvent::AbsenceFeedFailed { person: feed.person.clone() };
            let known = live.directory.absence_feed(&feed.person);
            let known = known.filter(|known| known.feed == *feed && !known.failing);
            let events = known.map(|_| (Stream::organisation(), failed.into()));
            let events = events.into_iter().collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await?;
        Ok(())
    }
}

/// What stands in a calendar, and what it changes; or why it can't be read. A page to sign in on in its
/// place is no calendar.
fn understood(
    text: &str,
    person: &PersonId,
    live: &Live,
    now: Timestamp,
) -> Result<(Read, AbsenceImport), String> {
    let begin = text.trim_start_matches(['\u{feff}', ' ', '\r', '\n']).get(..15);
    if !begin.is_some_and(|begin| begin.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err("what stands there is no iCalendar file".to_owned());
    }
    let why = |refusal: Refusal| refusal.to_string();
    let read = Read::of((text, OF_FEED), person, live, now).map_err(why)?;
    let spans = (read.spans.as_slice(), read.is_whole());
    let import = live.directory.follow_absences(person, spans, now).map_err(why)?;
    Ok((read, import))
}
