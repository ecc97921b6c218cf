//! The status language: a state is always a symbol and a word, and only then a colour.

use askama::Template;

use crate::filters;

/// How a status is meant; picks the colour, never carries meaning alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Done, allowed, valid.
    Good,
    /// Refused, failed, broken.
    Bad,
    /// Needs attention.
    Warn,
    /// In progress.
    Busy,
    /// Worth knowing.
    Info,
    /// In the background.
    #[default]
    Quiet,
}

impl Tone {
    /// The CSS class suffix.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Busy => "busy",
            Self::Info => "info",
            Self::Quiet => "quiet",
        }
    }

    /// The symbol of messages in this tone.
    #[must_use]
    pub fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::Check,
            Self::Bad => Icon::Cross,
            Self::Warn => Icon::Alert,
            Self::Busy => Icon::Clock,
            Self::Info | Self::Quiet => Icon::Info,
        }
    }
}

/// A symbol of the sprite in the layout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Icon {
    /// ✓
    Check,
    /// ✗
    Cross,
    /// ?
    Question,
    /// –
    Dash,
    /// i
    #[default]
    Info,
    /// A triangle with an exclamation mark.
    Alert,
    /// Waiting.
    Clock,
    /// Held.
    Pause,
    /// Running.
    Play,
    /// Being written.
    Pencil,
    /// Stopped for good.
    Stop,
    /// Back to before.
    Undo,
    /// Replaced by a later one.
    Forward,
    /// Closed, filed.
    Archive,
    /// Risk.
    Gauge,
    /// A permission.
    Key,
}

impl Icon {
    /// Its id in the sprite, without the prefix.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Cross => "cross",
            Self::Question => "question",
            Self::Dash => "dash",
            Self::Info => "info",
            Self::Alert => "alert",
            Self::Clock => "clock",
            Self::Pause => "pause",
            Self::Play => "play",
            Self::Pencil => "pencil",
            Self::Stop => "stop",
            Self::Undo => "undo",
            Self::Forward => "forward",
            Self::Archive => "archive",
            Self::Gauge => "gauge",
            Self::Key => "key",
        }
    }
}

/// A status: symbol, word, tone.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/badge.html")]
pub struct Badge {
    /// Picks the colour.
    pub tone: Tone,
    /// The symbol.
    pub icon: Icon,
    /// One or two words.
    pub word: String,
}

impl Badge {
    /// A badge from its three parts.
    pub fn new(tone: Tone, icon: Icon, word: impl Into<String>) -> Self {
        Self { tone, icon, word: word.into() }
    }
}

/// The state of a change, without the hold, which is a flag over any state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are those of the domain's states")]
pub enum ChangeState {
    #[default]
    Draft,
    Assessing,
    AwaitingApproval,
    Approved,
    Implementing,
    Completed,
    CompletedWithIssues,
    Failed,
    RolledBack,
    Closed,
    Rejected,
    Cancelled,
    Expired,
    Superseded,
}

impl ChangeState {
    /// The state as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Draft => (Tone::Quiet, Icon::Pencil, "Draft"),
            Self::Assessing => (Tone::Busy, Icon::Gauge, "Assessing"),
            Self::AwaitingApproval => (Tone::Warn, Icon::Clock, "Awaiting approval"),
            Self::Approved => (Tone::Good, Icon::Check, "Approved"),
            Self::Implementing => (Tone::Busy, Icon::Play, "Implementing"),
            Self::Completed => (Tone::Good, Icon::Check, "Completed"),
            Self::CompletedWithIssues => (Tone::Warn, Icon::Alert, "Completed with issues"),
            Self::Failed => (Tone::Bad, Icon::Cross, "Failed"),
            Self::RolledBack => (Tone::Bad, Icon::Undo, "Rolled back"),
            Self::Closed => (Tone::Quiet, Icon::Archive, "Closed"),
            Self::Rejected => (Tone::Bad, Icon::Cross, "Rejected"),
            Self::Cancelled => (Tone::Quiet, Icon::Stop, "Cancelled"),
            Self::Expired => (Tone::Quiet, Icon::Clock, "Expired"),
            Self::Superseded => (Tone::Quiet, Icon::Forward, "Superseded"),
        };
        Badge::new(tone, icon, word)
    }
}

/// How risky a change is; the name policy uses for the level goes beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words explain themselves")]
pub enum RiskLevel {
    Low,
    #[default]
    Medium,
    High,
    Critical,
    Unassessed,
}

impl RiskLevel {
    /// The level as a badge, e.g. "High risk".
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, word) = match self {
            Self::Unassessed => (Tone::Quiet, "Risk not assessed"),
            Self::Low => (Tone::Good, "Low risk"),
            Self::Medium => (Tone::Info, "Medium risk"),
            Self::High => (Tone::Warn, "High risk"),
            Self::Critical => (Tone::Bad, "Critical risk"),
        };
        Badge::new(tone, Icon::Gauge, word)
    }
}

/// A person's decision on a revision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words are those of the domain's votes")]
pub enum Decision {
    Approve,
    Reject,
    RequestChanges,
    #[default]
    Abstain,
}

impl Decision {
    /// The decision as a badge, in the past tense.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Approve => (Tone::Good, Icon::Check, "Approved"),
            Self::Reject => (Tone::Bad, Icon::Cross, "Rejected"),
            Self::RequestChanges => (Tone::Warn, Icon::Pencil, "Requested changes"),
            Self::Abstain => (Tone::Quiet, Icon::Dash, "Abstained"),
        };
        Badge::new(tone, icon, word)
    }

    /// The value of the form field `decision`: `approve`, `reject`, `request-changes` or `abstain`.
    #[must_use]
    pub fn value(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request-changes",
            Self::Abstain => "abstain",
        }
    }
}

/// The outcome of one node of the explanation tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// ✓ Everything it needs is there.
    Satisfied,
    /// ✗ Something is missing that can still be given.
    Missing,
    /// ✗ It refuses, and no further vote helps (rejection, hold, freeze, separation of duties).
    Refused,
    /// ? It could not be decided.
    Unknown,
    /// – Its condition does not hold for this change.
    NotApplicable,
    /// A fact, neither met nor missing.
    #[default]
    Info,
}

impl Outcome {
    /// The outcome as a badge.
    #[must_use]
    pub fn badge(self) -> Badge {
        let (tone, icon, word) = match self {
            Self::Satisfied => (Tone::Good, Icon::Check, "Satisfied"),
            Self::Missing => (Tone::Warn, Icon::Cross, "Missing"),
            Self::Refused => (Tone::Bad, Icon::Stop, "Refused"),
            Self::Unknown => (Tone::Warn, Icon::Question, "Unknown"),
            Self::NotApplicable => (Tone::Quiet, Icon::Dash, "Does not apply"),
            Self::Info => (Tone::Info, Icon::Info, "Note"),
        };
        Badge::new(tone, icon, word)
    }
}
