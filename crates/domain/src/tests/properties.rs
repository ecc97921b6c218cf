//! The matching against a reference that tries everything, and invariants over random histories.

use proptest::prelude::*;

use crate::change::VoteDecision;
use crate::fixture::*;
use crate::gate::Answer;
use crate::organisation::{Directory, OrganisationEvent, Status};

const PEOPLE: [&str; 5] = ["bo", "cy", "di", "ed", "flo"];
const ROLES: [&str; 3] = ["service-owner", "release-manager", "security"];

/// A random organisation: who holds which role, who is gone.
fn arrange(roles: &[(usize, usize)], gone: &[usize]) -> Directory {
    let mut directory = directory();
    for (person, role) in roles {
        directory.apply(&OrganisationEvent::RoleBound(binding(
            ROLES[*role],
            "organisation",
            PEOPLE[*person],
        )));
    }
    for n in gone {
        let person = person(PEOPLE[*n]);
        directory.apply(&OrganisationEvent::PersonStatusSet { person, status: Status::Inactive });
    }
    directory
}

/// Whether distinct active approvers can fill every place: all assignments are tried.
fn reference(
    places: &[&str],
    approvers: &[&str],
    directory: &Directory,
    used: &mut Vec<usize>,
) -> bool {
    let Some((role, rest)) = places.split_first() else { return true };
    (0..approvers.len()).any(|n| {
        let fits = !used.contains(&n) && directory.holds(&person(approvers[n]), role);
        if !fits {
            return false;
        }
        used.push(n);
        let filled = reference(rest, approvers, directory, used);
        used.pop();
        filled
    })
}

proptest! {
    #[test]
    fn i1_i4_allow_only_when_distinct_eligible_people_fill_every_place(
        roles in prop::collection::vec((0usize..5, 0usize..3), 0..8),
        gone in prop::collection::vec(0usize..5, 0..2),
        counts in prop::collection::vec(0u32..3, 3),
        votes in prop::collection::vec((0usize..5, 0u8..4), 0..8),
    ) {
        let before = arrange(&roles, &[]);
        let asked: Vec<_> = ROLES.iter().zip(&counts)
            .filter(|(_, n)| **n > 0).map(|(role, n)| requirement(role, *n)).collect();
        let mut change = submitted(material(), assessment(asked.clone()));
        for (n, (who, decision)) in votes.iter().enumerate() {
            let decision = [VoteDecision::Approve, VoteDecision::Approve,
                VoteDecision::Abstain, VoteDecision::RequestChanges][*decision as usize];
            let ballot = ballot(PEOPLE[*who], decision, u8::try_from(n).unwrap());
            if let Ok(events) = change.vote(ballot, &asked, &before, at(1)) {
                for event in events { change.apply(&event, at(1)).unwrap(); }
            }
        }
        let after = arrange(&roles, &gone);
        let decision = decided(&change, &after, at(2));

        let current = |d| change.current_votes().filter(|v| v.decision == d)
            .filter_map(|v| PEOPLE.iter().find(|p| person(p) == v.person).copied())
            .collect::<Vec<_>>();
        let places: Vec<&str> = ROLES.iter().zip(&counts)
            .flat_map(|(role, n)| std::iter::repeat_n(*role, *n as usize)).collect();
        let filled = reference(&places, &current(VoteDecision::Approve), &after, &mut Vec::new());
        let objections = current(VoteDecision::RequestChanges);
        let expected = !places.is_empty() && filled && objections.is_empty();
        prop_assert_eq!(decision.approved, expected, "{:#?}", decision.explanation);

        // Whatever the votes say, a change nobody recorded as approved is never allowed.
        let verdict = ask(&question(&change), &change, &after, at(2));
        prop_assert_ne!(verdict.answer, Answer::Allow);
    }

    #[test]
    fn a_digest_or_id_is_read_back_or_refused_and_never_panics(text in "\\PC{0,80}") {
        let _ = text.parse::<crate::change::Digest>();
        let _ = text.parse::<crate::ids::ChangeId>();
        let _ = text.parse::<crate::ids::ChangeNumber>();
        let _ = text.parse::<crate::requirement::Scope>();
        let _ = text.parse::<crate::ids::ServiceName>();
    }
}

proptest! {
    #[test]
    fn a_revision_digest_is_of_the_bytes_that_another_implementation_writes(
        title: String,
        attributes: std::collections::BTreeMap<String, String>,
        incident: Option<String>,
    ) {
        let mut material = material();
        material.title = title.as_str().into();
        material.attributes = attributes;
        material.incident = incident;
        let revision =
            crate::change::Revision::new(1, material, [1; 16], actor("ana"), at(0)).unwrap();
        let covered = (&revision.blinding, &revision.material);
        let theirs = serde_json_canonicalizer::to_vec(&covered).unwrap();
        prop_assert_eq!(&revision.digest, &crate::change::Digest::of(&theirs));
        prop_assert_eq!(revision.found_digest(), Some(revision.digest.clone()));
    }
}
