//! The list of changes: one way in for each filter that narrows well, the rest checked on the way.
//!
//! The index is named in the statement, so that the plan never depends on statistics. Each index
//! holds every filter column: rows that don't pass are never read.

use std::cmp::Reverse;

use rusqlite::{Connection, params};
use store::{ChangeFilter, ChangeSummary, Page, StoreError, has_words, words};

use super::changes::{SUMMARY_COLUMNS, summary};
use crate::row::{self, int};

/// The most rows of one page.
const LIMIT_MAX: usize = 200;

/// So few changes are looked at one by one sooner than a common word is looked up.
const FEW: usize = 300;

/// A change with the text it is searched by.
type Found = (ChangeSummary, String);

/// How the list is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Text,
    Requester,
    Service,
    State,
    Environment,
    Number,
}

impl Way {
    /// The way that narrows best, apart from the text.
    fn of(filter: &ChangeFilter) -> Self {
        match filter {
            f if f.requester.is_some() => Self::Requester,
            f if f.service.is_some() => Self::Service,
            f if !f.states.is_empty() => Self::State,
            f if f.environment.is_some() => Self::Environment,
            _ => Self::Number,
        }
    }

    /// `?1` before number, `?2` limit, `?3` service, `?4` environment, `?5` kind, `?6` risk level,
    /// `?7` requester, `?8` states as `,a,b,`, `?9` what the way itself looks for.
    pub(crate) fn sql(self) -> String {
        let (from, by) = match self {
            Self::Text => (
                "changes_text CROSS JOIN changes c ON c.number = changes_text.rowid",
                "changes_text MATCH ?9 AND changes_text.rowid < ?1",
            ),
            Self::Requester => ("changes c INDEXED BY changes_by_requester", "c.requester = ?9"),
            Self::Service => ("changes c INDEXED BY changes_by_service", "c.service = ?9"),
            Self::State => ("changes c INDEXED BY changes_by_state", "c.state = ?9"),
            Self::Environment => {
                ("changes c INDEXED BY changes_by_environment", "c.environment = ?9")
            }
            Self::Number => ("changes c INDEXED BY changes_by_number", "?9 IS NULL"),
        };
        let order = if self == Self::Text { "changes_text.rowid" } else { "c.number" };
        format!(
            "SELECT {SUMMARY_COLUMNS}, c.search FROM {from}
             WHERE {by} AND c.number < ?1
               AND (?3 IS NULL OR c.service = ?3)
               AND (?4 IS NULL OR c.environment = ?4)
               AND (?5 IS NULL OR c.kind = ?5)
               AND (?6 IS NULL OR c.risk_level = ?6)
               AND (?7 IS NULL OR c.requester = ?7)
               AND (?8 IS NULL OR instr(?8, ',' || c.state || ',') > 0)
             ORDER BY {order} DESC LIMIT ?2"
        )
    }
}

/// A page of changes, newest first.
pub(crate) fn list(
    connection: &Connection,
    filter: &ChangeFilter,
) -> Result<Page<ChangeSummary>, StoreError> {
    let limit = filter.limit.clamp(1, LIMIT_MAX);
    let asked = words(filter.text.as_deref().unwrap_or_default());
    let way = Way::of(filter);
    let mut items = if asked.is_empty() {
        run(connection, filter, way, limit + 1)?
    } else {
        match among_few(connection, filter, way, &asked)? {
            Some(items) => items,
            None => find(connection, filter, Way::Text, Some(&text_query(&asked)), limit + 1)?,
        }
    };
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { items: items.into_iter().map(|(summary, _)| summary).collect(), more })
}

/// The changes with all words, if the rest of the filter leaves few enough to look at each.
fn among_few(
    connection: &Connection,
    filter: &ChangeFilter,
    way: Way,
    asked: &[String],
) -> Result<Option<Vec<Found>>, StoreError> {
    if way == Way::Number {
        return Ok(None);
    }
    let mut found = run(connection, filter, way, FEW + 1)?;
    if found.len() > FEW {
        return Ok(None);
    }
    found.retain(|(_, search)| has_words(search, asked));
    Ok(Some(found))
}

/// The first `limit` changes by a way other than the text.
fn run(
    connection: &Connection,
    filter: &ChangeFilter,
    way: Way,
    limit: usize,
) -> Result<Vec<Found>, StoreError> {
    let looked_for = match way {
        Way::Requester => filter.requester.as_deref(),
        Way::Service => filter.service.as_deref(),
        Way::Environment => filter.environment.as_deref(),
        Way::State | Way::Text | Way::Number => None,
    };
    if way != Way::State {
        return find(connection, filter, way, looked_for, limit);
    }
    // Several states are several runs of one index, each newest first.
    let mut found = Vec::new();
    for state in &filter.states {
        found.extend(find(connection, filter, way, Some(state), limit)?);
    }
    found.sort_by_key(|(summary, _)| Reverse(summary.number));
    found.dedup_by_key(|(summary, _)| summary.number);
    found.truncate(limit);
    Ok(found)
}

fn find(
    connection: &Connection,
    filter: &ChangeFilter,
    way: Way,
    looked_for: Option<&str>,
    limit: usize,
) -> Result<Vec<Found>, StoreError> {
    let states = (!filter.states.is_empty()).then(|| format!(",{},", filter.states.join(",")));
    let params = params![
        int(filter.before_number.unwrap_or(u64::MAX)),
        row::limit(limit),
        filter.service,
        filter.environment,
        filter.kind,
        filter.risk_level,
        filter.requester,
        states,
        looked_for,
    ];
    row::list(connection, "changes", &way.sql(), params, |cells| {
        Ok((summary(cells)?, cells.text(17)?))
    })
}

/// All words asked for, each as the start of a word, in the query language of FTS5.
fn text_query(asked: &[String]) -> String {
    let quoted: Vec<String> = asked.iter().map(|word| format!("\"{word}\"*")).collect();
    quoted.join(" ")
}
