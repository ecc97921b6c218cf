//! What waits for the signed-in person, what they hold up, and whom they wait for.

use askama::Template;

use crate::filters;
use crate::view::{Badge, ChangeState, Layout, Link, Moment, RiskLevel, Who};

/// The inbox.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/inbox.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Changes this person can decide on now, most pressing first.
    pub waiting_for_you: Vec<Task>,
    /// Those of them that can be approved in one step, by template.
    pub in_bulk: Vec<BulkGroup>,
    /// Changes this person holds or has rejected.
    pub blocked_by_you: Vec<Blocked>,
    /// This person's own changes that wait for others.
    pub you_wait: Vec<Waiting>,
    /// "See all …" links under the first and third part when more exist than shown.
    pub more_waiting_for_you: Option<Link>,
    /// See above.
    pub more_you_wait: Option<Link>,
}

/// Changes of one template that this person could approve in one step.
#[derive(Debug, Clone, Default)]
pub struct BulkGroup {
    /// The template's name.
    pub template: String,
    /// The changes.
    pub changes: Vec<BulkChoice>,
}

/// A change of a group.
#[derive(Debug, Clone, Default)]
pub struct BulkChoice {
    /// What the form sends: the number and the revision, as `CHG-1042@1`.
    pub value: String,
    /// `CHG-1042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Where it goes, e.g. "checkout → staging".
    pub target: String,
}

/// The change a row is about.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// `CHG-1042`.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Its page.
    pub href: String,
    /// Why its plan can't be met, and what would have to give.
    pub trouble: Option<String>,
    /// Numbers of changes that wait beside it and ask for the same.
    pub duplicates: Vec<String>,
    /// The service's name.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// Its tier, e.g. `T3`.
    pub tier: String,
    /// Its risk level.
    pub risk: RiskLevel,
    /// Standard, normal or emergency.
    pub change_type: String,
}

/// A decision that waits for this person.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// The change.
    pub subject: Subject,
    /// Who asked.
    pub requester: Who,
    /// When the answer is due, if policy or the window says so.
    pub due: Option<Moment>,
    /// E.g. "Due today" or "Overdue"; with `due`.
    pub due_badge: Option<Badge>,
    /// Since when it waits.
    pub since: Moment,
    /// In which role this person is asked.
    pub role: String,
    /// The rule that asks, in words.
    pub rule: String,
    /// What stands still until they answer, shown after "Until you answer:"; e.g. "checkout 4.12.0 stays out of
    /// production; yours is the last approval".
    pub blocks: String,
}

/// A change this person holds up.
#[derive(Debug, Clone, Default)]
pub struct Blocked {
    /// The change.
    pub subject: Subject,
    /// How: "Held", "Rejected", "Changes requested".
    pub how: Badge,
    /// Their own reason.
    pub reason: String,
    /// Since when.
    pub since: Moment,
    /// What would free it.
    pub way_out: String,
}

/// An own change that waits for others.
#[derive(Debug, Clone, Default)]
pub struct Waiting {
    /// The change.
    pub subject: Subject,
    /// Its state.
    pub state: ChangeState,
    /// On whom.
    pub on: Vec<WaitingOn>,
    /// Since when.
    pub since: Moment,
}

/// A role a change waits on.
#[derive(Debug, Clone, Default)]
pub struct WaitingOn {
    /// The role.
    pub role: String,
    /// Its scope, e.g. "service checkout".
    pub scope: String,
    /// How many votes are still needed.
    pub needed: u32,
    /// How many people could give one now.
    pub eligible: u32,
}
