//! The parts pages are made of. Each renders itself; a template writes `{{ part|html }}`.

mod form;
mod layout;
mod parts;
mod status;
mod tree;

pub use form::{Choice, FieldError, FormErrors, StatusChange};
pub use layout::{Flash, Layout, NavLink, Section, User};
pub use parts::{Digest, Empty, Link, Moment, NextStep, Paging, SourceFile, Who};
pub use status::{Badge, ChangeState, Decision, Icon, Outcome, RiskLevel, Tone};
pub use tree::{Missing, Node, NodeVote};
