//! What can go wrong between "a test wants PostgreSQL" and a database it can use.

use std::io;

/// Failure of a step in finding, starting or using the test server.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No server programs on this machine.
    #[error(
        "find PostgreSQL's `initdb` (looked in COUNTERSIGN_PG_BIN, /usr/lib/postgresql/*/bin and \
         PATH); install it, for example with `apt-get install postgresql`"
    )]
    NotInstalled,
    /// A server program ran and refused.
    #[error("run `{tool}`: {output}")]
    Tool {
        /// Program name, without its folder.
        tool: String,
        /// What it printed, both streams.
        output: String,
    },
    /// A file, socket or process operation failed.
    #[error("{doing}")]
    Io {
        /// The operation, as a fragment after "failed to".
        doing: String,
        /// The operating system's answer.
        source: io::Error,
    },
}

impl ClusterError {
    /// Adapter for `map_err`: names the operation that met an I/O error.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
