//! Witnesses of the log: what they sign is kept and shown, and the highest tier waits for them (F07,
//! H04, H11). They are the pure ones of the `ledger` crate, on the clock of the test.

use std::sync::Arc;

use app::ledger::{OfferError, Offered, WitnessAnswerError, WitnessPort, Witnessing};
use app::ports::Clock as _;
use async_trait::async_trait;
use jiff::SignedDuration;
use ledger::cosignature::WitnessSigningKey;
use ledger::export_dir::{ExportStamp, VerifyOptions, VerifyReport, verify_dir};
use ledger::witness::{Refused, Witness};
use ledger::{Checkpoint, WitnessKey};
use serde_json::json;
use testkit::TestServer;
use testkit::clock::ManualClock;
use testkit::server::signing_key;
use tokio::sync::Mutex;

on_both_stores!(
    f07_a_cosignature_is_kept_served_and_bounds_the_export,
    f07_a_witness_that_saw_another_size_is_met_where_it_is,
    f07_an_answer_that_does_not_verify_is_not_kept,
    f07_witnesses_that_are_up_to_date_are_asked_nothing,
    h04_a_witness_that_saw_another_history_is_reported_as_such,
    h11_the_highest_tier_waits_while_witnesses_are_behind_and_others_go_on,
);

/// A witness on the test's clock, which can be cut off.
struct Local {
    witness: Mutex<Witness>,
    clock: ManualClock,
    down: std::sync::atomic::AtomicBool,
    asked: std::sync::atomic::AtomicU64,
}

impl Local {
    fn new(seed: u8, clock: &ManualClock) -> Arc<Self> {
        let name = format!("witness-{seed}.example");
        let mut witness = Witness::new(WitnessSigningKey::from_seed(&name, &[seed; 32]).unwrap());
        witness.watch(signing_key().verifier());
        Arc::new(Self {
            witness: Mutex::new(witness),
            clock: clock.clone(),
            down: false.into(),
            asked: 0.into(),
        })
    }

    async fn key(&self) -> WitnessKey {
        self.witness.lock().await.key()
    }

    fn cut_off(&self, down: bool) {
        self.down.store(down, std::sync::atomic::Ordering::SeqCst);
    }
}

#[async_trait]
impl WitnessPort for Local {
    async fn add_checkpoint(&self, body: String) -> Result<String, WitnessAnswerError> {
        self.asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        if self.down.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(WitnessAnswerError::Unreachable("cut off".to_owned()));
        }
        let now = u64::try_from(self.clock.now().as_second()).unwrap();
        let added = self.witness.lock().await.add_checkpoint(&body, now);
        added.map_err(|refused| match refused {
            Refused::Conflict { size } => WitnessAnswerError::Conflict { size },
            other => WitnessAnswerError::Refused(other.to_string()),
        })
    }
}

async fn witnessed(server: &TestServer, witnesses: &[Arc<Local>], quorum: usize) {
    let mut known: Vec<(WitnessKey, Arc<dyn WitnessPort>)> = Vec::new();
    for witness in witnesses {
        known.push((witness.key().await, witness.clone()));
    }
    let (max_lag_minutes, every_seconds) = (15, 1);
    server.app.set_witnesses(Witnessing {
        witnesses: known,
        quorum,
        max_lag_minutes,
        every_seconds,
    });
}

async fn offer(server: &TestServer, witness: &Arc<Local>) -> Result<Offered, OfferError> {
    server.app.offer_head(&witness.key().await, &**witness).await
}

/// Exports the log and verifies it with these witnesses.
async fn verified(
    server: &TestServer,
    keys: &[WitnessKey],
    quorum: usize,
) -> Result<VerifyReport, Vec<&'static str>> {
    let stamp = ExportStamp { exported_at: "now".to_owned(), tool: "test".to_owned() };
    let key = signing_key().verifier();
    let size = server.store().head().await.unwrap().size;
    let folder = server.dir().join(format!("export-{size}"));
    server.app.export_ledger(&folder, &key, &stamp, |_, _| ()).await.unwrap();
    let options = VerifyOptions {
        key: Some(&key),
        witnesses: keys,
        quorum,
        full: true,
        ..VerifyOptions::default()
    };
    verify_dir(&folder, &options)
        .map_err(|failure| failure.problems.iter().map(|p| p.fault.code()).collect())
}

