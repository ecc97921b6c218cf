//! Approvals of one person over many changes, one after another faster than anybody reads (C18).
//!
//! How fast people read is known, so nothing is compared with before, and one burst is enough.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Records;
use super::record::Approval;
use crate::ids::{ChangeId, ChangeNumber, EnvironmentName, PersonId, ServiceName};

/// Whoever approves so soon after approving something else has not read in between.
const READING: SignedDuration = SignedDuration::from_secs(20);
/// So many in a row are a burst. The items of a change set are read together, and are one; so are the
/// changes of one bulk approval, which policy offers for what is alike. Many of those in a row are many.
const LEAST: usize = 10;

/// One person approved many changes in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RapidBurst {
    /// Who.
    pub person: PersonId,
    /// When the first was approved.
    pub from: Timestamp,
    /// When the last was.
    pub until: Timestamp,
    /// The changes, in order.
    pub changes: Vec<(ChangeId, ChangeNumber)>,
    /// The service of the last.
    pub service: ServiceName,
    /// The environment of the last.
    pub environment: EnvironmentName,
}

/// An approval, and of which change.
type Given<'a> = (&'a Approval, &'a ChangeId);

/// Bursts that ended since, by person and time.
#[must_use]
pub fn rapid_bursts(records: &Records, since: Timestamp) -> Vec<RapidBurst> {
    let mut given: BTreeMap<&PersonId, Vec<Given<'_>>> = BTreeMap::new();
    for (id, record) in records.iter() {
        for approval in &record.approvals {
            given.entry(&approval.person).or_default().push((approval, id));
        }
    }
    let mut found = Vec::new();
    for (person, mut approvals) in given {
        approvals.sort_by_key(|(approval, id)| (approval.at, *id));
        let soon = |one: &Given<'_>, next: &Given<'_>| next.0.at.duration_since(one.0.at) < READING;
        let runs = approvals.chunk_by(soon);
        let bursts = runs.filter_map(|run| burst(records, person, run));
        found.extend(bursts.filter(|burst| burst.until >= since));
    }
    found
}

fn burst(records: &Records, person: &PersonId, run: &[Given<'_>]) -> Option<RapidBurst> {
    let ((first, _), (newest, last)) = (run.first()?, run.last()?);
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (approval, id) in run {
        let record = records.get(id)?;
        let together = record.set.as_ref().map(ToString::to_string);
        let together = together.or_else(|| approval.bulk.as_ref().map(ToString::to_string));
        let read = together.unwrap_or_else(|| id.to_string());
        if seen.insert(read) {
            changes.push(((*id).clone(), record.number));
        }
    }
    let record = records.get(last)?;
    (changes.len() >= LEAST).then(|| RapidBurst {
        person: person.clone(),
        from: first.at,
        until: newest.at,
        changes,
        service: record.service.clone(),
        environment: record.environment.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangeEvent, VoteDecision};
    use crate::fixture::*;
    use crate::ids::BulkId;

    /// So many changes, each approved by Ed so many seconds after the one before.
    fn approved(count: u8, seconds: i64) -> Records {
        let mut records = Records::default();
        for n in 0..count {
            let time = at(10) + SignedDuration::from_secs(i64::from(n) * seconds);
            let id = ChangeId::new(at(0), [n; 10]);
            let change = submitted(material(), assessment(vec![requirement("security", 1)]));
            let created = ChangeEvent::ChangeCreated {
                id: id.clone(),
                number: ChangeNumber(u64::from(n) + 1),
                requester: change.requester.clone(),
                revision: Box::new(change.revision().clone()),
                set: None,
            };
            records.apply(&id, &created, at(0));
            let requirements = [requirement("security", 1)];
            let ballot = ballot("ed", VoteDecision::Approve, n);
            for event in change.vote(ballot, &requirements, &directory(), time).unwrap() {
                records.apply(&id, &event, time);
            }
        }
        records
    }

    #[test]
    fn c18_many_changes_in_a_row_faster_than_anybody_reads_are_a_burst() {
        let found = rapid_bursts(&approved(12, 5), at(0));
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].person, found[0].changes.len()), (&person("ed"), 12));
        assert_eq!(found[0].until, at(10) + SignedDuration::from_secs(55));
        assert_eq!(rapid_bursts(&approved(12, 5), at(11)), [], "it was before");
    }

    #[test]
    fn c18_who_takes_time_to_read_or_decides_on_a_few_is_no_burst() {
        assert_eq!(rapid_bursts(&approved(40, 20), at(0)), []);
        assert_eq!(rapid_bursts(&approved(9, 1), at(0)), []);
    }

    #[test]
    fn c18_approving_one_change_again_and_again_is_no_burst() {
        let mut records = approved(1, 1);
        let (id, record) = records.iter().next().unwrap();
        let (id, mut record) = (id.clone(), record.clone());
        let again = (1..30).map(|n| Approval {
            person: person("ed"),
            at: at(10) + SignedDuration::from_secs(n),
            bulk: None,
        });
        record.approvals.extend(again);
        records.all.insert(id, record);
        assert_eq!(rapid_bursts(&records, at(0)), []);
    }

    #[test]
    fn c17_one_bulk_approval_is_no_burst_and_many_in_a_row_are() {
        let in_bulks_of = |size: u8| {
            let mut records = approved(40, 1);
            for (n, record) in (0..).zip(records.all.values_mut()) {
                record.approvals[0].bulk = Some(BulkId::new(at(0), [n / size; 10]));
            }
            rapid_bursts(&records, at(0)).len()
        };
        assert_eq!(in_bulks_of(40), 0, "one step");
        assert_eq!(in_bulks_of(5), 0, "eight steps");
        assert_eq!(in_bulks_of(4), 1, "ten steps");
        assert_eq!(in_bulks_of(1), 1, "a step each hides nothing");
    }
}
