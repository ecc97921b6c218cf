//! The list of changes: searched, filtered and paged by its URL alone. A GET form to `/changes`.

use askama::Template;

use crate::filters;
use crate::view::{ChangeState, Choice, Layout, Moment, Paging, RiskLevel, Who};

/// The list of changes.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/changes.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// What the list is narrowed to.
    pub filter: Filter,
    /// Shortcuts with counts, e.g. "Awaiting approval 12".
    pub views: Vec<View>,
    /// The changes of this page.
    pub rows: Vec<Row>,
    /// Neighbouring pages.
    pub paging: Paging,
}

/// The fields of the filter form, all sent by GET: `q`, `state`, `service`, `environment`, `type`, `risk`, `mine`.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Words to look for.
    pub query: String,
    /// States, the first being "any" with an empty value.
    pub states: Vec<Choice>,
    /// Services, as above.
    pub services: Vec<Choice>,
    /// Environments, as above.
    pub environments: Vec<Choice>,
    /// Change types, as above.
    pub types: Vec<Choice>,
    /// Risk levels, as above.
    pub risks: Vec<Choice>,
    /// Only changes the user had a hand in.
    pub mine: bool,
    /// Whether anything is narrowed, so that a "clear" link makes sense.
    pub is_active: bool,
}

/// A shortcut above the list.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// What it says.
    pub label: String,
    /// The list it leads to.
    pub href: String,
    /// How many are in it, if that is known cheaply.
    pub count: Option<u64>,
    /// Whether it is the one shown.
    pub current: bool,
}

/// One change of the list.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// `CHG-1042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// The service's name.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// Its tier, e.g. `T3`.
    pub tier: String,
    /// Standard, normal or emergency.
    pub change_type: String,
    /// Its state.
    pub state: ChangeState,
    /// Whether someone holds it.
    pub held: bool,
    /// Why its plan can't be met, and what would have to give.
    pub trouble: Option<String>,
    /// Numbers of open changes on this page that ask for the same.
    pub duplicates: Vec<String>,
    /// Its risk level.
    pub risk: RiskLevel,
    /// What is missing, e.g. "1 service owner, 1 security"; empty when nothing is.
    pub missing: String,
    /// Who asked.
    pub requester: Who,
    /// When anything last happened to it.
    pub updated: Moment,
}
