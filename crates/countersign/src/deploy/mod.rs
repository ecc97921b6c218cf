//! What `gate` and `run` share: artifacts, the question, offline grants, waiting, the command.

pub mod artifact;
pub mod child;
pub mod declared;
pub mod evidence;
pub mod git;
pub mod offline;
pub mod question;
pub mod record;
pub mod sealed;
pub mod spool;
pub mod wait;
