//! Why an action was not allowed, with a stable code and the next step.

use jiff::Timestamp;

use crate::change::{MaterialError, NotInBulk, StateName, Uninformed};
use crate::duties::Hand;
use crate::ids::{ChangeNumber, PersonId, RoleName};
use crate::organisation::{AlignmentRefusal, Lacking};

/// A typed no. `Display` is text for the person who asked; [`Refusal::code`] is for machines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The state does not allow it (C08).
    #[error("can't {action} a change that is {}", state.title())]
    IllegalState {
        /// What was asked.
        action: &'static str,
        /// The state it met.
        state: StateName,
    },
    /// The voter saw another revision.
    #[error("you decided on revision {expected}, but revision {current} is current")]
    StaleRevision {
        /// What the voter saw.
        expected: u32,
        /// What is current.
        current: u32,
    },
    /// Time ran out (C10, F03).
    #[error("it expired at {at:.0}")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// They had a hand in the change (B01, B02).
    #[error("people with a hand in a change don't decide on it: you are {}", titles(hands))]
    SeparationOfDuties {
        /// Who.
        person: PersonId,
        /// How.
        hands: Vec<Hand>,
    },
    /// They hold none of the roles that are asked for.
    #[error("none of your roles over this service is asked for; it needs {}", names(wanted))]
    NoRole {
        /// Who.
        person: PersonId,
        /// What is asked for.
        wanted: Vec<RoleName>,
    },
    /// How they signed in is no proof enough for this (B09).
    #[error("approving this asks for more proof of who you are: {why}")]
    StepUpRequired {
        /// What is missing.
        why: String,
    },
    /// Policy asks for a vote that its voter signed (H13, E08).
    #[error("approving this asks for your signature on the vote")]
    SignatureRequired,
    /// A signature that came with a vote does not hold.
    #[error("your signature is not taken: {why}")]
    SignatureRefused {
        /// What is wrong with it.
        why: &'static str,
    },
    /// They left or are disabled.
    #[error("this person is not active")]
    NotActive {
        /// Who.
        person: PersonId,
    },
    /// A machine asked for what only people may do (B22).
    #[error("only people may {action}")]
    PeopleOnly {
        /// What.
        action: &'static str,
    },
    /// The actor has no right to it.
    #[error("you may not {action}; allowed are {who}")]
    NotEntitled {
        /// What.
        action: &'static str,
        /// Who may.
        who: &'static str,
    },
    /// One or more fields can't be accepted.
    #[error("{}", fields(.0))]
    Fields(Vec<MaterialError>),
    /// Policy wants the decision to rest on the briefing (M5.4).
    #[error("{}", uninformed(*.0))]
    NotInformed(Uninformed),
    /// It is not approved together with others (C17).
    #[error("{number} can't be approved together with others: {why}")]
    NotInBulk {
        /// Which.
        number: ChangeNumber,
        /// Why.
        why: NotInBulk,
    },
    /// Policy wants an alignment session on this revision before it is handed in (M5.6).
    #[error("{0}")]
    NotAligned(Lacking),
    /// An alignment session does not take it.
    #[error("{0}")]
    Alignment(AlignmentRefusal),
    /// A new revision that is like the last one.
    #[error("nothing differs from revision {revision}")]
    NothingMoved {
        /// The last one.
        revision: u32,
    },
    /// There is no such thing, or the actor may not know of it (E17).
    #[error("there is no {entity} `{id}`")]
    NotFound {
        /// What was looked for.
        entity: &'static str,
        /// By which id.
        id: String,
    },
    /// A grant was used already (A09).
    #[error("the grant was redeemed at {at:.0}")]
    AlreadyConsumed {
        /// When.
        at: Timestamp,
    },
    /// It exists already.
    #[error("{entity} `{id}` exists already")]
    Exists {
        /// What.
        entity: &'static str,
        /// Its name.
        id: String,
    },
    /// Policy can't say yes, so the answer is no (I7).
    #[error("policy does not allow it: {reason}")]
    Policy {
        /// Stable code.
        code: String,
        /// Why.
        reason: String,
    },
}

fn uninformed(lack: Uninformed) -> String {
    match lack {
        Uninformed::NotOpened => {
            "policy wants this approval informed, and you did not open the briefing as it is now"
                .to_owned()
        }
        Uninformed::NotAcknowledged => {
            "policy wants this approval informed, and its sentences are not confirmed".to_owned()
        }
        Uninformed::TooSoon { seconds } => {
            format!("policy wants more time for reading: you can approve in {seconds} seconds")
        }
    }
}

