//! Drills: who would be asked when in the situations that policy describes, with the people there are.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Layout, Link};

/// The page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/policy_drills.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// What came of every drill, for each service.
    pub drills: Vec<Drill>,
    /// Names of drills that no service there is fits.
    pub not_run: Vec<String>,
    /// How many services were left out.
    pub left_out: usize,
}

/// One drill for one service.
#[derive(Debug, Clone, Default)]
pub struct Drill {
    /// Its name.
    pub name: String,
    /// How it went.
    pub state: Badge,
    /// `checkout, from Sat 28 Nov 23:00 (Europe/London)`.
    pub about: String,
    /// Where it is written.
    pub source: Link,
    /// What is not as it has to be.
    pub problems: Vec<Problem>,
    /// What would happen.
    pub timeline: Vec<Row>,
    /// How it ends.
    pub end: String,
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// In a sentence.
    pub message: String,
    /// What would have to give.
    pub help: String,
    /// Since when the nightly run has found it: `27 Nov 2026`.
    pub since: Option<String>,
}

/// Something that would happen.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// `+2:00`.
    pub after: String,
    /// `asked`.
    pub what: String,
    /// The requirement.
    pub requirement: String,
    /// Why.
    pub why: String,
    /// `Cem (cab), Sun 07:00 +08, not at work, by product and mail`.
    pub people: Vec<String>,
}
