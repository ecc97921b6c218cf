//! One statement of a batch with its parameters: one array a column, so that a statement takes
//! any number of rows.
//!
//! Making steps is pure; the writer sends all steps of a batch at once without waiting between.

use deadpool_postgres::Client;
use futures::future::join_all;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

type Param<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A statement with its parameters.
pub(crate) struct Step<'a> {
    sql: &'static str,
    params: Vec<Param<'a>>,
}

impl<'a> Step<'a> {
    pub(crate) fn new(sql: &'static str) -> Self {
        Self { sql, params: Vec::new() }
    }

    /// Adds the next parameter.
    pub(crate) fn with(mut self, param: impl ToSql + Sync + Send + 'a) -> Self {
        self.params.push(Box::new(param));
        self
    }
}

/// Sends all steps in order, and only then waits for the answers.
///
/// Gives an answer for each step. After a step that failed the transaction refuses the rest.
pub(crate) async fn send(
    client: &Client,
    steps: &[Step<'_>],
) -> Result<Vec<Result<Vec<Row>, tokio_postgres::Error>>, tokio_postgres::Error> {
    let mut statements = Vec::with_capacity(steps.len());
    for step in steps {
        statements.push(client.prepare_cached(step.sql).await?);
    }
    let queries = steps.iter().zip(&statements).map(|(step, statement)| async move {
        let params: Vec<&(dyn ToSql + Sync)> =
            step.params.iter().map(|param| &**param as &(dyn ToSql + Sync)).collect();
        client.query(statement, &params).await
    });
    // A query is sent when it is polled first, and these are polled in order.
    Ok(join_all(queries).await)
}
