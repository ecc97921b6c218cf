//! What people are told, and what still has to be sent.
//!
//! These rows are no read models: they say what was done and what is left to do outside the
//! journal. A rebuild leaves them alone, so that nothing unsent is lost and nothing is sent again.
//! They are written in the transaction of the events they tell of (C12).

use domain::ids::{ChangeId, PersonId};
use jiff::Timestamp;

/// One thing one person is told, in the product itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Follows from the event and the person, so that telling twice is telling once.
    pub id: String,
    /// Who is told.
    pub person: PersonId,
    /// The change it is about, if it is about one.
    pub change: Option<ChangeId>,
    /// When it happened.
    pub at: Timestamp,
    /// What it says, as JSON that the store does not read.
    pub data: String,
    /// When they read it.
    pub read_at: Option<Timestamp>,
    /// When it is known to have arrived where this person wants to hear of it.
    pub arrived_at: Option<Timestamp>,
}

/// A message that waits for its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Follows from the event and the receiver; receivers recognise a repetition by it.
    pub id: String,
    /// What must stay in order: one receiver, or one change at one receiver. A lane is delivered by
    /// one node at a time, oldest message first.
    pub lane: String,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it may be sent.
    pub due_at: Timestamp,
    /// By then a pause between two deliveries of the lane is over; a pause after a failure is not.
    pub pause_ends_by: Option<Timestamp>,
    /// What to send, as JSON that the store does not read.
    pub data: String,
}

/// A claim on lanes that are due.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Due at this time.
    pub now: Timestamp,
    /// A word that nobody else uses; the settlement names it again.
    pub lease: &'a str,
    /// Until then nobody else gets these lanes.
    pub leased_until: Timestamp,
    /// At most so many lanes.
    pub lanes: usize,
    /// At most so many messages a lane.
    pub messages: usize,
}

/// A lane under a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLane {
    /// The lane.
    pub lane: String,
    /// Failures since the last delivery.
    pub attempts: u32,
    /// Its oldest messages, oldest first.
    pub messages: Vec<OutboxMessage>,
}

/// What came of a claimed lane. Without the lease that it was claimed under it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The lane.
    pub lane: String,
    /// The lease.
    pub lease: String,
    /// When.
    pub at: Timestamp,
    /// Messages that are dealt with.
    pub delivered: Vec<String>,
    /// Notifications that arrived by them.
    pub arrived: Vec<String>,
    /// Messages that are given up.
    pub dead: Vec<String>,
    /// Why, for those that are given up or will be tried again.
    pub error: Option<String>,
    /// Failures since the last delivery.
    pub attempts: u32,
    /// The next delivery comes no sooner.
    pub not_before: Timestamp,
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The message.
    pub message: OutboxMessage,
    /// When it was given up.
    pub died_at: Timestamp,
    /// Why.
    pub error: String,
}

/// How the outbox stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were given up.
    pub dead: u64,
    /// The oldest message that is due and was not delivered yet.
    pub oldest_due: Option<Timestamp>,
}

/// A write to notifications or to the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxWrite {
    /// Tells a person. An id that was told already changes nothing.
    Notification(NotificationRow),
    /// Puts a message into its lane. An id that is there already changes nothing.
    Message(OutboxMessage),
    /// Marks notifications of a person as read: these, or without a list all that are there.
    Read {
        /// Whose.
        person: PersonId,
        /// Which.
        ids: Option<Vec<String>>,
        /// When.
        at: Timestamp,
    },
    /// Ends a claim.
    Settle(Settlement),
    /// Puts messages that were given up back into their lanes.
    Replay {
        /// Which.
        ids: Vec<String>,
        /// When.
        at: Timestamp,
    },
    /// Forgets notifications from before, and lanes with nothing in them.
    Forget {
        /// Before then.
        before: Timestamp,
    },
}
