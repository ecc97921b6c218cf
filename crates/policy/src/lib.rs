//! Policy: what a change needs before it may be deployed.
//!
//! Ring 0. This crate parses, checks, compiles and evaluates policy. It must never do IO, read a
//! clock, draw randomness, or know how facts are stored; facts and time come in as arguments.
#![deny(missing_docs)]

pub mod assess;
pub mod bundle;
pub mod diagnostic;
pub mod drill;
pub mod expr;
pub mod feasibility;
pub mod prove;
pub mod replay;
pub mod shadow;
pub mod starter;

pub use bundle::{json_schema, schema_reference};

pub use assess::{Assessed, AssessmentFacts, History};
pub use bundle::{Automation, Bundle, CaseResult, Loaded, TestReport};
pub use diagnostic::Diagnostic;
pub use prove::Proof;
