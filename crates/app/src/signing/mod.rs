//! Keys that people sign with, and the statements and ceremonies they sign in.

mod ceremony;
mod keys;
mod statement;

pub use ceremony::{Ceremony, Site};
pub use keys::PasskeyDraft;
pub use statement::{SignatureDraft, Unsigned};
