//! Outside systems that keep what they get, behind real sockets of this machine.

mod http;
mod smtp;

pub use http::{Call, HttpSink};
pub use smtp::{Received, SmtpSink};
