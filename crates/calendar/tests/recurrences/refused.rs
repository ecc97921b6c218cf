//! Rules that are refused, with the reason.

use calendar::Rule;

#[test]
fn m1_6_what_can_not_be_kept_is_refused_and_never_ignored() {
    for (text, reason) in [
        ("", "written like"),
        ("DAILY", "written like"),
        ("INTERVAL=2", "begins with how often"),
        ("FREQ=HOURLY", "`HOURLY` is not a frequency"),
        ("FREQ=DAILY;FREQ=DAILY", "`FREQ` stands in the rule twice"),
        ("FREQ=DAILY;BYHOUR=9", "`BYHOUR` can't be used"),
        ("FREQ=YEARLY;BYWEEKNO=20", "`BYWEEKNO` can't be used"),
        ("FREQ=DAILY;X-NEW=1", "`X-NEW` can't be used"),
        ("FREQ=DAILY;INTERVAL=0", "`0` can't stand in INTERVAL"),
        ("FREQ=DAILY;INTERVAL=-1", "`-1` can't stand in INTERVAL"),
        ("FREQ=DAILY;COUNT=0", "`0` can't stand in COUNT"),
        ("FREQ=DAILY;COUNT=999999999999", "can't stand in COUNT"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20300101", "not by both"),
        ("FREQ=DAILY;UNTIL=tomorrow", "`tomorrow` can't stand in UNTIL"),
        ("FREQ=WEEKLY;BYDAY=2MO", "a numbered BYDAY can't be used"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY can't be used"),
        ("FREQ=MONTHLY;BYDAY=0MO", "`0MO` can't stand in BYDAY"),
        ("FREQ=MONTHLY;BYDAY=", "`` can't stand in BYDAY"),
        ("FREQ=MONTHLY;BYDAY=é1", "can't stand in BYDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "`0` can't stand in BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "`32` can't stand in BYMONTHDAY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS without another"),
        ("FREQ=YEARLY;BYMONTH=13", "`13` can't stand in BYMONTH"),
    ] {
        let error = text.parse::<Rule>().unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
    let long = format!("FREQ=MONTHLY;BYMONTHDAY={}", "1,".repeat(500));
    assert!(long.parse::<Rule>().is_err());
}
