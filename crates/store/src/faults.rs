//! What a test can make go wrong in a store.

/// How the next commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The batch is not stored, and the caller is told of an error.
    CommitLost,
    /// The batch is stored, and the caller is told of an error all the same.
    AnswerLost,
}
