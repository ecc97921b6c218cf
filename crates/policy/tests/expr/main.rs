//! Tests of the expression language over its public interface.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod diagnostics;
mod explain;
mod meaning;
mod oracle;
mod robust;
mod support;
