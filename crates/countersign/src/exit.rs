//! Exit codes: what scripts and pipelines act on. One table for all commands.

use std::process::ExitCode;

use client::ClientError;

/// How the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Allowed, or done.
    Ok,
    /// Something went wrong.
    Error,
    /// The command line or its input can't be used.
    Usage,
    /// The gate said no.
    Denied,
    /// The gate said not yet.
    Pending,
    /// What was approved is out of date.
    Expired,
    /// Nothing is known: no answer, or none that could be found out.
    Unknown,
    /// As the deployment command ended.
    Command(u8),
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::Denied => 10,
            Self::Pending => 11,
            Self::Expired => 12,
            Self::Unknown => 13,
            Self::Command(code) => code,
        }
    }

    /// The exit of a verdict's `exit_code`. A code that is not in the table is not a yes.
    pub const fn of_verdict(exit_code: u8) -> Self {
        match exit_code {
            0 => Self::Ok,
            10 => Self::Denied,
            11 => Self::Pending,
            12 => Self::Expired,
            _ => Self::Unknown,
        }
    }

    /// The exit of a command that failed.
    pub fn of(error: &anyhow::Error) -> Self {
        if let Some(failure) = error.downcast_ref::<Failure>() {
            return failure.exit;
        }
        match error.downcast_ref::<ClientError>() {
            Some(error) if error.is_unknown() => Self::Unknown,
            Some(ClientError::Server { .. }) => Self::Usage,
            Some(ClientError::Sandbox { .. }) => Self::Denied,
            Some(ClientError::Problem(problem)) => match problem.code.as_str() {
                "expired" | "approval_expired" | "superseded" => Self::Expired,
                "invalid_field" | "unknown_field" => Self::Usage,
                _ => Self::Error,
            },
            _ => Self::Error,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// A failure with its exit code, and what can be done about it.
#[derive(Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// What went wrong.
    pub message: String,
    /// What can be done about it.
    pub next: Vec<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// A failure with an exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), next: Vec::new() }
    }

    /// Input that can't be used.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same, with something to do about it.
    pub fn next(mut self, action: impl Into<String>) -> Self {
        self.next.push(action.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use api_types::Problem;

    use super::*;

    fn problem(status: u16, code: &str) -> anyhow::Error {
        ClientError::Problem(Box::new(Problem::new(status, code, "", ""))).into()
    }

    #[test]
    fn every_verdict_has_its_exit_code() {
        for code in [0, 10, 11, 12, 13] {
            assert_eq!(Exit::of_verdict(code).code(), code);
        }
        assert_eq!(Exit::of_verdict(1), Exit::Unknown);
        assert_eq!(Exit::of_verdict(255), Exit::Unknown);
    }

    #[test]
    fn every_error_has_its_exit_code() {
        let unreachable = ClientError::Unreachable { server: String::new(), reason: String::new() };
        let server = ClientError::Server { server: String::new(), reason: String::new() };
        let table: Vec<(anyhow::Error, u8)> = vec![
            (anyhow::anyhow!("anything"), 1),
            (Failure::usage("input").into(), 2),
            (Failure::new(Exit::Denied, "no").into(), 10),
            (server.into(), 2),
            (unreachable.into(), 13),
            (problem(503, "not_ready"), 13),
            (problem(500, "internal"), 13),
            (problem(400, "invalid_field"), 2),
            (problem(401, "unauthenticated"), 1),
            (problem(403, "no_role"), 1),
            (problem(404, "not_found"), 1),
            (problem(409, "expired"), 12),
            (problem(409, "superseded"), 12),
            (problem(409, "stale_revision"), 1),
        ];
        for (error, code) in table {
            assert_eq!(Exit::of(&error).code(), code, "{error:?}");
        }
    }

    #[test]
    fn an_error_with_context_keeps_its_exit_code() {
        let error = anyhow::Error::from(Failure::usage("input")).context("failed to read the file");
        assert_eq!(Exit::of(&error), Exit::Usage);
    }
}
