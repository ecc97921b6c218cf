//! The places of a bundle.

use std::collections::BTreeMap;

use calendar::{Place, zone};
use domain::ids::PlaceName;
use jiff::tz::TimeZone;

/// A place with its name.
#[derive(Debug, Clone)]
pub struct NamedPlace {
    /// Its name.
    pub name: PlaceName,
    /// What people call it.
    pub title: String,
    /// Zone, hours and holidays.
    pub place: Place,
}

/// The places of a bundle and the one that holds for everybody else.
#[derive(Debug, Clone)]
pub struct Calendars {
    default: NamedPlace,
    places: BTreeMap<PlaceName, NamedPlace>,
}

impl Calendars {
    pub(super) fn new(default: NamedPlace, places: BTreeMap<PlaceName, NamedPlace>) -> Self {
        Self { default, places }
    }

    /// What holds in a bundle without `calendars.yaml`: UTC, Monday to Friday from nine to five.
    pub(super) fn without_file() -> Option<Self> {
        let default = NamedPlace {
            name: "default".parse().ok()?,
            title: "Everywhere".to_owned(),
            place: Place::office(TimeZone::UTC),
        };
        Some(Self { default, places: BTreeMap::new() })
    }

    /// The place of everybody for whom none is named.
    #[must_use]
    pub const fn default_place(&self) -> &NamedPlace {
        &self.default
    }

    /// A place by name.
    #[must_use]
    pub fn place(&self, name: &PlaceName) -> Option<&NamedPlace> {
        self.places.get(name)
    }

    /// All places, by name.
    pub fn places(&self) -> impl Iterator<Item = &NamedPlace> {
        self.places.values()
    }

    /// Where somebody works: at the place named for them; or else, with a time zone of their own, by
    /// the hours of the default place on that clock and without its holidays, which may not be
    /// theirs; or else at the default place.
    #[must_use]
    pub fn place_of(&self, named: Option<&PlaceName>, time_zone: &str) -> Place {
        if let Some(named) = named.and_then(|name| self.place(name)) {
            return named.place.clone();
        }
        let default = &self.default.place;
        match zone(time_zone) {
            Some(zone) if zone != *default.zone() => Place::new(zone, default.week().clone()),
            _ => default.clone(),
        }
    }
}
