//! Alignment sessions, one session with its concerns, the form that opens one, and the board's agenda.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, FormErrors, Icon, Layout, Link, Moment, Tone, Who};

/// What came out for a change, as a badge; nothing came out yet without.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OutcomeBadge {
    /// The chair has said nothing yet.
    #[default]
    None,
    /// They agree. No approval.
    Aligned,
    /// They don't.
    NotAligned,
    /// Another session takes it up.
    Deferred,
}

impl OutcomeBadge {
    /// The badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::None => (Tone::Quiet, Icon::Clock, "Nothing came out yet"),
            Self::Aligned => (Tone::Info, Icon::Check, "Aligned"),
            Self::NotAligned => (Tone::Bad, Icon::Cross, "Not aligned"),
            Self::Deferred => (Tone::Warn, Icon::Forward, "Deferred"),
        };
        Badge::new(tone, icon, word)
    }
}

/// Where a session stands, as a badge.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SessionState {
    /// It takes concerns and outcomes.
    #[default]
    Open,
    /// What came out counts.
    Closed,
    /// It is not held.
    Cancelled,
}

impl SessionState {
    /// The badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Open => (Tone::Info, Icon::Info, "Open"),
            Self::Closed => (Tone::Quiet, Icon::Archive, "Closed"),
            Self::Cancelled => (Tone::Quiet, Icon::Stop, "Cancelled"),
        };
        Badge::new(tone, icon, word)
    }
}

/// All sessions, at `/alignments`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/alignments.html")]
pub struct AlignmentsPage {
    /// The frame.
    pub layout: Layout,
    /// Sessions, those that are open first, and the newest first.
    pub sessions: Vec<AlignmentRow>,
    /// Whether to offer opening one.
    pub can_open: bool,
}

/// A session in the list.
#[derive(Debug, Clone, Default)]
pub struct AlignmentRow {
    /// Its title, leading to its page.
    pub link: Link,
    /// Where it stands.
    pub state: SessionState,
    /// When it begins.
    pub from: Moment,
    /// Who leads it.
    pub chair: Who,
    /// The changes on its agenda.
    pub agenda: Vec<Link>,
    /// Concerns that nobody has answered.
    pub open_concerns: usize,
}

/// One session, at `/alignments/{alignment}`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/alignment.html")]
pub struct AlignmentPage {
    /// The frame.
    pub layout: Layout,
    /// Its id.
    pub id: String,
    /// What it is for.
    pub title: String,
    /// Where it stands.
    pub state: SessionState,
    /// Since when it is closed.
    pub closed: Option<Moment>,
    /// Other times that it got, and why it is not held.
    pub notes: Vec<PlanNote>,
    /// When it begins.
    pub from: Moment,
    /// When it ends.
    pub until: Moment,
    /// The time zone it was set in.
    pub zone: String,
    /// Who leads it.
    pub chair: Who,
    /// Who takes part beside the chair.
    pub participants: Vec<Who>,
    /// What is talked over.
    pub agenda: Vec<AgendaCard>,
    /// For who may move or cancel it: posts to `/alignments/{alignment}/moves` or
    /// `/alignments/{alignment}/cancellation`.
    pub plan: Option<PlanForm>,
    /// Whether the reader may close it: posts to `/alignments/{alignment}/closure`.
    pub can_close: bool,
}

/// Another time that a session got, or why it is not held.
#[derive(Debug, Clone, Default)]
pub struct PlanNote {
    /// When it was to begin from then on; none when it was cancelled.
    pub to: Option<Moment>,
    /// Who moved or cancelled it.
    pub by: Who,
    /// When they did.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

/// The forms that move a session and cancel it.
#[derive(Debug, Clone, Default)]
pub struct PlanForm {
    /// Sent as `idempotency_key` with another time.
    pub idempotency_key: String,
    /// Field `from`: `2026-01-05T09:00`.
    pub from: String,
    /// Field `until`.
    pub until: String,
    /// The reader's zone, in which the times are typed.
    pub zone: String,
    /// Field `reason` of another time.
    pub reason: String,
    /// Of another time, by field name.
    pub errors: FormErrors,
}

/// A change on the agenda, with the concerns about it.
#[derive(Debug, Clone, Default)]
pub struct AgendaCard {
    /// Its number, leading to the change.
    pub change: Link,
    /// Its title, as it is now.
    pub title: String,
    /// `checkout in production`.
    pub place: String,
    /// The revision that is talked over.
    pub revision: u32,
    /// The revision that is current, where the change moved on.
    pub moved_to: Option<u32>,
    /// What came out.
    pub outcome: OutcomeBadge,
    /// What was agreed, or what is in the way; empty before.
    pub words: String,
    /// The concerns about it.
    pub concerns: Vec<ConcernCard>,
    /// The form that raises one, for who takes part.
    pub concern: Option<ConcernForm>,
    /// Whether the reader may say what came out: posts `change`, `outcome` and `words`.
    pub can_conclude: bool,
}

/// A concern and its answer.
#[derive(Debug, Clone, Default)]
pub struct ConcernCard {
    /// Its number within the session.
    pub number: u32,
    /// What it is.
    pub text: String,
    /// Who raised it.
    pub by: Who,
    /// When.
    pub at: Moment,
    /// Who has to answer it.
    pub owner: Who,
    /// What answers it, and when; open without.
    pub answer: Option<(String, Moment)>,
    /// Whether the reader may answer it: posts `answer`.
    pub can_answer: bool,
}

/// The form that raises a concern.
#[derive(Debug, Clone, Default)]
pub struct ConcernForm {
    /// Who can answer it.
    pub owners: Vec<Choice>,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
}

/// A session to open, at `/alignments/new`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/alignment_form.html")]
pub struct AlignmentForm {
    /// The frame.
    pub layout: Layout,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// Field `title`.
    pub title: String,
    /// Field `from`: `2026-01-05T09:00`.
    pub from: String,
    /// Field `until`.
    pub until: String,
    /// The reader's zone, in which the times are typed.
    pub zone: String,
    /// Field `chair`: an e-mail address; the reader when it is empty.
    pub chair: String,
    /// Field `participants`: e-mail addresses, one a line.
    pub participants: String,
    /// Field `agenda`: numbers of changes, one a line.
    pub agenda: String,
    /// By field name.
    pub errors: FormErrors,
}

/// What a Change Advisory Board looks at next, at `/cab`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/cab.html")]
pub struct CabPage {
    /// The frame.
    pub layout: Layout,
    /// The level whose changes are high risk.
    pub level: Option<String>,
    /// Talked over.
    pub agenda: Vec<CabRow>,
    /// Only told of.
    pub told: Vec<CabRow>,
    /// Leads to a session with this agenda; `None` when there is nothing to talk over.
    pub session: Option<Link>,
    /// When the board meets next, where policy says so.
    pub meeting: Option<Moment>,
}

/// A change as the board sees it.
#[derive(Debug, Clone, Default)]
pub struct CabRow {
    /// Its number, leading to the change.
    pub change: Link,
    /// Its title.
    pub title: String,
    /// `checkout in production`.
    pub place: String,
    /// When its window opens.
    pub window: Option<Moment>,
    /// Why it is talked over.
    pub reasons: Vec<String>,
}
