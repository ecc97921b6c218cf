//! Tests of policy bundles over the public interface.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod assess;
mod automation;
mod board;
mod calendars;
mod drill;
mod feasibility;
mod gate_mode;
mod groups;
mod properties;
mod prove;
mod reference;
mod refused;
mod replay;
mod response;
mod starters;
mod support;
mod weaker;
mod windows;
