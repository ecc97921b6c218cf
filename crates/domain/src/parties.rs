//! People who act for one another count once between them (I4, M5.2).
//!
//! A vote stands for its voter and for whoever it was given on behalf of. Votes that have anybody
//! in common, also over others, are one party, and a party fills one place.

use crate::change::Vote;
use crate::ids::PersonId;

/// Parts votes into parties. Each party lists its votes: those in somebody's own right first, then
/// by time.
#[must_use]
pub fn parties(votes: &[&Vote]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..votes.len()).collect();
    order.sort_by_key(|n| votes.get(*n).map(|v| (v.on_behalf_of.is_some(), v.at, v.id.clone())));
    let mut found: Vec<(Vec<&PersonId>, Vec<usize>)> = Vec::new();
    for n in order {
        let Some(vote) = votes.get(n) else { continue };
        let mut people: Vec<&PersonId> = std::iter::once(&vote.person)
            .chain(vote.on_behalf_of.as_ref().map(|o| &o.person))
            .collect();
        let mut members = Vec::new();
        // Whoever it connects becomes one party with it.
        let shares =
            |known: &mut (Vec<&PersonId>, Vec<usize>)| known.0.iter().any(|p| people.contains(p));
        let joined: Vec<_> = found.extract_if(.., shares).collect();
        for (others, theirs) in joined {
            people.extend(others);
            members.extend(theirs);
        }
        members.push(n);
        found.push((people, members));
    }
    found.into_iter().map(|(_, members)| members).collect()
}