async fn f07_a_cosignature_is_kept_served_and_bounds_the_export(server: TestServer) -> TestServer {
    let (one, two) = (Local::new(1, &server.clock), Local::new(2, &server.clock));
    witnessed(&server, &[one.clone(), two.clone()], 2).await;
    let keys = [one.key().await, two.key().await];
    assert!(verified(&server, &keys, 2).await.unwrap_err().contains(&"quorum_missed"));
    let size = server.store().head().await.unwrap().size;
    assert_eq!(offer(&server, &one).await.unwrap(), Offered::Cosigned(size));
    assert_eq!(offer(&server, &two).await.unwrap(), Offered::Cosigned(size));
    let seen_at = server.clock.now();

    // Served under the checkpoint, which anybody still opens with the log's key alone.
    let served = server.get(&server.who.auditor, "/ledger/checkpoint").await.expect(200);
    let note = String::from_utf8(served.body).unwrap();
    assert_eq!(Checkpoint::open(&note, &[signing_key().verifier()]).unwrap().size, size);
    for key in &keys {
        assert_eq!(i64::try_from(key.verify(&note).unwrap().time).unwrap(), seen_at.as_second());
    }
    let listed = server.get(&server.who.auditor, "/ledger/cosigned.jsonl").await.expect(200);
    let line: serde_json::Value = serde_json::from_slice(&listed.body).unwrap();
    assert_eq!(line["checkpoint"], json!(note));

    // And in an export, where entries after it are said to be unseen.
    server.clock.advance(SignedDuration::from_mins(3));
    let _ = server.change("staging").await;
    let report = verified(&server, &keys, 2).await.unwrap();
    let bound = report.bound.unwrap();
    assert_eq!((bound.size, bound.witnesses.len()), (size, 2));
    assert!(report.entries > size);
    let head = server.get(&server.who.auditor, "/v1/ledger").await.expect(200);
    assert_eq!(head.json()["witnesses"]["size"], json!(size));
    assert_eq!(head.json()["witnesses"]["lag_entries"], json!(report.entries - size));
    server
}

async fn f07_a_witness_that_saw_another_size_is_met_where_it_is(server: TestServer) -> TestServer {
    let witness = Local::new(1, &server.clock);
    witnessed(&server, std::slice::from_ref(&witness), 1).await;
    // It has seen heads that were not kept here, as after a restore.
    let head = server.store().head().await.unwrap();
    let body = ledger::witness::Offer { old: 0, proof: vec![], checkpoint: head.checkpoint };
    witness.add_checkpoint(body.to_body()).await.unwrap();
    let _ = server.change("staging").await;
    let size = server.store().head().await.unwrap().size;
    assert_eq!(offer(&server, &witness).await.unwrap(), Offered::Cosigned(size));
    // It begins anew: what it forgot is shown to it again.
    let anew = Local::new(1, &server.clock);
    let _ = server.change("staging").await;
    let size = server.store().head().await.unwrap().size;
    assert_eq!(offer(&server, &anew).await.unwrap(), Offered::Cosigned(size));
    server
}

async fn f07_an_answer_that_does_not_verify_is_not_kept(server: TestServer) -> TestServer {
    let (witness, other) = (Local::new(1, &server.clock), Local::new(2, &server.clock));
    witnessed(&server, std::slice::from_ref(&witness), 1).await;
    let key = witness.key().await;
    let error = server.app.offer_head(&key, &*other).await.unwrap_err();
    assert!(matches!(error, OfferError::Cosignature(_)), "{error}");
    let fast = ManualClock::at(server.clock.now() + SignedDuration::from_mins(2));
    let error = offer(&server, &Local::new(1, &fast)).await.unwrap_err();
    assert!(matches!(error, OfferError::Clock { .. }), "{error}");
    assert_eq!(server.store().newest_cosignature(&key.to_string()).await.unwrap(), None);
    server
}

