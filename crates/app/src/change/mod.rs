//! What can be done with a change and asked about it, one file an action.

mod ask_gate;
mod briefing;
mod bulk;
mod cab;
mod close;
mod create;
mod exception;
mod explain;
mod feed;
mod finish_deployment;
mod hold;
mod inbox;
mod object;
mod overriding;
mod planned;
mod plans;
mod redeem_grant;
mod revise;
mod schedule;
mod sealed;
mod set;
mod settle;
mod timeline;
mod vote;
mod withdraw;

pub(crate) use ask_gate::answer;
pub use ask_gate::{Asked, QuestionDraft, is_unknown};
pub use briefing::Briefed;
pub use bulk::{Bulk, BulkItem, BulkOutcome, Looked, Standing};
pub use cab::Cab;
pub use create::NewChange;
pub(crate) use settle::settled;

pub use explain::{Explained, VoterView};
pub use feed::{FeedContents, OnCall};
pub use finish_deployment::DeploymentReport;
pub use inbox::{Inbox, InboxItem};
pub use overriding::OverrideDraft;
pub use planned::Planned;
pub(crate) use plans::PlanWatch;
pub use plans::Troubles;
pub use redeem_grant::Redeemed;
pub use sealed::{IssuedSealed, Reconciled, SealedDraft};
pub use set::{NewChangeSet, SetExplained, SetListed};
pub use timeline::{Readings, TimelineItem};
pub use vote::VoteDraft;
