//! How far conditions of two bundles mean the same.

use crate::bundle::Bundle;
use crate::expr::Condition;

/// The facts whose values each bundle declares, as far as the two declare others.
pub(super) struct Vocabulary {
    moved: Vec<&'static str>,
}

impl Vocabulary {
    pub(super) fn of(after: &Bundle, before: &Bundle) -> Self {
        let names = |bundle: &Bundle| -> [Vec<String>; 4] {
            [
                bundle.environments.iter().map(|e| e.name.to_string()).collect(),
                bundle.templates.iter().map(|t| t.name.to_string()).collect(),
                bundle.roles.iter().map(|r| r.name.to_string()).collect(),
                bundle.levels.iter().map(|l| l.name.clone()).collect(),
            ]
        };
        let facts = ["environment.name", "change.template", "requester.roles", "risk.level"];
        let both = names(after).into_iter().zip(names(before));
        let moved = facts.into_iter().zip(both).filter(|(_, (after, before))| after != before);
        Self { moved: moved.map(|(fact, _)| fact).collect() }
    }

    /// Whether a condition holds for whatever another one held for. One that may fail for some changes
    /// blocks these, so in its place none does but the same.
    pub(super) fn implies(&self, before: &Condition, after: &Condition) -> bool {
        let reads_moved = |c: &Condition| c.fields().any(|fact| self.moved.contains(&fact));
        let same = after.source().trim() == before.source().trim() && !reads_moved(after);
        // Compiled against other names, programs can't be compared.
        same || (!may_fail(before) && self.moved.is_empty() && before.implies(after))
    }
}

/// Whether a condition may fail for some changes, which blocks them.
pub(super) fn may_fail(condition: &Condition) -> bool {
    !condition.atoms().opaque.is_empty()
}
