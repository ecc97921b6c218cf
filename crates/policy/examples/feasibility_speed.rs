//! Milliseconds to look at three weeks of 50 rules, 500 people and 40 services.
//!
//! `cargo run --release -p policy --example feasibility_speed`

use std::hint::black_box;
use std::time::Instant;

use domain::event::{OrganisationEvent, PolicyFile};
use domain::ids::PersonId;
use domain::organisation::{Criticality, Directory, Member, Person, RoleBinding, Service, Status};
use jiff::Timestamp;
use policy::bundle::Bundle;
use policy::feasibility::{Horizon, feasibility};
use policy::starter;

const RULES: usize = 50;
const PEOPLE: u16 = 500;
const SERVICES: usize = 40;
const ZONES: [&str; 5] = [
    "Europe/London",
    "America/New_York",
    "Asia/Singapore",
    "Pacific/Auckland",
    "America/Sao_Paulo",
];

type Failure = Box<dyn std::error::Error>;

fn files() -> Vec<PolicyFile> {
    let mut files = starter::files("regulated-company").unwrap_or_default();
    let have: usize = files
        .iter()
        .filter(|file| file.path.starts_with("rules/"))
        .map(|file| file.text.matches("\n  - id: ").count())
        .sum();
    let mut text = String::from("rules:\n");
    for number in have..RULES {
        text.push_str(&format!(
            "  - id: extra-{number}\n    title: Extra rule {number}\n    when: environment.tier >= 2 && risk.score >= {number}\n    \
             needs: [{{ role: security, why: a reason }}]\n"
        ));
    }
    files.push(PolicyFile { path: "rules/extra.yaml".to_owned(), text });
    files
}

fn directory(bundle: &Bundle) -> Result<Directory, Failure> {
    let mut directory = Directory::default();
    for number in 0..SERVICES {
        directory.apply(&OrganisationEvent::ServicePut(Service {
            name: format!("service-{number}").parse()?,
            title: "Service".to_owned(),
            domain: Some(format!("domain-{}", number % 8).parse()?),
            criticality: Criticality::High,
            labels: std::collections::BTreeMap::new(),
            depends_on: [].into(),
            status: Status::Active,
        }));
    }
    for (number, zone) in (0..PEOPLE).zip(ZONES.into_iter().cycle()) {
        let mut random = [0u8; 10];
        random[..2].copy_from_slice(&number.to_be_bytes());
        let id = PersonId::new(Timestamp::UNIX_EPOCH, random);
        directory.apply(&OrganisationEvent::PersonPut(Person {
            id: id.clone(),
            name: "Somebody".into(),
            emails: Vec::new(),
            time_zone: zone.to_owned(),
            place: None,
            status: Status::Active,
        }));
        for role in bundle.roles() {
            let scope = format!("domain:domain-{}", number % 8);
            directory.apply(&OrganisationEvent::RoleBound(RoleBinding {
                role: role.name.clone(),
                scope: if number % 3 == 0 { "organisation" } else { &scope }.parse()?,
                member: Member::Person(id.clone()),
            }));
        }
    }
    Ok(directory)
}

fn main() -> Result<(), Failure> {
    let bundle = Bundle::load(&files()).map_err(|found| format!("{found:?}"))?.bundle;
    let directory = directory(&bundle)?;
    let horizon = Horizon { from: "2026-11-27T00:00:00Z".parse()?, hours: 21 * 24 };
    let mut times: Vec<_> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            black_box(feasibility(&bundle, &directory, horizon));
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    let found = feasibility(&bundle, &directory, horizon);
    println!("{} rules, {} needs: {:?}", bundle.rules().len(), found.needs.len(), times.get(2));
    Ok(())
}
