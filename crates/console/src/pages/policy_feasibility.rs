//! Whether the rules can be met by the people there are: weakest links first, then a heat map of days.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Layout, Link, Moment};

/// The page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_feasibility.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// How many weeks were looked at.
    pub weeks: String,
    /// The zone of the days, in words.
    pub zone: String,
    /// When it was looked at.
    pub from: Moment,
    /// The weakest links, the worst first.
    pub weak_links: Vec<WeakLink>,
    /// Needs that only the same people could meet, in sentences.
    pub conflicts: Vec<String>,
    /// What calendars could not tell, in sentences.
    pub unknown: Vec<String>,
    /// The days of the heat map: `Fri 27 Nov`.
    pub days: Vec<Day>,
    /// Its rows.
    pub needs: Vec<NeedRow>,
}

/// A need that may not be met.
#[derive(Debug, Clone, Default)]
pub struct WeakLink {
    /// How bad it is.
    pub state: Badge,
    /// The need.
    pub need: String,
    /// In a sentence.
    pub message: String,
    /// What would help.
    pub help: String,
    /// Where it is written.
    pub source: Link,
    /// `checkout since 12 Nov 2026`: what nightly looks have found and told.
    pub known: Vec<String>,
}

/// A column of the heat map.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// `Fri`.
    pub weekday: String,
    /// `27 Nov`.
    pub date: String,
}

/// A row of the heat map.
#[derive(Debug, Clone, Default)]
pub struct NeedRow {
    /// The need.
    pub need: String,
    /// `1 of service-owner`.
    pub asks: String,
    /// `4 people`, for which service.
    pub people: String,
    /// One for each day.
    pub cells: Vec<Cell>,
}

/// One need on one day.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// Hours of the day in which enough people work.
    pub hours: usize,
    /// The shade, 0 (never) to 4 (most of the day).
    pub shade: usize,
}

impl Cell {
    /// A day with so many hours.
    #[must_use]
    pub fn of(hours: usize) -> Self {
        Self { hours, shade: hours.div_ceil(6).min(4) }
    }
}
