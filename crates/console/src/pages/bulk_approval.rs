//! Several changes of one template before, and after, they are approved in one step.

use askama::Template;

use super::inbox::Subject;
use crate::filters;
use crate::view::{Digest, FormErrors, Layout, Moment, Who};

/// The page, at `/bulk-approvals?change=CHG-1042@1&change=…`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/bulk_approval.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The template of all changes.
    pub template: String,
    /// The changes, in the order they were named.
    pub items: Vec<Item>,
    /// What was typed.
    pub justification: String,
    /// What is wrong with the form.
    pub errors: FormErrors,
    /// Hidden key of the form.
    pub idempotency_key: String,
}

impl Page {
    /// How many can be approved.
    #[must_use]
    pub fn open(&self) -> usize {
        self.items.iter().filter(|item| matches!(item.standing, Standing::Open { .. })).count()
    }
}

/// One change with what it comes down to.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// The change.
    pub subject: Subject,
    /// What the form sends: the number and the revision, as `CHG-1042@1`.
    pub value: String,
    /// Its revision now.
    pub revision: u32,
    /// Who asked.
    pub requester: Who,
    /// Why it is needed.
    pub reason: String,
    /// Names and values.
    pub parameters: Vec<(String, String)>,
    /// Names and digests of what would be deployed.
    pub artifacts: Vec<(String, Digest)>,
    /// How it stands for the reader.
    pub standing: Standing,
}

/// How one change stands for the reader.
#[derive(Debug, Clone)]
pub enum Standing {
    /// They can approve it here.
    Open {
        /// As what it would count, e.g. "operations, for Mara Lindqvist".
        counts_as: String,
        /// What an approval states; empty if policy has no words for it.
        meaning: String,
        /// Whether it is ticked.
        chosen: bool,
    },
    /// They approved it.
    Approved {
        /// When.
        at: Moment,
    },
    /// They can't approve it here.
    Refused {
        /// Why.
        why: String,
        /// What they can do.
        next: String,
    },
}

impl Default for Standing {
    fn default() -> Self {
        Self::Refused { why: String::new(), next: String::new() }
    }
}
