//! One mail out of many things.

use std::collections::HashMap;

use domain::ids::{ChangeId, ChangeNumber, PersonId};
use domain::organisation::Directory;
use jiff::Timestamp;

use super::digest::{Mail, Reader};
use super::telling::{Subject, Telling, What};

fn subject(n: u8, requester: &str) -> Subject {
    Subject {
        id: ChangeId::new(Timestamp::UNIX_EPOCH, [n; 10]),
        number: ChangeNumber(1000 + u64::from(n)),
        service: "checkout".parse().unwrap(),
        environment: "production".parse().unwrap(),
        requester: requester.to_owned(),
    }
}

fn asked(n: u8, requester: &str) -> Telling {
    let requirements = vec!["r/owner".to_owned()];
    let what =
        What::ApprovalAsked { requirements, reminder: false, instead_of: Vec::new(), since: None };
    let by = requester.to_owned();
    Telling { what, urgent: false, change: Some(subject(n, requester)), by }
}

fn telling(n: u8, what: What) -> Telling {
    Telling { what, ..asked(n, "alice") }
}

fn mail(tellings: &[Telling]) -> Option<Mail> {
    let person = PersonId::new(Timestamp::UNIX_EPOCH, [1; 10]);
    let (directory, changes) = (Directory::default(), HashMap::new());
    let reader = Reader {
        person: &person,
        directory: &directory,
        changes: &changes,
        public_url: "https://countersign.example",
    };
    let to = ("Bob".to_owned(), "bob@example.com".to_owned());
    reader.mail(tellings, to, "id".to_owned(), Timestamp::UNIX_EPOCH)
}

#[test]
fn one_thing_is_the_subject_and_a_thread() {
    let mail = mail(&[asked(1, "alice")]).unwrap();
    let headline = "alice asks for your decision on CHG-1001 (checkout to production)";
    assert_eq!(mail.subject, headline);
    assert_eq!(mail.thread, Some(subject(1, "alice").id.to_string()));
    assert_eq!(mail.sections[0].url, "https://countersign.example/changes/CHG-1001");
}

#[test]
fn many_things_become_one_mail_by_change_with_what_is_asked_first() {
    let all = [
        telling(1, What::Approved),
        asked(2, "alice"),
        telling(1, What::Lapsed),
        asked(3, "carol"),
    ];
    let mail = mail(&all).unwrap();
    assert_eq!((mail.subject.as_str(), mail.thread), ("2 changes wait for you, 2 updates", None));
    let lines: Vec<usize> = mail.sections.iter().map(|s| s.lines.len()).collect();
    assert_eq!(lines, [1, 1, 2]);
    assert!(mail.sections[2].url.ends_with("CHG-1001"));
}

#[test]
fn g10_what_repeats_itself_is_said_once_and_a_flood_is_counted() {
    let repeated: Vec<Telling> = std::iter::repeat_n(asked(1, "alice"), 30).collect();
    assert_eq!(mail(&repeated).unwrap().sections.len(), 1);
    let mut flood: Vec<Telling> = (0..37).map(|n| asked(n, "alice")).collect();
    flood.push(asked(99, "carol"));
    let mail = mail(&flood).unwrap();
    assert_eq!(mail.subject, "38 changes wait for you");
    assert_eq!(mail.sections.len(), 5 + 1 + 1, "carol's one is not buried under alice's 37");
    let last = &mail.sections[6].lines[0].headline;
    assert!(last.starts_with("32 more changes of "), "{last}");
}

#[test]
fn what_is_urgent_comes_first_and_says_so() {
    let urgent = Telling { urgent: true, ..asked(2, "alice") };
    let mail = mail(&[asked(1, "alice"), urgent]).unwrap();
    assert_eq!(mail.subject, "Urgent: 2 changes wait for you");
    assert!(mail.sections[0].url.ends_with("CHG-1002"));
}

#[test]
fn nothing_is_no_mail() {
    assert_eq!(mail(&[]), None);
}

#[test]
fn times_are_those_of_the_readers_zone_which_is_named() {
    let at: Timestamp = "2026-11-28T10:05:00Z".parse().unwrap();
    let soon = telling(1, What::ExpiresSoon { at });
    let says = |zone| soon.words(None, &Directory::default(), zone).headline;
    let berlin = says("Europe/Berlin");
    assert!(berlin.ends_with("expires at 2026-11-28 11:05 CET (Europe/Berlin)"), "{berlin}");
    assert!(says("UTC").ends_with("2026-11-28 10:05 UTC"), "{}", says("UTC"));
    assert!(says("Nowhere/Land").ends_with("2026-11-28 10:05 UTC"), "{}", says("Nowhere/Land"));
}

#[test]
fn what_is_about_no_change_is_sent_together_too() {
    let alignment = |n: u8| domain::ids::AlignmentId::new(Timestamp::UNIX_EPOCH, [n; 10]);
    let near =
        |n| Telling { change: None, ..telling(n, What::AlignmentNear { alignment: alignment(n) }) };
    let mail = mail(&[near(1), near(2)]).unwrap();
    assert_eq!(mail.subject, "2 updates");
    assert_eq!(mail.sections.iter().map(|section| section.lines.len()).sum::<usize>(), 2);
}
