//! Drills: situations in which the response plans have to work.

use std::collections::BTreeSet;

use domain::ids::{PlaceName, RoleName};
use jiff::civil::DateTime;

use super::{Complaints, rule_ref, unknown};
use crate::bundle::files::{DrillExpectText, DrillPeopleText, DrillText};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Calendars, Role};
use crate::diagnostic::Finding;
use crate::drill::{Answer, AskedBy, Drill, EscalatedBy, Expected, Staff, Start};

/// All of them run at every check.
const DRILLS_MAX: usize = 100;

/// What drills may name.
pub(super) struct Known<'a> {
    pub(super) roles: &'a [Role],
    pub(super) calendars: Option<&'a Calendars>,
}

pub(super) fn build(
    drills: Vec<(Text<'_>, DrillText)>,
    known: &Known<'_>,
    complaints: &mut Complaints,
) -> Vec<Drill> {
    if let Some((text, drill)) = drills.get(DRILLS_MAX) {
        let message = "a bundle has at most 100 drills";
        complaints.error(*text, "out_of_range", drill.name.span, message);
        return Vec::new();
    }
    let mut names = BTreeSet::new();
    let mut built = Vec::new();
    for (text, drill) in drills {
        if !names.insert(drill.name.value.clone()) {
            let message = format!("drill `{}` stands here twice", drill.name.value);
            complaints.error(text, "duplicate_id", drill.name.span, &message);
        }
        let mut reader = Reader { text, known, complaints: &mut *complaints };
        built.extend(reader.drill(drill));
    }
    built
}

struct Reader<'a, 'c> {
    text: Text<'a>,
    known: &'a Known<'a>,
    complaints: &'c mut Complaints,
}

impl Reader<'_, '_> {
    fn drill(&mut self, drill: DrillText) -> Option<Drill> {
        let source = rule_ref(self.text, &drill.name, drill.name.span);
        if let Some(now) = &drill.given.now {
            let finding = Finding::error("bad_time", now.span, "a drill has its time in `at`")
                .help("remove `now`");
            self.complaints.add(self.text, finding);
        }
        let start = self.start(&drill.at);
        let staff = drill.people.iter().filter_map(|people| self.staff(people)).collect();
        let away = drill.away.iter();
        let away = away.filter_map(|a| Some((self.role(&a.role)?, a.count))).collect();
        let mut answers = Vec::new();
        for answer in &drill.answers {
            let (role, after) = (self.role(&answer.role), self.minutes(&answer.after));
            answers.extend(role.zip(after).map(|(role, after_minutes)| Answer {
                role,
                after_minutes,
                count: answer.count,
            }));
        }
        let expected = self.expected(&drill.expect);
        Some(Drill {
            name: drill.name.value,
            source,
            start: start?,
            given: drill.given,
            staff,
            away,
            answers,
            expected,
        })
    }

    fn expected(&mut self, expect: &DrillExpectText) -> Expected {
        let mut expected = Expected::default();
        for asked in &expect.asked {
            let (role, within) = (self.role(&asked.role), self.minutes(&asked.within));
            expected.asked.extend(role.zip(within).map(|(role, within_minutes)| AskedBy {
                role,
                count: asked.count.unwrap_or(1).max(1),
                within_minutes,
            }));
        }
        for step in &expect.escalates {
            let (to, within) = (self.role(&step.to), self.minutes(&step.within));
            let by = to.zip(within);
            let by = by.map(|(to, within_minutes)| EscalatedBy { to, within_minutes });
            expected.escalates.extend(by);
        }
        expected.answered = expect.answered.as_ref().and_then(|within| self.minutes(within));
        expected
    }

    fn minutes(&mut self, value: &At<String>) -> Option<u32> {
        self.complaints.minutes(self.text, value)
    }

    fn staff(&mut self, people: &DrillPeopleText) -> Option<Staff> {
        if *people.count > 500 {
            let message = "a drill has at most 500 people of a kind";
            self.complaints.error(self.text, "out_of_range", people.count.span, message);
            return None;
        }
        let role = self.role(&people.role)?;
        let place = match &people.place {
            None => None,
            Some(place) => Some(self.place(place)?),
        };
        Some(Staff { role, count: *people.count, place, on_call: people.on_call })
    }

    fn role(&mut self, name: &At<String>) -> Option<RoleName> {
        let found = self.known.roles.iter().find(|role| role.name.as_str() == name.value);
        if found.is_none() {
            let known = self.known.roles.iter().map(|role| role.name.as_str());
            self.complaints.add(self.text, unknown("role", name, known));
        }
        found.map(|role| role.name.clone())
    }

    fn place(&mut self, name: &At<String>) -> Option<PlaceName> {
        // Calendars that can't be read have their own complaints.
        let calendars = self.known.calendars?;
        let found = calendars.places().find(|place| place.name.as_str() == name.value);
        if found.is_none() {
            let known: Vec<&str> = calendars.places().map(|place| place.name.as_str()).collect();
            self.complaints.add(self.text, unknown("place", name, known.iter().copied()));
        }
        found.map(|place| place.name.clone())
    }

    fn start(&mut self, value: &At<String>) -> Option<Start> {
        let parts = value.strip_suffix(']').and_then(|text| text.split_once('['));
        let start = parts.and_then(|(clock, zone)| {
            let clock: DateTime = clock.parse().ok()?;
            Start::new(clock, calendar::zone(zone)?, zone)
        });
        if start.is_none() {
            let message = format!("`{}` is no time on the clock of a zone", value.value);
            let finding = Finding::error("bad_time", value.span, message)
                .help("write it like `2026-12-05T23:00[Europe/London]`");
            self.complaints.add(self.text, finding);
        }
        start
    }
}
