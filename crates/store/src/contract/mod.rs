//! The suite that every store must pass: what the doc comments of [`Store`] promise, as tests.
//!
//! A store brings a [`Subject`] and calls [`contract_suite!`](crate::contract_suite) in one test
//! file. A promise is added here, once, and holds for all stores.

pub mod appends;
pub mod change_lists;
pub mod damage;
pub mod life;
pub mod log;
pub mod outbox;
pub mod rows;
pub mod speed;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use domain::ids::{ChangeId, ChangeNumber, DeploymentId};
use jiff::Timestamp;
use ledger::note::SigningKey;
use ledger::seal::seal;
use serde_json::json;

use crate::{
    Append, ChangeRow, ChangeSummary, DeploymentRow, Fault, Guard, NewEntry, Now, Signer, Store,
    StoreError, Stream,
};

/// One empty database under test, and what a test does to it from outside.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Opens the database: the same one each time, with [`signer`] and the clock.
    async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        self.open_with(signer().into()).await
    }

    /// Opens it to sign with another key.
    async fn open_with(&self, signer: Signer) -> Result<Arc<dyn Store>, StoreError>;

    /// The clock the opened stores go by.
    fn clock(&self) -> &TestClock;

    /// Lets the next commit of the store opened last fail.
    fn fail_next_commit(&self, fault: Fault);

    /// Changes one byte (or one bit of a number) of a stored value, behind the store's back.
    async fn flip_byte(&self, table: &str, column: &str, row: &str);

    /// Runs a statement behind the store's back.
    async fn tamper(&self, sql: &str);
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(at(0).as_millisecond())))
    }
}

impl TestClock {
    /// As a store wants it.
    #[must_use]
    pub fn now(&self) -> Now {
        let clock = self.clone();
        Arc::new(move || Timestamp::from_millisecond(clock.0.load(Ordering::SeqCst)).unwrap())
    }

    /// Sets it to so many seconds after the start.
    pub fn set(&self, seconds: i64) {
        self.0.store(at(seconds).as_millisecond(), Ordering::SeqCst);
    }
}

/// So many seconds after the start of every test.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_795_341_600 + seconds).unwrap()
}

/// The key of the log in every test.
#[must_use]
pub fn signer() -> SigningKey {
    SigningKey::from_seed("log.example.org", &[7; 32]).unwrap()
}

/// A key that never signed the log.
#[must_use]
pub fn another_key() -> SigningKey {
    SigningKey::from_seed(signer().name(), &[8; 32]).unwrap()
}

/// An entry of a stream, with two disclosures where `n` is even.
#[must_use]
pub fn entry(stream: &Stream, n: u64) -> NewEntry {
    let mut event = json!({
        "v": 1, "time": "2026-11-22T10:00:00.000Z", "stream": stream.as_str(),
        "actor": {"person": "prs_01kaqf0000000000000000000p"}, "kind": "noted",
        "data": {"n": n, "plain": "x".repeat(200)},
    });
    if n.is_multiple_of(2) {
        event["actor"]["address"] = json!({"$private": format!("192.0.2.{}", n % 250)});
        event["data"]["hash"] = json!({"$secret": {"argon2": n}});
    }
    let mut salts = 0_u8;
    let mut salt = || {
        salts += 1;
        [salts; 16]
    };
    let sealed = seal(&event, &mut salt).unwrap();
    NewEntry::new(stream.clone(), sealed.leaf, sealed.disclosures)
}

/// An append of one entry under a guard on its own stream.
#[must_use]
pub fn guarded(stream: &Stream, version: u64) -> Append {
    Append {
        guards: vec![Guard { stream: stream.clone(), version }],
        entries: vec![entry(stream, version)],
        ..Append::default()
    }
}

/// An append of `count` entries of one stream without guards.
#[must_use]
pub fn unguarded(stream: &Stream, count: u64) -> Append {
    Append { entries: (0..count).map(|n| entry(stream, n)).collect(), ..Append::default() }
}

/// Appends entries one by one until the log has `size`.
pub async fn fill(store: &dyn Store, size: u64) {
    let have = store.head().await.unwrap().size;
    for n in have..size {
        let stream = Stream::named(&format!("change/{}", n % 7));
        store.append(unguarded(&stream, 1)).await.unwrap();
    }
}

/// The id of the `n`th change.
#[must_use]
pub fn change_id(n: u64) -> ChangeId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&n.to_be_bytes());
    ChangeId::new(at(0), random)
}

/// The `n`th deployment of checkout into production, which ended so many days after the start.
#[must_use]
pub fn deployment_row(n: u8, day: i64, failed: bool, version: Option<&str>) -> DeploymentRow {
    DeploymentRow {
        id: DeploymentId::new(at(0), [n; 10]),
        change: change_id(u64::from(n)),
        service: "checkout".to_owned(),
        environment: "production".to_owned(),
        ended_at: at(day * 86_400),
        failed,
        version: version.map(str::to_owned),
    }
}

