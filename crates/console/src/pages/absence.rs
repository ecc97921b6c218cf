//! One's own absences, and who answers for whom meanwhile.

use askama::Template;

use crate::filters;
use crate::view::{Badge, Choice, FormErrors, Layout, Moment, Who};

/// The page, at `/absence`. Posts an absence to the same path and a delegation to
/// `/absence/delegations`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/absence.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Absences under way and to come.
    pub absences: Vec<AbsenceRow>,
    /// Calendars that absences follow: the reader's own, for admins all.
    pub feeds: Vec<FeedRow>,
    /// Who answers for the reader.
    pub given: Vec<DelegationRow>,
    /// For whom the reader answers.
    pub received: Vec<DelegationRow>,
    /// Rights the reader could delegate, `role@scope`; without any there is no form.
    pub rights: Vec<Choice>,
    /// What was typed before.
    pub typed: Typed,
    /// Whether the reader may enter an absence for somebody else.
    pub for_others: bool,
    /// The zone of the times typed, in words.
    pub zone: String,
    /// Sent as `idempotency_key` by both forms.
    pub idempotency_key: String,
    /// Fields of both forms.
    pub errors: FormErrors,
}

/// What a calendar changes, before it is recorded.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/absence_import.html")]
pub struct ImportPage {
    /// The frame.
    pub layout: Layout,
    /// Whose absences.
    pub who: Who,
    /// What is entered; the reason is the title of the event.
    pub entered: Vec<AbsenceRow>,
    /// What is taken back.
    pub cancelled: Vec<AbsenceRow>,
    /// How many are there already.
    pub kept: usize,
    /// How many are too short.
    pub short: usize,
    /// What was not understood, a line each.
    pub skipped: Vec<String>,
    /// Field `person`, as it was typed.
    pub person: String,
    /// Field `calendar`: the file.
    pub calendar: String,
}

/// What was typed into the forms.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// Field `person`, of an admin: whose absence; empty is their own.
    pub person: String,
    /// Field `from`, a date and time in the zone.
    pub from: String,
    /// Field `until`.
    pub until: String,
    /// Field `reason`.
    pub reason: String,
    /// Field `to`: name, user name or e-mail address.
    pub to: String,
    /// Field `delegated_from`; empty is now.
    pub delegated_from: String,
    /// Field `delegated_until`.
    pub delegated_until: String,
    /// Field `why`.
    pub why: String,
}

/// An absence.
#[derive(Debug, Clone, Default)]
pub struct AbsenceRow {
    /// Its id.
    pub id: String,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub until: Moment,
    /// Why; empty if not said.
    pub reason: String,
}

/// A calendar that absences follow. Its address is a secret.
#[derive(Debug, Clone, Default)]
pub struct FeedRow {
    /// Whose absences: their id.
    pub person: String,
    /// Their name; empty for the reader's own.
    pub name: String,
    /// The host it is fetched from.
    pub host: String,
    /// Whether it can't be read.
    pub failing: bool,
}

/// A delegation, from either side.
#[derive(Debug, Clone, Default)]
pub struct DelegationRow {
    /// Its id.
    pub id: String,
    /// The other one.
    pub who: Who,
    /// The role.
    pub role: String,
    /// Where.
    pub scope: String,
    /// From when.
    pub from: Moment,
    /// Until when.
    pub until: Moment,
    /// E.g. "In force".
    pub status: Badge,
    /// Whether it can still be ended.
    pub can_end: bool,
}
