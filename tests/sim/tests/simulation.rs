//! The simulation on both databases, bounded; and planted defects that it finds.
//!
//! `SIM_SEED=… SIM_EVENTS=…` repeats a run exactly.

#![expect(clippy::unwrap_used, reason = "a test that gets something else must stop")]

use std::time::Duration;

use sim::{Bug, Database, Options, simulate};

/// Enough for continuous integration; `cargo xtask simulate --events 1000000` runs through a night.
const EVENTS: u64 = 4_000;
const AT_MOST: Duration = Duration::from_secs(45);

/// The same seeds each time, so that continuous integration never fails by chance; these have found
/// something before. A night's run has a fresh one.
const SEED_ON_SQLITE: u64 = 632_270_794;
const SEED_ON_POSTGRES: u64 = 310_853_515;

async fn run(database: Database, seed: u64) {
    let repeated = std::env::var("SIM_EVENTS").is_ok();
    let mut options = Options::from_environment(database, EVENTS, Some(seed)).unwrap();
    options.at_most = (!repeated).then_some(AT_MOST);
    println!("{}", simulate(&options).await.unwrap());
}

#[tokio::test]
async fn every_invariant_holds_after_every_step_on_sqlite() {
    run(Database::Sqlite, SEED_ON_SQLITE).await;
}

#[tokio::test]
async fn every_invariant_holds_after_every_step_on_postgres() {
    run(Database::Postgres, SEED_ON_POSTGRES).await;
}

fn options(seed: u64, events: u64, bug: Option<Bug>) -> Options {
    Options { seed, events, at_most: None, database: Database::Sqlite, bug }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_log() {
    let first = simulate(&options(11, 250, None)).await.unwrap();
    let again = simulate(&options(11, 250, None)).await.unwrap();
    let other = simulate(&options(12, 250, None)).await.unwrap();
    assert_eq!((&first.root, first.entries), (&again.root, again.entries));
    assert_ne!(first.root, other.root);
}

/// What the simulation says of a planted defect, trying a few seeds.
async fn found(bug: Bug) -> String {
    for seed in 1..6 {
        if let Err(error) = simulate(&options(seed, 1_500, Some(bug))).await {
            return error.root_cause().to_string();
        }
    }
    String::new()
}

#[tokio::test]
async fn a_decision_stored_without_its_guards_is_found() {
    let said = found(Bug::NoGuards).await;
    println!("{said}");
    assert!(["I1", "I4", "I6", "I7"].iter().any(|name| said.starts_with(name)), "{said}");
}

#[tokio::test]
async fn an_answer_before_it_is_durable_is_found() {
    let said = found(Bug::NotDurable).await;
    println!("{said}");
    assert!(said.starts_with("I2"), "{said}");
}

#[tokio::test]
async fn a_row_that_was_not_written_is_found() {
    let said = found(Bug::StaleRow).await;
    assert!(said.starts_with("I9"), "{said}");
}
