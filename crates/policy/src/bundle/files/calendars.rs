//! `calendars.yaml` as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::bundle::yaml::At;

/// `calendars.yaml`: where people are, and when they work there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CalendarsFile {
    /// The place of everybody for whom none is named.
    pub(crate) default: At<String>,
    /// The places.
    pub(crate) places: Vec<PlaceText>,
}

/// A place.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceText {
    /// Its name; a slug.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// IANA time zone, such as `Pacific/Auckland`.
    pub(crate) zone: At<String>,
    /// Working hours by days, such as `mon-fri: 09:00-12:30, 13:00-17:30`; hours that end before they
    /// begin run over midnight. Monday to Friday from 09:00 to 17:00 when left out.
    pub(crate) hours: Option<BTreeMap<String, At<String>>>,
    /// Which public holidays are off: those of a country or subdivision by its ISO 3166 code, such as
    /// `NZ` or `DE-BY`; the whole days of an iCalendar file of the bundle, such as `holidays/nz.ics`; or
    /// `none`.
    pub(crate) holidays: At<String>,
    /// Days that differ from the week and the public holidays.
    #[serde(default)]
    pub(crate) days: Vec<DayText>,
}

/// A day that differs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DayText {
    /// The day, such as `2026-12-24`.
    pub(crate) date: At<String>,
    /// What it is called.
    pub(crate) name: String,
    /// The hours people work that day; nobody works when left out.
    pub(crate) hours: Option<At<String>>,
}
