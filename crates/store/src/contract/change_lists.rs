//! The list of changes against a plain scan of the same rows.

use super::{Subject, change_row};
use crate::{ChangeFilter, ChangeRow, ChangeSummary, Store, Write, words};

/// So many that every single filter leaves more than a store would look at one by one.
const COUNT: u64 = 1_600;

async fn filled(store: &dyn Store) -> Vec<ChangeRow> {
    let rows: Vec<ChangeRow> = (0..COUNT).map(change_row).collect();
    let writes = rows.iter().map(|row| Write::Change(Box::new(row.clone()))).collect();
    store.write(writes).await.unwrap();
    rows
}

/// What a filter means, in the plainest words.
fn passes(filter: &ChangeFilter, row: &ChangeRow) -> bool {
    let s = &row.summary;
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
    let stored = words(&row.search);
    (filter.states.is_empty() || filter.states.contains(&s.state))
        && is(&filter.service, &s.service)
        && is(&filter.environment, &s.environment)
        && is(&filter.kind, &s.kind)
        && filter.risk_level.as_ref().is_none_or(|w| s.risk_level.as_ref() == Some(w))
        && is(&filter.requester, &s.requester)
        && filter.before_number.is_none_or(|before| s.number.0 < before)
        && words(filter.text.as_deref().unwrap_or_default())
            .iter()
            .all(|asked| stored.iter().any(|word| word.starts_with(asked)))
}

fn expected(filter: &ChangeFilter, rows: &[ChangeRow]) -> Vec<ChangeSummary> {
    let found = rows.iter().rev().filter(|row| passes(filter, row));
    found.map(|row| row.summary.clone()).collect()
}

pub async fn every_filter_gives_what_a_plain_scan_gives(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rows = filled(&*store).await;
    let some = |text: &str| Some(text.to_owned());
    for choice in 0_u32..256 {
        let on = |bit: u32| choice >> bit & 1 == 1;
        let filter = ChangeFilter {
            states: if on(0) { vec!["approved".into(), "completed".into()] } else { Vec::new() },
            service: on(1).then(|| "payout".to_owned()),
            environment: on(2).then(|| "production".to_owned()),
            kind: on(3).then(|| "normal".to_owned()),
            risk_level: on(4).then(|| "high".to_owned()),
            requester: on(5).then(|| "prs_b".to_owned()),
            text: if on(6) { some("DEPL 10") } else { None },
            before_number: on(7).then_some(1200),
            limit: 200,
            ..ChangeFilter::default()
        };
        let mut expected = expected(&filter, &rows);
        let page = store.changes(&filter).await.unwrap();
        assert_eq!(page.more, expected.len() > 200, "{filter:?}");
        expected.truncate(200);
        assert_eq!(page.items, expected, "{filter:?}");
    }
}

pub async fn pages_join_without_gap_or_repeat(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rows = filled(&*store).await;
    let mut filter = ChangeFilter {
        states: vec!["completed".into(), "draft".into()],
        limit: 7,
        ..ChangeFilter::default()
    };
    let all = expected(&filter, &rows);
    let mut found = Vec::new();
    loop {
        let page = store.changes(&filter).await.unwrap();
        assert!(page.items.len() == 7 || !page.more);
        filter.before_number = page.items.last().map(|summary| summary.number.0);
        found.extend(page.items);
        if !page.more {
            break;
        }
    }
    assert_eq!(found, all);
}

pub async fn words_are_found_by_their_start_in_any_order(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let rows = filled(&*store).await;
    for text in
        ["chg-1042", "1042", "staging checkout", "Check DEP", "zzz", "\"' OR 1=1 --", "*", "a:b"]
    {
        let filter =
            ChangeFilter { text: Some(text.into()), limit: 200, ..ChangeFilter::default() };
        let page = store.changes(&filter).await.unwrap();
        let mut expected = expected(&filter, &rows);
        expected.truncate(200);
        assert_eq!(page.items, expected, "{text}");
    }
}
