//! Feeds: what others write, what we write, and what is meant to do harm.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod hostile;
mod read;
mod write;
