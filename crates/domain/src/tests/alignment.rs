//! Alignment sessions: what they take, from whom, and what comes of them.

use crate::change::{Change, ChangeEvent, Revision};
use crate::fixture::*;
use crate::ids::{AlignmentId, ChangeId};
use crate::organisation::{
    AgendaItem, Alignment, AlignmentCancellation, AlignmentClosing, AlignmentConclusion,
    AlignmentMove, AlignmentOutcome, Concern, ConcernAnswer, Directory, Lacking, OrganisationEvent,
};
use crate::private::Private;
use crate::refusal::Refusal;

fn id(n: u8) -> AlignmentId {
    AlignmentId::new(at(n.into()), [n; 10])
}

/// Bo leads; Cy and Ed take part; Ana's change is on the agenda. It begins at minute 10.
fn session(n: u8, change: &Change) -> Alignment {
    let revision = change.revision();
    Alignment {
        id: id(n),
        title: Private::from("Moving checkout"),
        from: at(10),
        until: at(40),
        time_zone: "Europe/Berlin".to_owned(),
        chair: person("bo"),
        participants: [person("cy"), person("ed")].into(),
        agenda: vec![AgendaItem {
            change: change.id.clone(),
            number: change.number,
            revision: revision.number,
            digest: revision.digest.clone(),
            service: revision.material.service.clone(),
            environment: revision.material.environment.clone(),
            requester: Some(person("ana")),
        }],
        by: person("cy"),
        account: account("cy"),
        opened_at: at(n.into()),
    }
}

fn opened(change: &Change) -> Directory {
    let mut directory = directory();
    let session = session(1, change);
    directory.check_alignment(&session).unwrap();
    directory.apply(&OrganisationEvent::AlignmentOpened(Box::new(session)));
    directory
}

fn concern(directory: &Directory, change: &Change, by: &str, owner: &str) -> Concern {
    let number = directory.alignment(&id(1)).unwrap().concerns.len() + 1;
    Concern {
        alignment: id(1),
        number: u32::try_from(number).unwrap(),
        change: change.id.clone(),
        text: Private::from("who rolls it back?"),
        by: person(by),
        account: account(by),
        owner: person(owner),
        at: at(11),
    }
}

fn answer(number: u32, by: &str) -> ConcernAnswer {
    ConcernAnswer {
        alignment: id(1),
        number,
        answer: Private::from("the rota does"),
        by: person(by),
        account: account(by),
        at: at(12),
    }
}

fn said(n: u8, change: &Change, outcome: AlignmentOutcome, minute: i64) -> AlignmentConclusion {
    AlignmentConclusion {
        alignment: id(n),
        change: change.id.clone(),
        outcome,
        words: Private::from("as the plan says"),
        by: person("bo"),
        account: account("bo"),
        at: at(minute),
    }
}

fn closing(n: u8, minute: i64) -> AlignmentClosing {
    let (by, account) = (person("bo"), account("bo"));
    AlignmentClosing { alignment: id(n), by, account, at: at(minute) }
}

/// Bo moves it, at a minute, to others.
fn moved(minute: i64, (from, until): (i64, i64)) -> AlignmentMove {
    AlignmentMove {
        alignment: id(1),
        from: at(from),
        until: at(until),
        time_zone: "Europe/Berlin".to_owned(),
        reason: Private::from("half of us are ill"),
        by: person("bo"),
        account: account("bo"),
        at: at(minute),
    }
}

fn cancelled(minute: i64) -> AlignmentCancellation {
    let (by, account) = (person("bo"), account("bo"));
    let reason = Private::from("the change was withdrawn");
    AlignmentCancellation { alignment: id(1), reason, by, account, at: at(minute) }
}

fn conclude(directory: &mut Directory, change: &Change, outcome: AlignmentOutcome) {
    let said = said(1, change, outcome, 20);
    directory.check_conclusion(&said, change).unwrap();
    directory.apply(&OrganisationEvent::AlignmentConcluded(Box::new(said)));
}

fn close(directory: &mut Directory) {
    let closing = closing(1, 30);
    directory.check_alignment_closing(&closing).unwrap();
    directory.apply(&OrganisationEvent::AlignmentClosed(Box::new(closing)));
}

fn code<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> String {
    let refusal = refused.unwrap_err();
    assert!(!refusal.next_action().is_empty());
    refusal.code().to_owned()
}

