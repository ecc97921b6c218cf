//! Conflicts between planned changes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::change::{Change, Contribution, Contributor, Material, Window};
use crate::conflict::{Conflict, ConflictKind, conflicts, conflicts_among};
use crate::fixture::*;
use crate::ids::{ChangeId, ChangeNumber};
use crate::organisation::{Directory, OrganisationEvent, Service};
use crate::private::Private;

fn planned(number: u8, material: Material, window: (i64, i64)) -> Change {
    let window = Some(Window { from: at(window.0), until: at(window.1) });
    let requirements = vec![requirement("release-manager", 1)];
    let mut change = submitted(Material { window, ..material }, assessment(requirements));
    change.id = ChangeId::new(at(0), [number; 10]);
    change.number = ChangeNumber(u64::from(number));
    change
}

fn of(service: &str) -> Material {
    Material { service: service.parse().unwrap(), ..material() }
}

/// Basket depends on checkout.
fn organisation() -> Directory {
    let mut directory = directory();
    let checkout = directory.service(&"checkout".parse().unwrap()).unwrap().clone();
    directory.apply(&OrganisationEvent::ServicePut(Service {
        name: "basket".parse().unwrap(),
        depends_on: ["checkout".parse().unwrap()].into(),
        ..checkout
    }));
    directory
}

fn between(one: &Change, other: &Change) -> Vec<Conflict> {
    let organisation = organisation();
    let found = conflicts(one, [one, other], &organisation);
    let back = conflicts(other, [one, other], &organisation);
    assert_eq!(found.len(), back.len(), "a conflict is one for both");
    found
}

#[test]
fn m5_5_two_changes_of_one_service_at_the_same_time_are_in_conflict() {
    let one = planned(1, of("checkout"), (10, 30));
    let found = between(&one, &planned(2, of("checkout"), (20, 40)));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].number, &found[0].kind), (ChangeNumber(2), &ConflictKind::Service));
    assert_eq!(found[0].during, Window { from: at(20), until: at(30) });
    assert_eq!(between(&one, &planned(2, of("checkout"), (30, 40))), []);
    let staging = Material { environment: "staging".parse().unwrap(), ..of("checkout") };
    assert_eq!(between(&one, &planned(2, staging, (20, 40))), []);
}

#[test]
fn m5_5_a_change_is_in_conflict_with_one_of_what_its_service_depends_on() {
    let found = between(&planned(1, of("checkout"), (10, 30)), &planned(2, of("basket"), (20, 40)));
    let (dependent, on) = ("basket".parse().unwrap(), "checkout".parse().unwrap());
    assert_eq!(found[0].kind, ConflictKind::Dependency { dependent, on });
}

#[test]
fn m5_5_nobody_implements_two_changes_at_once() {
    let by = |who: &str, service: &str| Material {
        contributors: vec![Contributor {
            contribution: Contribution::Implementer,
            identity: Private::new(format!("{who}@example.com")),
        }],
        environment: service.parse().unwrap(),
        ..of("checkout")
    };
    let found =
        between(&planned(1, by("flo", "one"), (10, 30)), &planned(2, by("flo", "two"), (10, 30)));
    assert_eq!(found[0].kind, ConflictKind::People(vec![person("flo")]));
    let others =
        between(&planned(1, by("flo", "one"), (10, 30)), &planned(2, by("ed", "two"), (10, 30)));
    assert_eq!(others, []);
}

#[test]
fn m5_5_what_is_over_is_in_nobodys_way() {
    let one = planned(1, of("checkout"), (10, 30));
    let mut other = planned(2, of("checkout"), (20, 40));
    other.state = crate::change::State::Expired { at: at(5) };
    assert_eq!(between(&one, &other), []);
}

proptest! {
    #[test]
    fn m5_5_among_many_there_are_the_same_conflicts_as_one_by_one(
        windows in prop::collection::vec((0..40_i64, 1..20_i64, any::<bool>()), 0..24),
    ) {
        let change = |(number, (from, length, depends)): (u8, &(i64, i64, bool))| {
            let service = if *depends { "basket" } else { "checkout" };
            planned(number, of(service), (*from, from + length))
        };
        let mut changes: Vec<Change> = (1..).zip(&windows).map(change).collect();
        let among = conflicts_among(&changes, &organisation());
        changes.sort_by_key(|c| (c.revision().material.window.as_ref().unwrap().from, c.number));
        let one_by_one = changes.iter().filter_map(|change| {
            let found = conflicts(change, &changes, &organisation());
            (!found.is_empty()).then_some((change.number, found))
        });
        prop_assert_eq!(among, one_by_one.collect::<BTreeMap<_, _>>());
    }
}
