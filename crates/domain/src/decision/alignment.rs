//! The alignment session that policy wants before a change is handed in, as a part of its decision.

use crate::change::{Assessment, Change, State};
use crate::explanation::{Explanation, Outcome};
use crate::organisation::Directory;

/// How a change stands against the rules that want a session; nothing when none does. A session is
/// never an approval: without the votes it meets nothing.
pub(super) fn check(
    change: &Change,
    assessment: &Assessment,
    directory: &Directory,
) -> Option<Explanation> {
    let rule = assessment.alignment.first()?;
    let digest = &change.revision().digest;
    let node = match directory.lacks_alignment(&change.id, digest) {
        Some(lacking) => {
            let title = "an alignment session on this revision is missing";
            // Handed in before policy asked for it, it needs the session and nothing else.
            let then = match &change.state {
                State::Draft | State::Assessing => "submit it once the session is closed",
                _ => "it goes on once the session is closed and agrees on it",
            };
            Explanation::new(Outcome::Missing, "alignment_missing", title)
                .detail(format!("{lacking}; open a session with it, and {then}"))
        }
        None => {
            let title = "it was aligned in a session before";
            let last = directory.last_alignment(&change.id, digest);
            let held = last.map(|(known, _)| {
                let chair = directory.person_name(&known.opened.chair);
                format!("{} led by {chair}; no approval by itself", known.opened.id)
            });
            Explanation::new(Outcome::Satisfied, "aligned", title).detail(held.unwrap_or_default())
        }
    };
    Some(node.rule(rule.clone()))
}
