//! Passkeys (W3C Web Authentication, level 3), as a relying party checks them.
//!
//! No attestation is asked for, and none is believed: what an authenticator is made of is policy of
//! whoever hands them out. Section numbers are those of the specification.

mod assertion;
mod client_data;
mod data;
mod registration;

pub(crate) use assertion::check as check_assertion;
pub use assertion::{Expected, check_step_up};
pub use registration::{Registered, Registration, register};
