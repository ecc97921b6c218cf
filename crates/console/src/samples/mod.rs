//! Samples of every page, for the tests and the gallery. All made up; no clock, no randomness.

mod absence;
mod access;
mod alignments;
mod automation;
mod briefing;
mod bulk_approval;
mod calendar;
mod calendar_feeds;
mod change;
mod change_set;
mod drills;
mod explanation;
mod feasibility;
mod findings;
mod inbox;
mod ledger;
mod lists;
mod notifications;
mod organisation;
mod organisation_forms;
mod overrides;
mod policy;
mod policy_windows;
mod proof;
mod record;
mod replay;
mod requests;
mod risk_history;
mod rotas;
mod sandbox;
mod shadow;
mod signing;

use crate::Template;
use crate::view::{Layout, Moment, Section, User, Who};

/// Every sample: its name, which may serve as a file name, and its HTML (empty if it did not render).
#[must_use]
pub fn all() -> Vec<(&'static str, String)> {
    let mut list = Vec::new();
    absence::add(&mut list);
    access::add(&mut list);
    signing::add(&mut list);
    calendar_feeds::add(&mut list);
    inbox::add(&mut list);
    lists::add(&mut list);
    notifications::add(&mut list);
    change::add(&mut list);
    change_set::add(&mut list);
    briefing::add(&mut list);
    bulk_approval::add(&mut list);
    requests::add(&mut list);
    rotas::add(&mut list);
    policy::add(&mut list);
    policy_windows::add(&mut list);
    drills::add(&mut list);
    feasibility::add(&mut list);
    risk_history::add(&mut list);
    replay::add(&mut list);
    shadow::add(&mut list);
    sandbox::add(&mut list);
    automation::add(&mut list);
    findings::add(&mut list);
    alignments::add(&mut list);
    ledger::add(&mut list);
    organisation::add(&mut list);
    organisation_forms::add(&mut list);
    list
}

type Samples = Vec<(&'static str, String)>;

fn add(list: &mut Samples, name: &'static str, page: &impl Template) {
    list.push((name, page.render().unwrap_or_default()));
}

fn layout(title: &str, section: Section) -> Layout {
    Layout {
        user: Some(User {
            name: "Mara Lindqvist".to_owned(),
            user_name: "mara".to_owned(),
            href: "/organisation/people/prs_01jd8vfw3k6q0x3mzh2bq0a7ne".to_owned(),
            roles: "Service owner of checkout, CAB member".to_owned(),
        }),
        inbox_count: 3,
        unread: 2,
        ..outside(title, section)
    }
}

fn outside(title: &str, section: Section) -> Layout {
    Layout {
        csrf: "c2FtcGxlLWNzcmYtdG9rZW4".to_owned(),
        organisation: "Northwind Pay".to_owned(),
        banner: Some("Demo organisation: nothing here is real".to_owned()),
        made_at: "22 Nov 2026, 10:00 UTC".to_owned(),
        version: "0.1.0".to_owned(),
        log_size: Some(4713),
        ..Layout::new(title, section)
    }
}

fn at(time: &str) -> Moment {
    Moment::utc(format!("2026-11-{time}:00.000Z"))
}

fn person(name: &str) -> Who {
    let slug = name.split(' ').next().unwrap_or_default().to_lowercase();
    Who::linked(name, format!("/organisation/people/prs_{slug}"))
}

fn machine(name: &str) -> Who {
    Who {
        name: name.to_owned(),
        href: Some(format!("/organisation/service-accounts/{name}")),
        note: "service account".to_owned(),
    }
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}
