//! What past deployments say of risk: with proposals, and before anything was deployed.

use super::{Samples, add as put, layout};
use crate::pages::risk_history::{Advice, Page, RateRow};
use crate::view::Section;

pub(super) fn add(list: &mut Samples) {
    put(list, "risk_history", &page());
    let none = Page {
        overall: "0 of 0 deployments failed in the last 210 days".to_owned(),
        rates: Vec::new(),
        ..page()
    };
    put(list, "risk_history_none", &none);
}

fn page() -> Page {
    let row = |group: &str, failed: &str, rate: &str, interval: &str, advice| RateRow {
        group: group.to_owned(),
        failed: failed.to_owned(),
        rate: rate.to_owned(),
        interval: interval.to_owned(),
        advice,
        factor: None,
    };
    let mut old = row("service ledger", "18 of 40", "31%", "20% to 43%", Advice::Stricter);
    let lines = "  - name: history-service-ledger\n    when: service.name == \"ledger\"\n    points: 10\n    why: 18 of 40 deployments failed\n";
    old.factor = Some(lines.to_owned());
    Page {
        layout: layout("Risk from history", Section::Policy),
        overall: "27 of 500 deployments failed in the last 210 days, 5%".to_owned(),
        rates: vec![
            old,
            row("service search", "3 of 400", "1%", "0% to 2%", Advice::Lighter),
            row("kind normal", "25 of 460", "5%", "4% to 8%", Advice::Keep),
            row("template dns-record", "0 of 3", "5%", "0% to 16%", Advice::TooFew),
        ],
    }
}
