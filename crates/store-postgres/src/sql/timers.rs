//! Timers: one a stream.

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use store::{StoreError, Stream, TimerRow, timer_line};

use crate::row::{self, Cells};
use crate::step::Step;

const PUT: &str = "
    INSERT INTO timers (stream, due_at_ms) SELECT * FROM unnest($1::text[], $2::bigint[])
    ON CONFLICT (stream) DO UPDATE SET due_at_ms = excluded.due_at_ms";
const DELETE: &str = "DELETE FROM timers WHERE stream = ANY ($1::text[])";
const LIST_DUE: &str = "
    SELECT stream, due_at_ms FROM timers WHERE due_at_ms <= $1 ORDER BY due_at_ms, stream LIMIT $2";
const LIST_ALL: &str = "SELECT stream, due_at_ms FROM timers";

/// Sets and removes timers, each stream named at most once.
pub(crate) fn put<'a>(timers: &[(&'a Stream, Option<Timestamp>)]) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    let removed: Vec<&'a str> =
        timers.iter().filter(|(_, due)| due.is_none()).map(|(stream, _)| stream.as_str()).collect();
    if !removed.is_empty() {
        steps.push(Step::new(DELETE).with(removed));
    }
    let set = timers.iter().filter_map(|(stream, due)| Some((stream.as_str(), (*due)?)));
    let (streams, times): (Vec<&'a str>, Vec<i64>) =
        set.map(|(stream, due)| (stream, due.as_millisecond())).unzip();
    if !streams.is_empty() {
        steps.push(Step::new(PUT).with(streams).with(times));
    }
    steps
}

pub(crate) async fn list_due(
    client: &impl GenericClient,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<TimerRow>, StoreError> {
    let params: row::Params<'_> = &[&now.as_millisecond(), &row::limit(limit)];
    row::list(client, "timers", LIST_DUE, params, read).await
}

fn read(cells: &Cells<'_>) -> Result<TimerRow, StoreError> {
    Ok(TimerRow { stream: Stream::named(&cells.text(0)?), due_at: cells.time(1)? })
}

/// Every timer as canonical text.
pub(crate) async fn dump(
    client: &impl GenericClient,
    lines: &mut Vec<String>,
) -> Result<(), StoreError> {
    let rows = row::list(client, "timers", LIST_ALL, &[], |cells| Ok(timer_line(&read(cells)?)));
    lines.extend(rows.await?);
    Ok(())
}
