//! The list of changes: one way in for each filter that narrows well, the rest checked on the way.
//!
//! The index is named in the statement, so that the plan never depends on statistics. Each index
//! holds every filter column: rows that don't pass are never read.

use rusqlite::{Connection, params};
use store::{ChangeFilter, ChangeSummary, Page, StoreError, words};

use super::changes::{SUMMARY_COLUMNS, summary};
use crate::row::{self, int};

/// The most rows of one page.
const LIMIT_MAX: usize = 200;

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
    fn of(filter: &ChangeFilter, query: &str) -> Self {
        match filter {
            _ if !query.is_empty() => Self::Text,
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
            "SELECT {SUMMARY_COLUMNS} FROM {from}
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
    let query = text_query(filter.text.as_deref().unwrap_or_default());
    let way = Way::of(filter, &query);
    let looked_for: Vec<Option<&str>> = match way {
        Way::Text => vec![Some(&query)],
        Way::Requester => vec![filter.requester.as_deref()],
        Way::Service => vec![filter.service.as_deref()],
        Way::State => filter.states.iter().map(|state| Some(state.as_str())).collect(),
        Way::Environment => vec![filter.environment.as_deref()],
        Way::Number => vec![None],
    };
    let mut items = Vec::new();
    for value in looked_for {
        items.extend(find(connection, filter, way, value, limit + 1)?);
    }
    // Several states are several runs of one index, each newest first.
    items.sort_by_key(|summary: &ChangeSummary| std::cmp::Reverse(summary.number));
    items.dedup_by_key(|summary| summary.number);
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { items, more })
}

fn find(
    connection: &Connection,
    filter: &ChangeFilter,
    way: Way,
    looked_for: Option<&str>,
    limit: usize,
) -> Result<Vec<ChangeSummary>, StoreError> {
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
    row::list(connection, "changes", &way.sql(), params, summary)
}

/// All words of `text`, each as the start of a word, in the query language of FTS5.
fn text_query(text: &str) -> String {
    let quoted: Vec<String> = words(text).iter().map(|word| format!("\"{word}\"*")).collect();
    quoted.join(" ")
}
