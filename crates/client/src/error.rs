//! What can go wrong between asking and having the answer.

use std::error::Error;

use api_types::Problem;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The given server can't be one.
    #[error("use `{server}` as a server: {reason}")]
    Server {
        /// What was given.
        server: String,
        /// Why not.
        reason: String,
    },
    /// The server answered with a problem.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// There was no answer: nothing is known.
    #[error("reach the server {server}: {reason}")]
    Unreachable {
        /// The server.
        server: String,
        /// The last reason.
        reason: String,
    },
    /// A sandbox answered where only the real server will do.
    #[error(
        "take the answer of {server}: it is a sandbox, a copy of {of}, and its yes opens nothing real"
    )]
    Sandbox {
        /// The server.
        server: String,
        /// The log it is a copy of.
        of: String,
    },
    /// What answered does not speak this API.
    #[error("understand the answer of {server} to {request}: {reason}")]
    Protocol {
        /// The server.
        server: String,
        /// Method and path.
        request: String,
        /// What was not understood.
        reason: String,
    },
}

impl ClientError {
    /// The stable code of a problem.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|p| p.code.as_str())
    }

    /// The problem, if the server answered with one.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            Self::Server { .. }
            | Self::Unreachable { .. }
            | Self::Sandbox { .. }
            | Self::Protocol { .. } => None,
        }
    }

    /// Whether nothing can be known: no answer, or a server that can't answer now.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Problem(problem) => problem.status >= 500,
            Self::Server { .. } | Self::Sandbox { .. } | Self::Protocol { .. } => false,
        }
    }
}

/// An error with its causes on one line. reqwest keeps the telling part in the causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        source = cause.source();
    }
    text
}