#[test]
fn m5_6_a_session_has_people_a_time_and_changes_each_once() {
    let change = draft(material());
    let fine = session(1, &change);
    let cases: [(&str, Alignment); 6] = [
        ("title", Alignment { title: Private::from(" "), ..fine.clone() }),
        ("until", Alignment { until: at(10), ..fine.clone() }),
        ("chair", Alignment { chair: person("nobody"), ..fine.clone() }),
        ("participants", Alignment { participants: [person("bo")].into(), ..fine.clone() }),
        ("agenda", Alignment { agenda: Vec::new(), ..fine.clone() }),
        (
            "agenda",
            Alignment { agenda: [fine.agenda.clone(), fine.agenda.clone()].concat(), ..fine },
        ),
    ];
    for (field, case) in cases {
        let Err(Refusal::Fields(problems)) = directory().check_alignment(&case) else {
            panic!("{field} was taken");
        };
        assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    let stranger = Alignment { by: person("flo"), ..session(1, &change) };
    assert_eq!(code(directory().check_alignment(&stranger)), "not_entitled");
}

#[test]
fn m5_6_only_who_takes_part_raises_a_concern_and_only_its_owner_answers_it() {
    let change = draft(material());
    let mut directory = opened(&change);
    let by = |who, owner| directory.check_concern(&concern(&directory, &change, who, owner));
    assert_eq!(code(by("flo", "ana")), "not_entitled", "she was not invited");
    assert_eq!(code(by("ed", "ed")), "invalid_field", "nobody answers their own");
    assert_eq!(code(by("ed", "flo")), "invalid_field", "she can't answer it");
    by("ed", "ana").unwrap();
    let other = Concern {
        change: ChangeId::new(at(0), [8; 10]),
        ..concern(&directory, &change, "ed", "ana")
    };
    assert_eq!(code(directory.check_concern(&other)), "not_on_agenda");
    let raised = concern(&directory, &change, "ed", "ana");
    directory.apply(&OrganisationEvent::ConcernRaised(Box::new(raised)));

    for other in ["ed", "bo", "cy"] {
        assert_eq!(code(directory.check_concern_answer(&answer(1, other))), "not_entitled");
    }
    assert_eq!(code(directory.check_concern_answer(&answer(2, "ana"))), "not_found");
    let silent = ConcernAnswer { answer: Private::from(" "), ..answer(1, "ana") };
    assert_eq!(code(directory.check_concern_answer(&silent)), "invalid_field");
    directory.check_concern_answer(&answer(1, "ana")).unwrap();
    directory.apply(&OrganisationEvent::ConcernAnswered(Box::new(answer(1, "ana"))));
    assert_eq!(code(directory.check_concern_answer(&answer(1, "ana"))), "concern_answered");
}

#[test]
fn m5_6_a_concern_without_an_answer_blocks_that_it_is_aligned() {
    let change = draft(material());
    let mut directory = opened(&change);
    let raised = concern(&directory, &change, "ed", "ana");
    directory.apply(&OrganisationEvent::ConcernRaised(Box::new(raised)));
    let aligned = said(1, &change, AlignmentOutcome::Aligned, 20);
    assert_eq!(code(directory.check_conclusion(&aligned, &change)), "concerns_open");
    let deferred = said(1, &change, AlignmentOutcome::Deferred, 20);
    directory.check_conclusion(&deferred, &change).unwrap();
    directory.apply(&OrganisationEvent::ConcernAnswered(Box::new(answer(1, "ana"))));
    conclude(&mut directory, &change, AlignmentOutcome::Aligned);

    let late = concern(&directory, &change, "cy", "bo");
    directory.check_concern(&late).unwrap();
    directory.apply(&OrganisationEvent::ConcernRaised(Box::new(late)));
    let refused = directory.check_alignment_closing(&closing(1, 30));
    assert_eq!(code(refused), "concerns_open", "one that comes late blocks the end");
}

#[test]
fn m5_6_the_chair_says_what_came_out_once_it_began_and_not_of_their_own_change() {
    let change = draft(material());
    let directory = opened(&change);
    let early = said(1, &change, AlignmentOutcome::Deferred, 9);
    assert_eq!(code(directory.check_conclusion(&early, &change)), "alignment_not_begun");
    let mut other = said(1, &change, AlignmentOutcome::Aligned, 20);
    other.by = person("cy");
    assert_eq!(code(directory.check_conclusion(&other, &change)), "not_entitled");
    let mut own = session(1, &change);
    own.chair = person("ana");
    let mut hers = crate::fixture::directory();
    hers.apply(&OrganisationEvent::AlignmentOpened(Box::new(own)));
    let mut mine = said(1, &change, AlignmentOutcome::Aligned, 20);
    mine.by = person("ana");
    assert_eq!(code(hers.check_conclusion(&mine, &change)), "sod_author");
    mine.outcome = AlignmentOutcome::NotAligned;
    hers.check_conclusion(&mine, &change).unwrap();
}

#[test]
fn m5_6_a_closed_session_takes_nothing_and_says_something_of_every_change() {
    let change = draft(material());
    let mut directory = opened(&change);
    assert_eq!(code(directory.check_alignment_closing(&closing(1, 30))), "outcomes_missing");
    conclude(&mut directory, &change, AlignmentOutcome::Aligned);
    close(&mut directory);
    assert_eq!(code(directory.check_alignment_closing(&closing(1, 31))), "alignment_closed");
    let late = concern(&directory, &change, "ed", "ana");
    assert_eq!(code(directory.check_concern(&late)), "alignment_closed");
    let again = said(1, &change, AlignmentOutcome::NotAligned, 31);
    assert_eq!(code(directory.check_conclusion(&again, &change)), "alignment_closed");
    directory.apply(&OrganisationEvent::AlignmentConcluded(Box::new(again)));
    let digest = &change.revision().digest;
    assert_eq!(directory.lacks_alignment(&change.id, digest), None, "nor does the fold");
}

#[test]
fn m5_6_it_counts_once_closed_and_for_exactly_the_revision_that_was_talked_over() {
    let mut change = draft(material());
    let mut directory = opened(&change);
    let digest = change.revision().digest.clone();
    let lacks = |directory: &Directory| directory.lacks_alignment(&change.id, &digest);
    assert_eq!(lacks(&directory), Some(Lacking::Session));
    conclude(&mut directory, &change, AlignmentOutcome::Aligned);
    assert_eq!(lacks(&directory), Some(Lacking::Session), "the chair has not closed it");
    close(&mut directory);
    assert_eq!(lacks(&directory), None);

    // A later session about the same revision has the last word.
    for (n, outcome, lacking) in [
        (2, AlignmentOutcome::NotAligned, Lacking::Agreement),
        (3, AlignmentOutcome::Deferred, Lacking::Conclusion),
    ] {
        let mut directory = directory.clone();
        directory.apply(&OrganisationEvent::AlignmentOpened(Box::new(session(n, &change))));
        let said = said(n, &change, outcome, 50);
        directory.apply(&OrganisationEvent::AlignmentConcluded(Box::new(said)));
        assert_eq!(lacks(&directory), None);
        directory.apply(&OrganisationEvent::AlignmentClosed(Box::new(closing(n, 60))));
        assert_eq!(lacks(&directory), Some(lacking));
    }

    let mut moved = material();
    moved.parameters.insert("replicas".to_owned(), "4".to_owned());
    let revision = Revision::new(2, moved, [2; 16], actor("ana"), at(31)).unwrap();
    let event = change.revise(revision).unwrap();
    change.apply(&event, at(31)).unwrap();
    let current = &change.revision().digest;
    assert_eq!(directory.lacks_alignment(&change.id, current), Some(Lacking::Session));
    directory.apply(&OrganisationEvent::AlignmentOpened(Box::new(Alignment {
        agenda: session(1, &draft(material())).agenda,
        ..session(2, &change)
    })));
    let outdated = said(2, &change, AlignmentOutcome::Aligned, 50);
    assert_eq!(code(directory.check_conclusion(&outdated, &change)), "alignment_outdated");
}

#[test]
fn m5_6_a_session_is_asked_for_beside_the_votes_and_is_no_vote() {
    let mut asked = assessment(vec![requirement("release-manager", 1)]);
    asked.alignment = vec![asked.requirements[0].rule.clone()];
    let mut change = draft(material());
    let mut directory = opened(&change);
    let event = ChangeEvent::ChangeAssessed(Box::new(asked));
    change.apply(&event, at(0)).unwrap();
    let code_of = |change: &Change, directory: &Directory| {
        let decision = decided(change, directory, at(30));
        let node = |code: &str| decision.explanation.walk().any(|n| n.code == code);
        (decision.approved, node("alignment_missing"), node("aligned"))
    };
    approve(&mut change, "cy", &directory);
    assert_eq!(code_of(&change, &directory), (false, true, false), "the vote is not enough");
    let decision = decided(&change, &directory, at(30));
    let node = decision.explanation.walk().find(|n| n.code == "alignment_missing").unwrap();
    let next = "open a session with it, and it goes on once the session is closed";
    assert!(node.detail.as_ref().unwrap().contains(next), "it is handed in already: {node:?}");
    conclude(&mut directory, &change, AlignmentOutcome::Aligned);
    close(&mut directory);
    assert_eq!(code_of(&change, &directory), (true, false, true));
    change.votes.clear();
    assert_eq!(code_of(&change, &directory), (false, false, true), "it is no approval");
}

#[test]
fn m5_6_a_session_is_brought_to_mind_once_a_day_before_or_an_hour_on_short_notice() {
    let change = draft(material());
    let hour = 60;
    let planned = |from: i64, opened: i64| {
        let mut directory = directory();
        let times = Alignment {
            from: at(from),
            until: at(from + 30),
            opened_at: at(opened),
            ..session(1, &change)
        };
        directory.apply(&OrganisationEvent::AlignmentOpened(Box::new(times)));
        directory
    };
    let far = planned(48 * hour, 0);
    assert_eq!(far.alignment(&id(1)).unwrap().remind_at(), Some(at(24 * hour)));
    assert!(far.alignments_to_remind(at(24 * hour - 1)).is_empty());
    assert_eq!(far.alignments_to_remind(at(24 * hour)), [id(1)]);
    assert!(far.alignments_to_remind(at(48 * hour)).is_empty(), "it has begun: too late");
    let near = planned(3 * hour, 0);
    assert_eq!(near.alignment(&id(1)).unwrap().remind_at(), Some(at(2 * hour)));
    let at_once = planned(30, 0);
    assert_eq!(at_once.alignment(&id(1)).unwrap().remind_at(), None, "the invitation is as late");

    let mut reminded = far.clone();
    reminded.apply(&OrganisationEvent::AlignmentReminded { alignment: id(1) });
    assert!(reminded.alignments_to_remind(at(25 * hour)).is_empty(), "once is enough");
    let mut closed = far;
    closed.apply(&OrganisationEvent::AlignmentClosed(Box::new(closing(1, 9))));
    assert!(closed.alignments_to_remind(at(25 * hour)).is_empty(), "what is closed is over");
}

#[test]
fn m5_6_a_session_is_moved_to_a_time_that_lies_ahead_and_nothing_comes_out_before() {
    let change = draft(material());
    let mut directory = opened(&change);
    for (field, times) in [("from", (4, 40)), ("until", (50, 50)), ("from", (10, 40))] {
        let Err(Refusal::Fields(problems)) = directory.check_alignment_move(&moved(5, times))
        else {
            panic!("{times:?} was taken");
        };
        assert_eq!(problems.iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    let silent = AlignmentMove { reason: Private::from(" "), ..moved(5, (50, 80)) };
    assert_eq!(code(directory.check_alignment_move(&silent)), "invalid_field");
    let longer = moved(20, (10, 60));
    directory.check_alignment_move(&longer).unwrap();
    let by = |who| AlignmentMove { by: person(who), ..moved(5, (50, 80)) };
    for other in ["ed", "ana", "flo"] {
        assert_eq!(code(directory.check_alignment_move(&by(other))), "not_entitled");
    }
    directory.check_alignment_move(&by("cy")).unwrap();
    let later = by("bo");
    directory.check_alignment_move(&later).unwrap();
    directory.apply(&OrganisationEvent::AlignmentMoved(Box::new(later)));

    let known = directory.alignment(&id(1)).unwrap();
    assert_eq!((known.opened.from, known.opened.until), (at(50), at(80)));
    assert_eq!((known.sequence(), known.edited_at()), (1, at(5)));
    let early = said(1, &change, AlignmentOutcome::Aligned, 20);
    assert_eq!(code(directory.check_conclusion(&early, &change)), "alignment_not_begun");
    let then = said(1, &change, AlignmentOutcome::Aligned, 50);
    directory.check_conclusion(&then, &change).unwrap();
}

#[test]
fn m5_6_a_cancelled_session_takes_nothing_and_answers_no_rule() {
    let change = draft(material());
    let mut directory = opened(&change);
    let other = AlignmentCancellation { by: person("ed"), ..cancelled(5) };
    assert_eq!(code(directory.check_alignment_cancellation(&other)), "not_entitled");
    let silent = AlignmentCancellation { reason: Private::from(""), ..cancelled(5) };
    assert_eq!(code(directory.check_alignment_cancellation(&silent)), "invalid_field");
    let raised = concern(&directory, &change, "ed", "ana");
    directory.apply(&OrganisationEvent::ConcernRaised(Box::new(raised)));
    directory.check_alignment_cancellation(&cancelled(5)).unwrap();
    directory.apply(&OrganisationEvent::AlignmentCancelled(Box::new(cancelled(5))));

    let aligned = said(1, &change, AlignmentOutcome::Aligned, 20);
    let refused = [
        code(directory.check_alignment_cancellation(&cancelled(6))),
        code(directory.check_alignment_move(&moved(6, (50, 80)))),
        code(directory.check_concern(&concern(&directory, &change, "ed", "ana"))),
        code(directory.check_concern_answer(&answer(1, "ana"))),
        code(directory.check_conclusion(&aligned, &change)),
        code(directory.check_alignment_closing(&closing(1, 30))),
    ];
    assert_eq!(refused, ["alignment_cancelled"; 6]);
    // Whatever a damaged journal says.
    directory.apply(&OrganisationEvent::AlignmentConcluded(Box::new(aligned)));
    directory.apply(&OrganisationEvent::AlignmentClosed(Box::new(closing(1, 30))));
    let digest = &change.revision().digest;
    assert_eq!(directory.lacks_alignment(&change.id, digest), Some(Lacking::Session));
    let known = directory.alignment(&id(1)).unwrap();
    assert_eq!((known.sequence(), known.edited_at()), (1, at(5)));
}

#[test]
fn m5_6_what_is_held_or_over_is_neither_moved_nor_cancelled() {
    let change = draft(material());
    let planned = opened(&change);
    let refusals = |directory: &Directory, minute: i64| {
        let to = moved(minute, (100, 130));
        assert!(!directory.alignment(&id(1)).unwrap().may_plan(&person("bo"), at(minute)));
        [
            code(directory.check_alignment_move(&to)),
            code(directory.check_alignment_cancellation(&cancelled(minute))),
        ]
    };
    assert!(planned.alignment(&id(1)).unwrap().may_plan(&person("bo"), at(39)), "nobody came yet");
    assert_eq!(refusals(&planned, 40), ["alignment_over"; 2]);
    let mut held = planned;
    conclude(&mut held, &change, AlignmentOutcome::Deferred);
    assert_eq!(refusals(&held, 21), ["alignment_held"; 2]);
    close(&mut held);
    assert_eq!(refusals(&held, 31), ["alignment_closed"; 2]);
}

#[test]
fn m5_6_a_session_is_brought_to_mind_by_the_time_it_has_and_not_once_cancelled() {
    let change = draft(material());
    let hour = 60;
    let mut directory = directory();
    let far = Alignment { from: at(48 * hour), until: at(49 * hour), ..session(1, &change) };
    directory.apply(&OrganisationEvent::AlignmentOpened(Box::new(far)));
    directory.apply(&OrganisationEvent::AlignmentReminded { alignment: id(1) });
    let later = moved(30 * hour, (96 * hour, 97 * hour));
    directory.apply(&OrganisationEvent::AlignmentMoved(Box::new(later)));
    assert!(directory.alignments_to_remind(at(47 * hour)).is_empty(), "the time it had is over");
    assert_eq!(directory.alignments_to_remind(at(72 * hour)), [id(1)], "again, for the new time");
    let mut soon = directory.clone();
    let sooner = moved(71 * hour, (75 * hour, 76 * hour));
    soon.apply(&OrganisationEvent::AlignmentMoved(Box::new(sooner)));
    assert_eq!(soon.alignment(&id(1)).unwrap().remind_at(), Some(at(74 * hour)), "short notice");
    directory.apply(&OrganisationEvent::AlignmentCancelled(Box::new(cancelled(71 * hour))));
    assert!(directory.alignments_to_remind(at(72 * hour)).is_empty());
}
