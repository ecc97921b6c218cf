//! Messages that wait for their channel, in lanes.
//!
//! Appends and settlements hold the lock on the head, so they never meet. A claim does not: it takes
//! lanes that nobody has locked, and touches nothing of a lane but its lease.

use std::collections::BTreeMap;

use deadpool_postgres::GenericClient;
use jiff::Timestamp;
use store::{
    Claim, ClaimedLane, DeadLetter, NotificationRow, OutboxMessage, OutboxStatus, OutboxWrite,
    Settlement, StoreError,
};

use super::notifications;
use crate::row::{self, Cells};
use crate::step::Step;

const INSERT: &str = "
    INSERT INTO outbox (id, lane, created_at_ms, due_at_ms, data)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
    ON CONFLICT (id) DO NOTHING";
const END_PAUSES: &str = "
    UPDATE outbox_lanes l SET not_before_ms = least(l.not_before_ms, asked.pause_ends_ms)
    FROM unnest($1::text[], $2::bigint[]) asked (lane, pause_ends_ms)
    WHERE l.lane = asked.lane AND l.attempts = 0";
const OPEN_LANES: &str = "
    INSERT INTO outbox_lanes AS l
        (lane, due_at_ms, not_before_ms, attempts, lease, leased_until_ms, error)
    SELECT lane, due_at_ms, 0, 0, '', 0, NULL
    FROM unnest($1::text[], $2::bigint[]) asked (lane, due_at_ms)
    ON CONFLICT (lane) DO UPDATE SET due_at_ms = least(l.due_at_ms, excluded.due_at_ms)";
const CLAIM: &str = "
    UPDATE outbox_lanes l SET lease = $2, leased_until_ms = $3
    FROM (
        SELECT lane FROM outbox_lanes
        WHERE due_at_ms <= $1 AND not_before_ms <= $1 AND leased_until_ms <= $1
        ORDER BY due_at_ms LIMIT $4 FOR UPDATE SKIP LOCKED) due
    WHERE l.lane = due.lane RETURNING l.lane, l.attempts";
const LIST_WAITING: &str = "
    SELECT m.id, m.lane, m.created_at_ms, m.due_at_ms, m.data
    FROM unnest($1::text[]) asked (lane)
    CROSS JOIN LATERAL (
        SELECT * FROM outbox o WHERE o.lane = asked.lane AND o.died_at_ms IS NULL
        ORDER BY o.seq LIMIT $2) m
    ORDER BY m.lane, m.seq";
const DELETE: &str = "
    DELETE FROM outbox WHERE id = ANY ($1::text[]) AND lane = $2
        AND EXISTS (SELECT 1 FROM outbox_lanes WHERE lane = $2 AND lease = $3)";
const BURY: &str = "
    UPDATE outbox SET died_at_ms = $4, error = $5 WHERE id = ANY ($1::text[]) AND lane = $2
        AND EXISTS (SELECT 1 FROM outbox_lanes WHERE lane = $2 AND lease = $3)";
const RELEASE: &str = "
    UPDATE outbox_lanes SET
        lease = '', leased_until_ms = 0, attempts = $3, not_before_ms = $4, error = $5,
        due_at_ms = coalesce(
            (SELECT min(due_at_ms) FROM outbox WHERE lane = $1 AND died_at_ms IS NULL),
            9223372036854775807)
    WHERE lane = $1 AND lease = $2";
const CLOSE_LANES: &str = "
    DELETE FROM outbox_lanes WHERE due_at_ms = 9223372036854775807 AND not_before_ms <= $1";
const DIG_UP: &str = "
    WITH back AS (
        UPDATE outbox SET died_at_ms = NULL, error = NULL, due_at_ms = $2
        WHERE id = ANY ($1::text[]) AND died_at_ms IS NOT NULL RETURNING lane)
    INSERT INTO outbox_lanes AS l
        (lane, due_at_ms, not_before_ms, attempts, lease, leased_until_ms, error)
    SELECT DISTINCT lane, $2, 0, 0, '', 0, NULL FROM back
    ON CONFLICT (lane) DO UPDATE SET due_at_ms = least(l.due_at_ms, excluded.due_at_ms)";
const LIST_DEAD: &str = "
    SELECT id, lane, created_at_ms, due_at_ms, data, died_at_ms, error FROM outbox
    WHERE died_at_ms IS NOT NULL ORDER BY died_at_ms DESC LIMIT $1";
const STATUS: &str = "
    SELECT count(*) FILTER (WHERE died_at_ms IS NULL), count(*) FILTER (WHERE died_at_ms IS NOT NULL),
        min(created_at_ms) FILTER (WHERE died_at_ms IS NULL AND due_at_ms <= $1) FROM outbox";

/// The statements of writes, in their order: what is told first, then what ends or moves.
pub(crate) fn steps<'a>(writes: &[&'a OutboxWrite]) -> Vec<Step<'a>> {
    let mut told: BTreeMap<&str, &NotificationRow> = BTreeMap::new();
    let mut messages: Vec<&OutboxMessage> = Vec::new();
    let mut moved = Vec::new();
    for write in writes {
        match write {
            OutboxWrite::Notification(row) => {
                told.entry(&row.id).or_insert(row);
            }
            OutboxWrite::Message(message) => messages.push(message),
            OutboxWrite::Read { person, ids, at } => {
                moved.push(notifications::mark_read(person, ids.as_deref(), *at));
            }
            OutboxWrite::Settle(settlement) => moved.extend(settle(settlement)),
            OutboxWrite::Replay { ids, at } => {
                moved.push(Step::new(DIG_UP).with(ids.as_slice()).with(at.as_millisecond()));
            }
            OutboxWrite::Forget { before } => {
                moved.push(Step::new(CLOSE_LANES).with(before.as_millisecond()));
                moved.push(notifications::delete_old(*before));
            }
        }
    }
    let mut steps = Vec::from_iter(notifications::insert(&Vec::from_iter(told.into_values())));
    steps.extend(insert(&messages));
    steps.extend(moved);
    steps
}

