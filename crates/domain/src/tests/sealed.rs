//! Sealed overrides: who issues and holds them, and what is said of their use.

use crate::change::{Change, ChangeEvent, DeploymentOutcome, Digest, Override, SealedUse, State};
use crate::duties::Duties;
use crate::fixture::{at, directory, emergency, person, terms};
use crate::ids::{OverrideId, PersonId, SealedOverrideId};
use crate::organisation::{
    Directory, Holder, KnownSealed, OrganisationEvent, SealedClaim, SealedOverride,
    SealedRevocation, SealedState,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::sealed::{
    Ended, Entry, Line, Opened, Record, Use, commitment, half, in_groups, problems, proof,
};

const HALVES: [&str; 2] = ["00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100"];

fn id() -> SealedOverrideId {
    SealedOverrideId::new(at(0), [7; 10])
}

fn holder(of: &PersonId, n: usize) -> Holder {
    Holder { person: of.clone(), commitment: commitment(&proof(&id(), of, HALVES[n])) }
}

fn claim(by: &str, holders: [&str; 2]) -> SealedClaim {
    let [one, other] = holders.map(person);
    SealedClaim {
        id: id(),
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        person: person(by),
        account: crate::ids::AccountId::new(at(0), [1; 10]),
        holders: [holder(&one, 0), holder(&other, 1)],
        minutes: None,
        policy: "sha256:00".to_owned(),
    }
}

fn issued() -> SealedOverride {
    directory().issue_sealed(claim("bo", ["cy", "ed"]), Some(&terms()), at(0)).unwrap()
}

fn known() -> KnownSealed {
    KnownSealed { issued: issued(), revoked: None, uses: Vec::new() }
}

fn opened() -> Opened {
    let sealed = issued();
    let [one, other] = sealed.holders.each_ref().map(|h| h.person.clone());
    Opened {
        sealed: sealed.id,
        service: sealed.service,
        environment: sealed.environment,
        artifacts: Vec::new(),
        parameters: std::collections::BTreeMap::new(),
        plan: None,
        incident: "INC-7".to_owned(),
        reason: "nobody answers".to_owned(),
        ran_by: "op@laptop".to_owned(),
        proofs: [proof(&id(), &one, HALVES[0]), proof(&id(), &other, HALVES[1])],
    }
}

fn used(minutes: i64) -> Use {
    Use { record: Digest::of(b"line"), at: at(minutes), opened: opened(), ended: None }
}

fn code(refused: Result<SealedOverride, Refusal>) -> String {
    format!("{:?}", refused.unwrap_err())
}

#[test]
fn g03_a_sealed_override_needs_policy_and_two_others_who_hold_it() {
    let directory = directory();
    let issue = |by, holders| directory.issue_sealed(claim(by, holders), Some(&terms()), at(0));
    assert!(issue("bo", ["cy", "ed"]).is_ok());
    assert!(code(issue("ana", ["cy", "ed"])).contains("NoRole"));
    assert!(code(issue("bo", ["cy", "cy"])).contains("holders"));
    assert!(code(issue("bo", ["bo", "ed"])).contains("holders"));
    assert!(code(issue("bo", ["cy", "nobody"])).contains("holders"));
    let mut without = terms();
    without.sealed_minutes = None;
    for terms in [Some(&without), None] {
        let refused = directory.issue_sealed(claim("bo", ["cy", "ed"]), terms, at(0));
        assert!(code(refused).contains("sealed_not_allowed"));
    }
    for (minutes, good) in [(0, false), (1, true), (30 * 24 * 60, true), (30 * 24 * 60 + 1, false)]
    {
        let mut claim = claim("bo", ["cy", "ed"]);
        claim.minutes = Some(minutes);
        assert_eq!(directory.issue_sealed(claim, Some(&terms()), at(0)).is_ok(), good, "{minutes}");
    }
}

#[test]
fn g03_a_half_is_read_as_people_write_it_and_is_nowhere_in_the_journal() {
    assert_eq!(half(&in_groups(HALVES[0])).as_deref(), Some(HALVES[0]));
    assert_eq!(half(" 0011-2233 44556677-8899AABB ccddeeff\n").as_deref(), Some(HALVES[0]));
    for wrong in ["", "0011", "0011-2233-4455-6677-8899-aabb-ccdd-eefg", "öö"] {
        assert_eq!(half(wrong), None, "{wrong}");
    }
    let event = OrganisationEvent::SealedOverrideIssued(Box::new(issued()));
    let stored = serde_json::to_string(&event).unwrap();
    let proofs = opened().proofs;
    for secret in HALVES.into_iter().chain(proofs.iter().map(Digest::as_str)) {
        assert!(!stored.contains(secret), "{stored}");
    }
}

#[test]
fn g03_what_is_wrong_with_a_use_is_named_and_nothing_is_dropped() {
    let now = at(90 * 24 * 60);
    let said = |told: &Use, known: Option<&KnownSealed>| problems(told, known, now);
    assert_eq!(said(&used(5), Some(&known())), Vec::<&str>::new());
    assert_eq!(said(&used(5), None), ["unknown_seal"]);
    assert_eq!(said(&used(31 * 24 * 60), Some(&known())), ["used_after_expiry"]);
    assert_eq!(said(&used(-5), Some(&known())), ["implausible_time"]);
    assert_eq!(
        said(&used(91 * 24 * 60), Some(&known())),
        ["used_after_expiry", "implausible_time"]
    );
    let mut again = known();
    again.uses.push(OverrideId::new(at(0), [1; 10]));
    assert_eq!(said(&used(5), Some(&again)), ["used_again"]);
    let mut revoked = known();
    revoked.revoked = Some(SealedRevocation {
        sealed: id(),
        by: person("bo"),
        account: issued().account,
        reason: Private::from("a half was lost"),
        at: at(5),
    });
    assert_eq!(said(&used(5), Some(&revoked)), ["used_after_revocation"]);
    assert_eq!(said(&used(4), Some(&revoked)), Vec::<&str>::new());
    let mut swapped = used(5);
    swapped.opened.proofs.swap(0, 1);
    assert_eq!(said(&swapped, Some(&known())), ["wrong_code"]);
    let mut elsewhere = used(5);
    elsewhere.opened.environment = "staging".parse().unwrap();
    assert_eq!(said(&elsewhere, Some(&known())), ["wrong_target"]);
}

#[test]
fn g03_a_line_that_was_edited_shows() {
    let line =
        |previous, entry| serde_json::to_string(&Line { previous, at: at(0), entry }).unwrap();
    let first = line(None, Entry::Opened(Box::new(opened())));
    let of = Digest::of(first.as_bytes());
    let ended = Ended { of: of.clone(), outcome: DeploymentOutcome::Failed, exit_code: Some(3) };
    let second = line(Some(of), Entry::Ended(ended));
    let read = |lines: &[&str]| Record::read(lines.iter().copied());
    let whole = read(&[&first, &second]);
    assert!(whole.intact && whole.uses[0].ended.is_some());
    let edited = first.replace("INC-7", "INC-8");
    let (first, second) = (first.as_str(), second.as_str());
    for lines in [[edited.as_str(), second], ["{}", second], ["{}", first], [first, first]] {
        assert!(!read(&lines).intact, "{lines:?}");
    }
    // What was spoilt takes nothing else with it.
    assert_eq!(read(&["{}", first]).uses.len(), 1);
}

fn told(change: &mut Change, outcome: Option<DeploymentOutcome>) {
    let opened = ChangeEvent::OverrideOpened(Box::new(Override {
        id: OverrideId::new(at(9), [3; 10]),
        by: person("cy"),
        account: issued().account,
        role: "service-owner".parse().unwrap(),
        revision: 1,
        revision_digest: change.revision().digest.clone(),
        incident: "INC-7".to_owned(),
        reason: Private::from("nobody answers"),
        policy: "sha256:00".to_owned(),
        rule: terms().rule,
        opened_at: at(9),
        valid_until: at(9),
        review_due_at: at(99),
        review_roles: terms().review_roles,
        review_reach: terms().review_reach,
        used_by: None,
        escalated: 0,
        review: None,
        sealed: Some(Box::new(SealedUse {
            sealed: id(),
            holders: vec![person("cy"), person("ed")],
            issued_by: Some(person("bo")),
            used_at: at(1),
            ended_at: None,
            ran_by: Private::from("op@laptop"),
            outcome,
            exit_code: None,
            record: Digest::of(b"line"),
            problems: Vec::new(),
        })),
    }));
    change.apply(&opened, at(9)).unwrap();
}

#[test]
fn g03_a_use_is_the_end_of_a_change_that_opens_nothing_more() {
    for outcome in [Some(DeploymentOutcome::Successful), None] {
        let mut change = emergency();
        change.assessment = None;
        told(&mut change, outcome);
        // What is not known did not go well.
        let expected = outcome.unwrap_or(DeploymentOutcome::Failed);
        assert!(
            matches!(change.state, State::Completed { outcome, .. } if outcome == expected),
            "{:?}",
            change.state
        );
        assert!(change.live_override(at(9)).is_none());
        assert!(change.check_overridable(1, at(10)).is_err());
        let duties = Duties::of(&change, &directory());
        for who in ["cy", "ed", "bo"] {
            assert!(!duties.hands_of(&person(who), at(10)).is_empty(), "{who}");
        }
        assert_eq!(change.override_edge(), Some(at(99)));
    }
}

#[test]
fn g03_where_a_seal_stands_follows_from_what_was_told() {
    let mut directory = Directory::default();
    directory.apply(&OrganisationEvent::SealedOverrideIssued(Box::new(issued())));
    let stands = |d: &Directory, minutes| d.sealed_override(&id()).unwrap().state(at(minutes));
    assert_eq!(stands(&directory, 5), SealedState::Issued);
    assert_eq!(stands(&directory, 31 * 24 * 60), SealedState::Expired);
}