fn titles(hands: &[Hand]) -> String {
    hands.iter().map(Hand::title).collect::<Vec<_>>().join(", ")
}

fn names(roles: &[RoleName]) -> String {
    if roles.is_empty() {
        return "nobody's vote".to_owned();
    }
    roles.iter().map(RoleName::as_str).collect::<Vec<_>>().join(" or ")
}

fn fields(errors: &[MaterialError]) -> String {
    errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect::<Vec<_>>().join("; ")
}

impl Refusal {
    /// A refusal of one field.
    #[must_use]
    pub fn field(field: &str, message: &str) -> Self {
        Self::Fields(vec![MaterialError { field: field.to_owned(), message: message.to_owned() }])
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::IllegalState { .. } => "illegal_state",
            Self::StaleRevision { .. } => "stale_revision",
            Self::Expired { .. } => "expired",
            Self::SeparationOfDuties { .. } => "sod_author",
            Self::NoRole { .. } => "no_role",
            Self::StepUpRequired { .. } => "step_up_required",
            Self::SignatureRequired => "signature_required",
            Self::SignatureRefused { .. } => "signature_refused",
            Self::NotActive { .. } => "not_active",
            Self::PeopleOnly { .. } => "people_only",
            Self::NotEntitled { .. } => "not_entitled",
            Self::Fields(_) => "invalid_field",
            Self::NotInformed(_) => "not_informed",
            Self::NotInBulk { .. } => "not_in_bulk",
            Self::NotAligned(_) => "alignment_missing",
            Self::Alignment(refusal) => refusal.code(),
            Self::NothingMoved { .. } => "nothing_moved",
            Self::NotFound { .. } => "not_found",
            Self::AlreadyConsumed { .. } => "already_consumed",
            Self::Exists { .. } => "already_exists",
            Self::Policy { code, .. } => code,
        }
    }

    /// What the person who asked can do next.
    #[must_use]
    pub fn next_action(&self) -> &'static str {
        match self {
            Self::IllegalState { .. } => "open the change to see what can be done with it now",
            Self::StaleRevision { .. } => "open the change again, read what moved, then decide",
            Self::Expired { .. } => "ask for a new revision or a new change",
            Self::SeparationOfDuties { .. } => "ask somebody who had no hand in it",
            Self::NoRole { .. } => "ask a holder of one of these roles, or an admin for the role",
            Self::StepUpRequired { .. } => {
                "open /step-up in the console, prove again who you are, and approve there"
            }
            Self::SignatureRequired => {
                "approve on the change's page with your passkey, or run `countersign vote approve \
                 --sign-with KEY`; register a key first under Signing keys or with `countersign key add`"
            }
            Self::SignatureRefused { .. } => "ask for the statement again, sign that, and vote",
            Self::NotActive { .. } => "ask an admin",
            Self::PeopleOnly { .. } => "sign in as a person",
            Self::NotEntitled { .. } => "ask one of them",
            Self::Fields(_) => "correct the fields and send it again",
            Self::NotInformed(Uninformed::NotOpened) => {
                "open the briefing of the change, then decide"
            }
            Self::NotInformed(Uninformed::NotAcknowledged) => {
                "confirm the sentences of the briefing, then approve; rejecting needs none of it"
            }
            Self::NotInformed(Uninformed::TooSoon { .. }) => "read on, then approve",
            Self::NotInBulk { .. } => "open it and vote there",
            Self::NotAligned(_) => {
                "leave it a draft, take it through an alignment session (`countersign alignment open`, \
                 or the page Alignment), and submit it once its chair has closed the session with it \
                 aligned"
            }
            Self::Alignment(refusal) => refusal.next_action(),
            Self::NothingMoved { .. } => "change something, or leave the revision as it is",
            Self::NotFound { .. } => "check the id; you may lack the right to see it",
            Self::AlreadyConsumed { .. } => "ask the gate again",
            Self::Exists { entity: "override", .. } => {
                "use the one that is open, or wait until its time is over"
            }
            Self::Exists { .. } => "choose another name, or change the existing one",
            Self::Policy { .. } => "read the reasons and supply what is missing",
        }
    }
}