fn insert<'a>(messages: &[&'a OutboxMessage]) -> Vec<Step<'a>> {
    if messages.is_empty() {
        return Vec::new();
    }
    let put = Step::new(INSERT)
        .with(messages.iter().map(|m| m.id.as_str()).collect::<Vec<_>>())
        .with(messages.iter().map(|m| m.lane.as_str()).collect::<Vec<_>>())
        .with(messages.iter().map(|m| m.created_at.as_millisecond()).collect::<Vec<_>>())
        .with(messages.iter().map(|m| m.due_at.as_millisecond()).collect::<Vec<_>>())
        .with(messages.iter().map(|m| m.data.as_str()).collect::<Vec<_>>());
    let mut lanes: BTreeMap<&'a str, i64> = BTreeMap::new();
    let mut pauses: BTreeMap<&'a str, i64> = BTreeMap::new();
    for message in messages {
        earliest(&mut lanes, &message.lane, message.due_at);
        if let Some(at) = message.pause_ends_by {
            earliest(&mut pauses, &message.lane, at);
        }
    }
    let with = |step: Step<'a>, times: BTreeMap<&'a str, i64>| {
        let (lanes, times): (Vec<&'a str>, Vec<i64>) = times.into_iter().unzip();
        step.with(lanes).with(times)
    };
    let mut steps = vec![put];
    if !pauses.is_empty() {
        steps.push(with(Step::new(END_PAUSES), pauses));
    }
    steps.push(with(Step::new(OPEN_LANES), lanes));
    steps
}

fn earliest<'a>(times: &mut BTreeMap<&'a str, i64>, lane: &'a str, at: Timestamp) {
    let time = times.entry(lane).or_insert(i64::MAX);
    *time = (*time).min(at.as_millisecond());
}

fn settle(settled: &Settlement) -> Vec<Step<'_>> {
    let (lane, lease) = (settled.lane.as_str(), settled.lease.as_str());
    let at_ms = settled.at.as_millisecond();
    let mut steps = Vec::new();
    if !settled.delivered.is_empty() {
        steps.push(Step::new(DELETE).with(settled.delivered.as_slice()).with(lane).with(lease));
    }
    if !settled.arrived.is_empty() {
        steps.push(notifications::mark_arrived(settled));
    }
    if !settled.dead.is_empty() {
        let error = settled.error.as_deref().unwrap_or_default();
        let bury = Step::new(BURY).with(settled.dead.as_slice()).with(lane).with(lease);
        steps.push(bury.with(at_ms).with(error));
    }
    let release = Step::new(RELEASE).with(lane).with(lease).with(i64::from(settled.attempts));
    steps.push(release.with(settled.not_before.as_millisecond()).with(settled.error.as_deref()));
    steps.push(Step::new(CLOSE_LANES).with(at_ms));
    steps
}

/// Leases lanes that are due, then reads what is in them.
pub(crate) async fn claim(
    client: &impl GenericClient,
    claim: &Claim<'_>,
) -> Result<Vec<ClaimedLane>, StoreError> {
    let (now, until) = (claim.now.as_millisecond(), claim.leased_until.as_millisecond());
    let params: row::Params<'_> = &[&now, &claim.lease, &until, &row::limit(claim.lanes)];
    let read = |cells: &Cells<'_>| Ok((cells.text(0)?, cells.number(1)?));
    let leased: Vec<(String, u32)> = row::list(client, "outbox_lanes", CLAIM, params, read).await?;
    if leased.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = leased.iter().map(|(lane, _)| lane.as_str()).collect();
    let params: row::Params<'_> = &[&names, &row::limit(claim.messages)];
    let mut messages: BTreeMap<String, Vec<OutboxMessage>> = BTreeMap::new();
    for message in row::list(client, "outbox", LIST_WAITING, params, read_message).await? {
        messages.entry(message.lane.clone()).or_default().push(message);
    }
    let with_messages = |(lane, attempts): (String, u32)| {
        let messages = messages.remove(&lane).unwrap_or_default();
        ClaimedLane { lane, attempts, messages }
    };
    Ok(leased.into_iter().map(with_messages).collect())
}

pub(crate) async fn list_dead(
    client: &impl GenericClient,
    limit: usize,
) -> Result<Vec<DeadLetter>, StoreError> {
    row::list(client, "outbox", LIST_DEAD, &[&row::limit(limit)], |cells| {
        let (died_at, error) = (cells.time(5)?, cells.text(6)?);
        Ok(DeadLetter { message: read_message(cells)?, died_at, error })
    })
    .await
}

pub(crate) async fn status(
    client: &impl GenericClient,
    now: Timestamp,
) -> Result<OutboxStatus, StoreError> {
    let read = |cells: &Cells<'_>| {
        let (waiting, dead) = (cells.number(0)?, cells.number(1)?);
        Ok(OutboxStatus { waiting, dead, oldest_due: cells.optional_time(2)? })
    };
    let found = row::first(client, "outbox", STATUS, &[&now.as_millisecond()], read).await?;
    Ok(found.unwrap_or_default())
}

fn read_message(cells: &Cells<'_>) -> Result<OutboxMessage, StoreError> {
    Ok(OutboxMessage {
        id: cells.text(0)?,
        lane: cells.text(1)?,
        created_at: cells.time(2)?,
        due_at: cells.time(3)?,
        pause_ends_by: None,
        data: cells.text(4)?,
    })
}
