//! The list of changes, made of the conditions that a filter has.

use deadpool_postgres::GenericClient;
use store::{ChangeFilter, ChangeSummary, Page, StoreError, words};
use tokio_postgres::types::ToSql;

use super::changes::{SUMMARY_COLUMNS, summary};
use crate::row::{self, int};

/// The most rows of one page.
const LIMIT_MAX: usize = 200;

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
    let mut query = Query::of(filter);
    let sql = statement(&mut query, filter, limit + 1);
    let params: Vec<&(dyn ToSql + Sync)> =
        query.params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect();
    let mut items = row::list(client, "changes", &sql, &params, summary).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    Ok(Page { items, more })
}

fn statement(query: &mut Query, filter: &ChangeFilter, limit: usize) -> String {
    let limit = query.param(row::limit(limit));
    let text = text_query(filter.text.as_deref().unwrap_or_default());
    let narrow = filter.service.is_some() || filter.requester.is_some();
    if !text.is_empty() {
        let text = query.param(text);
        query.conditions.push(format!("t.words @@ {text}::text::tsquery"));
    }
    if !filter.states.is_empty() && (narrow || filter.text.is_some()) {
        let states = query.param(filter.states.clone());
        query.conditions.push(format!("c.state = ANY ({states}::text[])"));
    } else if !filter.states.is_empty() {
        // One ordered run of the index for each state, in place of a sort of all their changes.
        let mut states = filter.states.clone();
        states.sort_unstable();
        states.dedup();
        let states = query.param(states);
        let conditions = query.conditions();
        return format!(
            "SELECT {SUMMARY_COLUMNS} FROM unnest({states}::text[]) asked (state)
             CROSS JOIN LATERAL (
                SELECT * FROM changes c WHERE c.state = asked.state AND {conditions}
                ORDER BY c.number DESC LIMIT {limit}) c
             ORDER BY c.number DESC LIMIT {limit}"
        );
    }
    let from = match filter.text.as_deref().is_some_and(|text| !words(text).is_empty()) {
        true => "changes_text t JOIN changes c ON c.number = t.number",
        false => "changes c",
    };
    let conditions = query.conditions();
    format!(
        "SELECT {SUMMARY_COLUMNS} FROM {from} WHERE {conditions}
         ORDER BY c.number DESC LIMIT {limit}"
    )
}

/// All words of `text`, each as the start of a word, in the query language of text search.
fn text_query(text: &str) -> String {
    let quoted: Vec<String> = words(text).iter().map(|word| format!("'{word}':*")).collect();
    quoted.join(" & ")
}