/// A row for the `n`th change, with values that differ from its neighbours'.
#[must_use]
pub fn change_row(n: u64) -> ChangeRow {
    let pick = |words: &[&str]| words[usize::try_from(n).unwrap() % words.len()].to_owned();
    let id = change_id(n);
    let service = pick(&["checkout", "ledger", "payout", "search", "web"]);
    let environment = pick(&["development", "staging", "production"]);
    let title = format!("Deploy {service} {n}");
    ChangeRow {
        id: id.clone(),
        version: n + 1,
        set: None,
        window: None,
        search: format!("chg-{} {} {service} {environment}", 1001 + n, title.to_lowercase()),
        artifacts: vec![format!("sha256:{n:064x}"), format!("sha256:{:064x}", 0xabc)],
        snapshot: format!("{{\"n\":{n}}}").into_bytes(),
        summary: ChangeSummary {
            id,
            number: ChangeNumber(1001 + n),
            title,
            service,
            domain: n.is_multiple_of(2).then(|| "payments".to_owned()),
            environment,
            tier: u8::try_from(n % 5).unwrap(),
            kind: pick(&["standard", "normal", "emergency", "normal"]),
            state: pick(&[
                "draft",
                "awaiting_approval",
                "approved",
                "completed",
                "completed",
                "closed",
            ]),
            held: n.is_multiple_of(11),
            risk_score: n.is_multiple_of(3).then_some(i64::try_from(n).unwrap()),
            risk_level: n.is_multiple_of(3).then(|| pick(&["low", "high"])),
            requester: pick(&["prs_a", "prs_b", "sac_c", "prs_d"]),
            missing: u32::try_from(n % 3).unwrap(),
            created_at: at(i64::try_from(n).unwrap()),
            updated_at: at(i64::try_from(n).unwrap() + 60),
            due_at: n.is_multiple_of(2).then(|| at(3600)),
        },
    }
}

/// Runs the whole suite on the subjects that `$new` makes, one for each test.
///
/// `$new` is the path of an `async fn() -> impl Subject`.
#[macro_export]
macro_rules! contract_suite {
    ($new:path) => {
        $crate::contract_suite! { @ $new;
            appends: [
                an_append_whose_guard_fails_changes_nothing,
                a_guard_may_name_a_stream_that_is_only_read,
                a_conflict_fails_only_its_own_append,
                c01_a_hundred_concurrent_appends_have_one_winner_per_version,
                c10_a_deadline_that_has_passed_refuses_the_append,
                c04_an_idempotency_key_is_stored_once,
                c04_a_key_points_to_what_was_done_until_its_answer_is_kept,
                c07_an_idempotency_key_is_free_after_a_day,
                h09_a_leaf_that_changed_in_memory_is_never_signed,
                a_leaf_too_long_for_a_bundle_is_refused,
                entries_and_writes_are_stored_together_or_not_at_all,
                appends_without_entries_leave_the_log_alone,
            ],
            log: [
                entries_read_back_with_their_disclosures,
                pages_go_both_ways_and_streams_are_in_order,
                every_receipt_verifies_from_memory_and_from_the_store,
                every_tile_is_what_the_tree_says,
                consistency_proofs_verify_between_all_sizes,
                what_lies_outside_the_log_is_none_or_refused,
                readers_see_a_prefix_while_others_append,
            ],
            rows: [
                changes_read_back_and_are_replaced,
                change_sets_are_listed_newest_first_each_once,
                m5_5_what_is_planned_in_a_time_is_found_by_its_window,
                waiting_is_in_order_of_urgency,
                waiting_rows_are_replaced,
                timers_fall_due_in_order,
                m4_1_a_service_has_the_history_of_its_deployments,
                grants_are_found_by_their_id,
                sessions_start_and_end,
                f07_the_first_cosignature_over_a_size_stays,
                idempotency_records_belong_to_their_principal,
                artifacts_find_their_newest_changes,
                cleared_read_models_rebuild_to_the_same_rows,
            ],
            outbox: [
                notifications_are_told_once_and_read_once,
                m4_3_what_arrived_is_kept_with_its_notification,
                c12_a_message_is_there_if_and_only_if_its_entry_is,
                a_lane_is_claimed_in_order_once_it_is_due,
                c12_a_lane_is_under_one_lease_until_it_ends,
                a_settlement_without_the_lease_changes_nothing,
                a_lane_that_failed_waits_and_one_that_pauses_can_be_hurried,
                dead_letters_are_kept_and_replayed,
                i9_a_rebuild_leaves_the_outbox_alone,
            ],
            change_lists: [
                every_filter_gives_what_a_plain_scan_gives,
                pages_join_without_gap_or_repeat,
                words_are_found_by_their_start_in_any_order,
            ],
            life: [
                everything_is_there_after_reopening,
                change_numbers_rise_across_reopening,
                h12_a_key_that_takes_over_believes_the_old_head_and_signs_the_next,
                watchers_hear_of_every_commit_in_order,
                a_closed_store_refuses_everything,
                another_key_is_refused,
                c12_a_commit_that_was_lost_is_not_there,
                i12_a_commit_whose_answer_was_lost_is_found,
            ],
            damage: [
                a_sound_store_has_no_findings,
                h01_a_flipped_byte_is_named_by_table_and_entry,
                h01_a_deleted_or_invented_row_is_named,
                h01_a_damaged_read_model_differs_from_a_rebuilt_one,
                h02_a_truncated_log_is_behind_its_last_checkpoint,
                h02_entries_cut_off_without_their_head_are_refused_at_start,
                h01_a_damaged_head_is_refused_at_start,
            ],
        }
    };
    (@ $new:path; $($module:ident: [$($test:ident),* $(,)?],)*) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                $crate::contract::$module::$test(&$new().await).await;
            }
        )*)*
    };
}
