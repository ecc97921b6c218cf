//! Alignment sessions, and what a Change Advisory Board looks at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::people::PersonRef;
use crate::schedule::ChangeConflict;
use crate::time::Time;

/// Opens an alignment session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignmentRequest {
    /// What it is for, in one line.
    pub title: String,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// IANA time zone it is set in; UTC when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Id of the person who leads it; the caller when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chair: Option<String>,
    /// Ids of those who take part beside the chair; at least one.
    pub participants: Vec<String>,
    /// Numbers or ids of the changes that are talked over, each as it is now.
    #[schema(example = json!(["CHG-1042"]))]
    pub agenda: Vec<String>,
}

/// Raises a concern about a change on the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcernRequest {
    /// Number or id of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// What the concern is.
    pub text: String,
    /// Id of the person who has to answer it; whoever asked for the change when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// Answers a concern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConcernAnswerRequest {
    /// What answers it.
    pub answer: String,
}

/// What came out for one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlignmentOutcome {
    /// They agree on how it is done. No approval.
    Aligned,
    /// They don't.
    NotAligned,
    /// It was not settled; another session takes it up.
    Deferred,
}

/// Says what came out for a change on the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConclusionRequest {
    /// Number or id of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// What came out.
    pub outcome: AlignmentOutcome,
    /// What was agreed, or what is in the way.
    pub words: String,
}

/// Closes a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingRequest {}

/// Gives a session another time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignmentMoveRequest {
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// IANA time zone it is set in; as before when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Why it is moved.
    pub reason: String,
}

/// Cancels a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlignmentCancellationRequest {
    /// Why it is not held.
    pub reason: String,
}

/// Another time that a session got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlignmentMove {
    /// When it was to begin from then on.
    pub from: Time,
    /// When it was to end.
    pub until: Time,
    /// IANA time zone it was set in.
    pub time_zone: String,
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// Who moved it.
    pub moved_by: PersonRef,
    /// When they did.
    pub moved_at: Time,
}

/// Why a session is not held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlignmentCancellation {
    /// Why; null when it was erased.
    pub reason: Option<String>,
    /// Who cancelled it.
    pub cancelled_by: PersonRef,
    /// When they did.
    pub cancelled_at: Time,
}

/// A change on an agenda, as it was when the session was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgendaItem {
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// The revision that is talked over.
    pub revision: u32,
    /// Its digest: what comes out is about this and nothing else.
    pub digest: String,
    /// Its service.
    pub service: String,
    /// Its environment.
    pub environment: String,
    /// Who asked for it, or who owns the machine that did.
    pub requester: Option<PersonRef>,
    /// What came out; null until the chair says so. It counts once the session is closed.
    pub outcome: Option<AlignmentOutcome>,
    /// What was agreed, or what is in the way; null when it was erased or nothing came out yet.
    pub words: Option<String>,
    /// When the chair said so.
    pub concluded_at: Option<Time>,
    /// Concerns about it that nobody has answered.
    pub open_concerns: u32,
}

/// A concern, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Concern {
    /// Its number within the session, from 1.
    pub number: u32,
    /// Number of the change.
    pub change: String,
    /// What it is; null when it was erased.
    pub text: Option<String>,
    /// Who raised it.
    pub raised_by: PersonRef,
    /// When.
    pub raised_at: Time,
    /// Who has to answer it.
    pub owner: PersonRef,
    /// `open` or `answered`.
    #[schema(example = "open")]
    pub state: String,
    /// What answers it; null when it was erased or is open.
    pub answer: Option<String>,
    /// When it was answered.
    pub answered_at: Option<Time>,
    /// Whether the caller may answer it now.
    pub may_answer: bool,
}

/// An alignment session. What comes out of it is never an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alignment {
    /// The session.
    #[schema(example = "aln_01jd3k9q7h2v5n8m4c6b0tzxrw")]
    pub id: String,
    /// What it is for; null when it was erased.
    pub title: Option<String>,
    /// `open`, `closed` or `cancelled`.
    #[schema(example = "open")]
    pub state: String,
    /// When it begins.
    pub from: Time,
    /// When it ends.
    pub until: Time,
    /// IANA time zone it was set in.
    pub time_zone: String,
    /// Other times that it got, in this order.
    #[serde(default)]
    pub moves: Vec<AlignmentMove>,
    /// Who leads it.
    pub chair: PersonRef,
    /// Who takes part beside the chair.
    pub participants: Vec<PersonRef>,
    /// What is talked over, in this order.
    pub agenda: Vec<AgendaItem>,
    /// Concerns, by number.
    pub concerns: Vec<Concern>,
    /// Who opened it.
    pub opened_by: PersonRef,
    /// When.
    pub opened_at: Time,
    /// When its chair closed it.
    pub closed_at: Option<Time>,
    /// Why it is not held; null unless it was cancelled.
    #[serde(default)]
    pub cancellation: Option<AlignmentCancellation>,
    /// Whether the caller leads it and it is open.
    pub may_conclude: bool,
    /// Whether the caller may move or cancel it now.
    #[serde(default)]
    pub may_plan: bool,
}

/// Why a change is on the agenda of the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CabReason {
    /// Stable code: `high_risk`, `risk_unknown`, `conflict`, `alignment_missing`.
    #[schema(example = "high_risk")]
    pub code: String,
    /// The same in words.
    pub words: String,
    /// The conflict, for the code `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ChangeConflict>,
}

/// An open change, as the board sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CabChange {
    /// Number of the change.
    #[schema(example = "CHG-1042")]
    pub change: String,
    /// Its title; null when it was erased.
    pub title: Option<String>,
    /// Its service.
    pub service: String,
    /// Its environment.
    pub environment: String,
    /// Where it stands.
    pub state: String,
    /// When its window opens, if it has one.
    pub window_from: Option<Time>,
    /// Why it is talked over; empty when the board is only told of it.
    pub reasons: Vec<CabReason>,
}

/// What a Change Advisory Board looks at next.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cab {
    /// The approval level whose changes are high risk; null where policy has one level only.
    pub level: Option<String>,
    /// Talked over, by when the window opens and then by number.
    pub agenda: Vec<CabChange>,
    /// Only told of, in the same order.
    pub told: Vec<CabChange>,
    /// When the board meets next; its members are sent the agenda ahead of it. Absent where policy has no
    /// board.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_meeting: Option<Time>,
}
