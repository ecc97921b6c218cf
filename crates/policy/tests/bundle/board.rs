//! When the board meets, and when its members are told.

use domain::event::PolicyFile;
use jiff::Timestamp;
use policy::bundle::{Board, Bundle};

use crate::support::{errors_of, files};

const BOARD: &str = "
role: cab
from: \"2026-01-06T14:00\"
until: \"2026-01-06T15:00\"
every: FREQ=WEEKLY;BYDAY=TU
zone: Europe/London
";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn with(text: &str) -> Vec<PolicyFile> {
    let mut all = files("regulated-company");
    all.push(PolicyFile { path: "board.yaml".to_owned(), text: text.to_owned() });
    all
}

fn board(text: &str) -> Board {
    Bundle::load(&with(text)).unwrap().bundle.board().cloned().unwrap()
}

#[test]
fn m5_6_members_of_the_board_are_told_so_long_before_each_meeting_by_its_own_clock() {
    let known = board(BOARD);
    // London is an hour ahead of UTC in summer.
    let meeting = at("2026-06-09T13:00:00Z");
    assert_eq!(known.next_meeting(at("2026-06-03T00:00:00Z")), Some(meeting));
    assert_eq!(known.meeting_to_tell(at("2026-06-08T12:59:00Z")), None);
    assert_eq!(known.meeting_to_tell(at("2026-06-08T13:00:00Z")), Some(meeting));
    assert_eq!(known.meeting_to_tell(meeting), None, "once it has begun it is too late");
    let sooner = board(&format!("{BOARD}digest: 3d\n"));
    assert_eq!(sooner.meeting_to_tell(at("2026-06-06T13:00:00Z")), Some(meeting));
}

#[test]
fn m5_6_a_board_of_nobody_or_told_too_early_does_not_load() {
    for (from, to, code) in [
        ("role: cab", "role: cabinet", "unknown_reference"),
        ("zone: Europe/London", "zone: Europe/Lundon", "unknown_zone"),
        ("FREQ=WEEKLY;BYDAY=TU", "SOMETIMES", "bad_rule"),
        ("zone: Europe/London", "zone: Europe/London\ndigest: 31d", "bad_duration"),
    ] {
        let found = errors_of(&with(&BOARD.replace(from, to)));
        let codes: Vec<&str> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, [code], "{found:#?}");
    }
}

#[test]
fn m5_6_a_board_moves_nothing_that_policy_asks_for() {
    let before = Bundle::load(&files("regulated-company")).unwrap().bundle;
    let after = Bundle::load(&with(BOARD)).unwrap().bundle;
    let now = at("2026-06-03T00:00:00Z");
    assert_eq!(after.weaker_than(&before, now), Vec::<String>::new());
    assert_eq!(before.weaker_than(&after, now), Vec::<String>::new());
}
