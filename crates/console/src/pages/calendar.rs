//! The change calendar: freezes, and windows in which changes may be deployed, by month, week or as a
//! list.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, Icon, Layout, Link, Moment, Tone, Who};

/// The calendar, at `/calendar` with the query `view`, `on` and `scope`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/calendar.html")]
pub struct CalendarPage {
    /// The frame.
    pub layout: Layout,
    /// What it shows, e.g. "November 2026".
    pub title: String,
    /// What it can be narrowed to.
    pub filter: Filter,
    /// The views, the current one marked.
    pub views: Vec<View>,
    /// What came before.
    pub earlier: Link,
    /// What comes after.
    pub later: Link,
    /// Names of the weekdays, when it is a table.
    pub weekdays: Vec<String>,
    /// Rows of the table; empty for the list.
    pub weeks: Vec<Vec<Day>>,
    /// Days of the list.
    pub days: Vec<Day>,
}

/// Narrowing the calendar: a form that asks for `/calendar` again.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Kept: field `view`.
    pub view: &'static str,
    /// Kept: field `on`.
    pub on: String,
    /// Field `scope`.
    pub scopes: Vec<Choice>,
    /// Where a feed of it is made.
    pub subscribe: Link,
}

/// A way to look at it.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Where it leads, and what it says.
    pub link: Link,
    /// Whether it is this one.
    pub current: bool,
}

/// One day.
#[derive(Debug, Clone, Default)]
pub struct Day {
    /// `2026-11-27`.
    pub iso: String,
    /// The number, e.g. "27".
    pub number: String,
    /// In full, e.g. "Friday, 27 November".
    pub label: String,
    /// Whether it is today.
    pub today: bool,
    /// Whether it belongs to another month.
    pub outside: bool,
    /// What is on.
    pub entries: Vec<Entry>,
}

impl Day {
    /// Classes of its cell.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match (self.entries.is_empty(), self.outside, self.today) {
            (true, _, false) => "quiet",
            (true, _, true) => "quiet today",
            (false, true, _) => "outside",
            (false, false, true) => "today",
            (false, false, false) => "busy",
        }
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EntryKind {
    /// Nothing is deployed.
    #[default]
    Freeze,
    /// What it is about is deployed then only.
    Maintenance,
    /// A change may be deployed.
    Window,
    /// A change that is approved may be deployed.
    Approved,
    /// People talk changes over.
    Session,
}

impl EntryKind {
    /// The kind as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Freeze => (Tone::Bad, Icon::Pause, "Freeze"),
            Self::Maintenance => (Tone::Quiet, Icon::Clock, "Maintenance"),
            Self::Window => (Tone::Warn, Icon::Clock, "Waits"),
            Self::Approved => (Tone::Good, Icon::Check, "Approved"),
            Self::Session => (Tone::Info, Icon::Info, "Alignment"),
        };
        Badge::new(tone, icon, word)
    }
}

/// Something on a day.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// What it is called and where it leads.
    pub link: Link,
    /// When on this day, e.g. "18:00 to 20:00" or "all day".
    pub when: String,
    /// What it is about.
    pub about: String,
}

/// Freezes in force and ahead, at `/freezes`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/freezes.html")]
pub struct FreezesPage {
    /// The frame.
    pub layout: Layout,
    /// By when they begin.
    pub freezes: Vec<FreezeRow>,
    /// Declaring one, for who may: posts `title`, `reason`, `scope`, `until`, `emergencies` and
    /// `idempotency_key` to `/freezes`.
    pub form: Option<FreezeForm>,
}

/// Declaring a freeze.
#[derive(Debug, Clone, Default)]
pub struct FreezeForm {
    /// The scopes they may freeze.
    pub scopes: Vec<String>,
    /// Environments that policy knows, sent as `environment`; none chosen is all.
    pub environments: Vec<String>,
    /// The zone of the times, in words.
    pub zone: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
}

/// A freeze in the list.
#[derive(Debug, Clone, Default)]
pub struct FreezeRow {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Why.
    pub reason: String,
    /// What it is about.
    pub about: String,
    /// When it begins.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// Whether it is in force.
    pub in_force: bool,
    /// Who makes exceptions.
    pub exceptions_by: String,
    /// Who declared it.
    pub by: Option<Who>,
    /// Whether the reader may end it: posts `reason` to `/freezes/{id}/end`.
    pub can_end: bool,
}

impl FreezeRow {
    /// Where it stands, as a badge.
    #[must_use]
    pub fn badge(&self) -> Badge {
        if self.in_force {
            Badge::new(Tone::Bad, Icon::Pause, "In force")
        } else {
            Badge::new(Tone::Quiet, Icon::Clock, "Ahead")
        }
    }
}

/// A freeze that concerns a change.
#[derive(Debug, Clone, Default)]
pub struct FreezeOnChange {
    /// The freeze.
    pub freeze: FreezeRow,
    /// Whether an exception was asked for.
    pub asked: bool,
    /// Whether the reader may ask for one: posts `freeze`, `reason` and `expected_revision` to
    /// `/changes/{number}/exceptions`.
    pub can_ask: Option<String>,
}

/// Accepted risks, at `/risks`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/risks.html")]
pub struct RisksPage {
    /// The frame.
    pub layout: Layout,
    /// Newest first.
    pub risks: Vec<RiskRow>,
    /// Rules whose risk may be accepted, for who may: posts `rule`, `service`, `environment`,
    /// `reason`, `until`, `review_at` and `idempotency_key` to `/risks`.
    pub form: Option<RiskForm>,
}

/// Accepting a risk.
#[derive(Debug, Clone, Default)]
pub struct RiskForm {
    /// The rules policy lets be gone off.
    pub rules: Vec<String>,
    /// The services.
    pub services: Vec<String>,
    /// The environments.
    pub environments: Vec<String>,
    /// The zone of the times, in words.
    pub zone: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
}

/// An accepted risk in the list.
#[derive(Debug, Clone, Default)]
pub struct RiskRow {
    /// Its id.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// Service and environment.
    pub target: String,
    /// Who accepted it.
    pub by: Who,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: RiskState,
    /// By when it is reviewed.
    pub review: Moment,
    /// Until when.
    pub until: Moment,
    /// Whether the reader may end it, or keep it: posts `outcome` and `findings` to
    /// `/risks/{id}/review`.
    pub can_review: bool,
    /// Whether the reader may keep it.
    pub can_keep: bool,
}

/// Where an accepted risk stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RiskState {
    /// It counts.
    #[default]
    Live,
    /// It does not count until it is reviewed.
    ReviewOverdue,
    /// Its time is over.
    Expired,
    /// It was ended.
    Ended,
}

impl RiskState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Live => (Tone::Warn, Icon::Alert, "Live"),
            Self::ReviewOverdue => (Tone::Bad, Icon::Clock, "Review overdue"),
            Self::Expired => (Tone::Quiet, Icon::Clock, "Expired"),
            Self::Ended => (Tone::Quiet, Icon::Stop, "Ended"),
        };
        Badge::new(tone, icon, word)
    }
}
