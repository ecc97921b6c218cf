//! The list of changes, made of the conditions that a filter has.

use deadpool_postgres::GenericClient;
use store::{ChangeFilter, ChangeSummary, Page, StoreError, has_words, words};
use tokio_postgres::types::ToSql;

use super::changes::{SUMMARY_COLUMNS, summary};
use crate::row::{self, int};

/// The most rows of one page.
const LIMIT_MAX: usize = 200;

/// So few changes are looked at one by one sooner than a common word is looked up.
const FEW: usize = 300;

/// So many of the newest changes are looked at before the index of all words is asked: a word that is
/// common fills a page sooner than all its changes are gathered, and one that is rare is gathered soon.
const NEWEST: i64 = 3_000;

/// A change with the text it is searched by.
type Found = (ChangeSummary, String);

/// A statement under construction: conditions with their parameters.
#[derive(Default)]
struct Query {
    conditions: Vec<String>,
    params: Vec<Box<dyn ToSql + Sync + Send>>,
}

impl Query {
    /// Adds a parameter; gives its name.
    fn param(&mut self, value: impl ToSql + Sync + Send + 'static) -> String {
        self.params.push(Box::new(value));
        format!("${}", self.params.len())
    }

    fn equal(&mut self, column: &str, value: Option<&String>) {
        if let Some(value) = value {
            let param = self.param(value.clone());
            self.conditions.push(format!("c.{column} = {param}"));
        }
    }

    /// Conditions on columns that an index has after the number are checked in the index.
    fn of(filter: &ChangeFilter) -> Self {
        let mut query = Self::default();
        let before = query.param(int(filter.before_number.unwrap_or(u64::MAX)));
        query.conditions.push(format!("c.number < {before}"));
        query.equal("service", filter.service.as_ref());
        query.equal("environment", filter.environment.as_ref());
        query.equal("kind", filter.kind.as_ref());
        query.equal("risk_level", filter.risk_level.as_ref());
        query.equal("requester", filter.requester.as_ref());
        query
    }

    fn conditions(&self) -> String {
        self.conditions.join(" AND ")
    }
}

/// A page of changes, newest first.
pub(crate) async fn list(
    client: &impl GenericClient,
    filter: &ChangeFilter,
) -> Result<Page<ChangeSummary>, StoreError> {
    let limit = filter.limit.clamp(1, LIMIT_MAX);
    let asked = words(filter.text.as_deref().unwrap_or_default());
    let mut items = if asked.is_empty() {
        find(client, filter, &Way::Rest, limit + 1).await?
    } else {
        match among_few(client, filter, &asked).await? {
            Some(items) => items,
            None => by_words(client, filter, text_query(&asked), limit + 1).await?,
        }
    };
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { items: items.into_iter().map(|(summary, _)| summary).collect(), more })
}

/// The changes with all words, if the rest of the filter leaves few enough to look at each.
async fn among_few(
    client: &impl GenericClient,
    filter: &ChangeFilter,
    asked: &[String],
) -> Result<Option<Vec<Found>>, StoreError> {
    if !is_narrow(filter) {
        return Ok(None);
    }
    let mut found = find(client, filter, &Way::Rest, FEW + 1).await?;
    if found.len() > FEW {
        return Ok(None);
    }
    found.retain(|(_, search)| has_words(search, asked));
    Ok(Some(found))
}

/// The changes with all words where the rest of the filter leaves many.
async fn by_words(
    client: &impl GenericClient,
    filter: &ChangeFilter,
    text: String,
    limit: usize,
) -> Result<Vec<Found>, StoreError> {
    if is_narrow(filter) {
        let found = find(client, filter, &Way::Newest(text.clone()), limit).await?;
        if found.len() == limit {
            return Ok(found);
        }
    }
    find(client, filter, &Way::Words(text), limit).await
}

/// Whether something besides words says which changes.
fn is_narrow(filter: &ChangeFilter) -> bool {
    filter.service.is_some()
        || filter.requester.is_some()
        || filter.environment.is_some()
        || !filter.states.is_empty()
}

/// How the changes of a page are come by.
enum Way {
    /// By all of the filter but its words.
    Rest,
    /// By the index of words, in the query language of text search.
    Words(String),
    /// One by one from the newest on, those with the words.
    Newest(String),
}

async fn find(
    client: &impl GenericClient,
    filter: &ChangeFilter,
    way: &Way,
    limit: usize,
) -> Result<Vec<Found>, StoreError> {
    let mut query = Query::of(filter);
    let sql = statement(&mut query, filter, way, limit);
    let params: Vec<&(dyn ToSql + Sync)> =
        query.params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect();
    row::list(client, "changes", &sql, &params, |cells| Ok((summary(cells)?, cells.text(17)?)))
        .await
}

fn statement(query: &mut Query, filter: &ChangeFilter, way: &Way, limit: usize) -> String {
    let limit = query.param(row::limit(limit));
    let mut from = "changes c";
    // With nothing that narrows better: one ordered run of the index for each state, in place of
    // a sort of all their changes.
    let by_state =
        matches!(way, Way::Rest) && filter.service.is_none() && filter.requester.is_none();
    if let Way::Words(text) = way {
        let text = query.param(text.clone());
        query.conditions.push(format!("t.words @@ {text}::text::tsquery"));
        from = "changes_text t JOIN changes c ON c.number = t.number";
    }
    if !filter.states.is_empty() {
        let mut states = filter.states.clone();
        states.sort_unstable();
        states.dedup();
        let states = query.param(states);
        if by_state {
            let conditions = query.conditions();
            return format!(
                "SELECT {SUMMARY_COLUMNS}, c.search FROM unnest({states}::text[]) asked (state)
                 CROSS JOIN LATERAL (
                    SELECT * FROM changes c WHERE c.state = asked.state AND {conditions}
                    ORDER BY c.number DESC LIMIT {limit}) c
                 ORDER BY c.number DESC LIMIT {limit}"
            );
        }
        query.conditions.push(format!("c.state = ANY ({states}::text[])"));
    }
    let conditions = query.conditions();
    if let Way::Newest(text) = way {
        // OFFSET 0 keeps the words out of the planner's hands, which would gather all of them first.
        let text = query.param(text.clone());
        return format!(
            "SELECT {SUMMARY_COLUMNS}, c.search FROM (
                SELECT * FROM changes c WHERE {conditions} ORDER BY c.number DESC LIMIT {NEWEST}) c
             CROSS JOIN LATERAL (
                SELECT 1 FROM changes_text t
                WHERE t.number = c.number AND t.words @@ {text}::text::tsquery OFFSET 0) t
             ORDER BY c.number DESC LIMIT {limit}"
        );
    }
    format!(
        "SELECT {SUMMARY_COLUMNS}, c.search FROM {from} WHERE {conditions}
         ORDER BY c.number DESC LIMIT {limit}"
    )
}

/// All words asked for, each as the start of a word, in the query language of text search.
fn text_query(asked: &[String]) -> String {
    let quoted: Vec<String> = asked.iter().map(|word| format!("'{word}':*")).collect();
    quoted.join(" & ")
}
