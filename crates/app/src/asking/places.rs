//! Where people work, by the live policy's calendars.

use calendar::Place;
use domain::asking::Places;
use domain::organisation::Person;

use crate::Live;

/// The places of the live policy; office hours in their own time zone for everybody it does not
/// know.
pub(crate) struct LivePlaces<'a>(pub(crate) &'a Live);

impl Places for LivePlaces<'_> {
    fn of(&self, person: &Person) -> Place {
        match self.0.policy.live() {
            Some(bundle) => bundle.calendars().place_of(person.place.as_ref(), &person.time_zone),
            None => office(&person.time_zone),
        }
    }

    fn organisation(&self) -> Place {
        match self.0.policy.live() {
            Some(bundle) => bundle.calendars().default_place().place.clone(),
            None => office("UTC"),
        }
    }
}

fn office(time_zone: &str) -> Place {
    Place::office(calendar::zone(time_zone).unwrap_or(jiff::tz::TimeZone::UTC))
}