async fn f07_witnesses_that_are_up_to_date_are_asked_nothing(server: TestServer) -> TestServer {
    let witness = Local::new(1, &server.clock);
    witnessed(&server, std::slice::from_ref(&witness), 1).await;
    offer(&server, &witness).await.unwrap();
    assert_eq!(offer(&server, &witness).await.unwrap(), Offered::UpToDate);
    assert_eq!(witness.asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    server
}

async fn h04_a_witness_that_saw_another_history_is_reported_as_such(
    server: TestServer,
) -> TestServer {
    let witness = Local::new(1, &server.clock);
    witnessed(&server, std::slice::from_ref(&witness), 1).await;
    // The witness has seen a log of the same key with another past, as long as this one.
    let size = server.store().head().await.unwrap().size;
    let mut other = ledger::Frontier::new();
    (0..size).for_each(|n| other.push(ledger::leaf_hash(&n.to_be_bytes())));
    let origin = signing_key().name().to_owned();
    let seen = Checkpoint { origin, size, root: other.root() }.sign(&signing_key()).unwrap();
    let body = ledger::witness::Offer { old: 0, proof: vec![], checkpoint: seen };
    witness.add_checkpoint(body.to_body()).await.unwrap();
    let error = offer(&server, &witness).await.unwrap_err();
    assert!(matches!(error, OfferError::OtherHistory { .. }), "{error}");
    let _ = server.change("staging").await;
    let error = offer(&server, &witness).await.unwrap_err();
    let refused = matches!(&error, OfferError::Answer(WitnessAnswerError::Refused(_)));
    assert!(refused && error.to_string().contains("does not continue"), "{error}");
    server
}

async fn h11_the_highest_tier_waits_while_witnesses_are_behind_and_others_go_on(
    server: TestServer,
) -> TestServer {
    let (one, two) = (Local::new(1, &server.clock), Local::new(2, &server.clock));
    witnessed(&server, &[one.clone(), two.clone()], 1).await;
    let critical = server.change("vault").await;
    for who in [&server.who.approver, &server.who.security] {
        let _ = server.vote(who, &critical, "approve").await.expect(201);
    }
    let _ = server.approved("production").await;
    offer(&server, &one).await.unwrap();
    let pipeline = &server.who.pipeline;
    let ask = async |environment| server.ask(pipeline, None, environment).await.expect(200);
    let granted = ask("vault").await;
    assert_eq!(granted.text("/answer"), "allow", "{}", granted.json());
    assert_eq!(ask("production").await.text("/answer"), "allow");

    // Both are lost. For a quarter of an hour nothing changes; then the highest tier waits.
    one.cut_off(true);
    two.cut_off(true);
    server.clock.advance(SignedDuration::from_mins(14));
    assert!(offer(&server, &one).await.is_err());
    assert_eq!(ask("vault").await.text("/answer"), "allow");
    server.clock.advance(SignedDuration::from_mins(2));
    let waits = ask("vault").await;
    assert_eq!(
        (waits.text("/answer").as_str(), waits.code().as_str()),
        ("pending", "witnesses_behind")
    );
    assert!(waits.json()["explanation"].to_string().contains("an operator makes them reachable"));
    let redemption = format!("/v1/gate/grants/{}/redemption", granted.text("/grant/grant/id"));
    let refused = server.post(pipeline, &redemption, json!({})).await;
    assert!((400..500).contains(&refused.status), "{}", refused.json());
    assert_eq!(refused.code(), "witnesses_behind");
    assert_eq!(ask("production").await.text("/answer"), "allow", "others go on");
    let metrics = server.get(&server.who.auditor, "/metrics").await;
    let metrics = String::from_utf8(metrics.body).unwrap();
    assert!(metrics.contains("countersign_witnesses_behind 1"), "{metrics}");
    assert!(metrics.contains("countersign_witness_lag_seconds 960"), "{metrics}");

    // One of two is enough here.
    two.cut_off(false);
    offer(&server, &two).await.unwrap();
    assert_eq!(ask("vault").await.text("/answer"), "allow");
    let _ = server.post(pipeline, &redemption, json!({})).await.expect(201);
    server
}
