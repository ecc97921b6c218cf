//! Every statement that a request waits for finds its rows by an index, in order.

use rusqlite::Connection;

use super::change_list::Way;
use super::{
    change_sets, changes, cosignatures, deployments, grants, idempotency, journal, notifications,
    outbox, sessions, timers, waiting,
};
use crate::migrations;

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let count = statement.parameter_count();
    let rows = statement.query_map(rusqlite::params_from_iter(vec![1; count]), |row| row.get(3));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// Neither a walk through a whole table nor a sort.
fn is_indexed(step: &str) -> bool {
    let is_no_table = step.contains("VIRTUAL TABLE INDEX") || step == "SCAN CONSTANT ROW";
    let walks = step.starts_with("SCAN") && !is_no_table;
    !walks && !step.contains("TEMP B-TREE")
}

#[test]
fn hot_statements_neither_scan_nor_sort() {
    let mut connection = Connection::open_in_memory().unwrap();
    migrations::run(&mut connection).unwrap();
    let fixed = [
        journal::FIND_VERSION,
        journal::LIST_ENTRIES,
        journal::LIST_ENTRIES_BEFORE,
        journal::LIST_STREAM,
        journal::LIST_DISCLOSURES,
        journal::LIST_LEAF_HASHES,
        journal::LIST_TILE_HASHES,
        journal::LIST_LEAVES,
        changes::FIND,
        changes::FIND_BY_NUMBER,
        changes::LIST_FOR_ARTIFACT,
        changes::LIST_PLANNED,
        change_sets::LIST,
        grants::FIND_INDEX,
        deployments::FIND_HISTORY,
        waiting::LIST_FOR_KEY,
        waiting::LIST_PLACES,
        timers::LIST_DUE,
        idempotency::FIND,
        sessions::FIND,
        cosignatures::FIND_NEWEST,
        cosignatures::LIST,
        notifications::LIST,
        outbox::LIST_DUE,
        outbox::LIST_WAITING,
        outbox::LIST_DEAD,
    ];
    let ways = [Way::Text, Way::Requester, Way::Service, Way::State, Way::Environment, Way::Number];
    let lists = ways.map(Way::sql);
    for sql in fixed.into_iter().chain(lists.iter().map(String::as_str)) {
        let plan = plan(&connection, sql);
        assert!(plan.iter().all(|step| is_indexed(step)), "{sql}\n{plan:#?}");
    }
}
