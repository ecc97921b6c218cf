//! Entries, receipts, tiles and consistency proofs.

use ledger::checkpoint::Checkpoint;
use ledger::hash::leaf_hash;
use ledger::proof::verify_consistency;
use ledger::seal::unseal;
use ledger::tile::{Entries, TileId, TilePath};
use ledger::tree::Frontier;

use super::{Subject, entry, fill, signer, unguarded};
use crate::{Append, Store, StoreError, Stream};

/// Enough for a full tile of level 1 to begin, and a partial one beside full ones.
const SIZE: u64 = 600;

async fn fill_in_batches(store: &dyn Store, size: u64) {
    let mut have = store.head().await.unwrap().size;
    for count in [1_u64, 2, 3, 50, 97].into_iter().cycle() {
        if have == size {
            return;
        }
        let count = count.min(size - have);
        store.append(unguarded(&Stream::named(&format!("change/{count}")), count)).await.unwrap();
        have += count;
    }
}

pub async fn entries_read_back_with_their_disclosures(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let stream = Stream::policy();
    let given: Vec<_> = (0..4).map(|n| entry(&stream, n)).collect();
    let append = Append { entries: given.clone(), ..Append::default() };
    let commit = store.append(append).await.unwrap();
    assert_eq!((commit.first_index, commit.count), (0, 4));
    for (n, expected) in (0..).zip(&given) {
        let found = store.entry(n).await.unwrap().unwrap();
        assert_eq!((found.index, found.version, &found.stream), (n, n, &stream));
        assert_eq!(found.leaf, expected.leaf);
        let mut disclosures = expected.disclosures.clone();
        disclosures.sort_by(|a, b| a.path.cmp(&b.path));
        assert_eq!(found.disclosures, disclosures);
        unseal(&found.leaf, &found.disclosures).unwrap();
    }
    assert_eq!(store.entry(4).await.unwrap(), None);
}

pub async fn pages_go_both_ways_and_streams_are_in_order(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill(&*store, 50).await;
    let indices = |entries: Vec<crate::Entry>| entries.iter().map(|e| e.index).collect::<Vec<_>>();
    assert_eq!(indices(store.entries(45, 100).await.unwrap()), [45, 46, 47, 48, 49]);
    assert_eq!(indices(store.entries(10, 3).await.unwrap()), [10, 11, 12]);
    assert_eq!(indices(store.entries_before(3, 100).await.unwrap()), [2, 1, 0]);
    assert_eq!(indices(store.entries_before(u64::MAX, 2).await.unwrap()), [49, 48]);
    assert_eq!(store.entries(50, 10).await.unwrap(), []);
    let stream = Stream::named("change/3");
    assert_eq!(indices(store.stream(&stream, 0, 3).await.unwrap()), [3, 10, 17]);
    assert_eq!(indices(store.stream(&stream, 5, 100).await.unwrap()), [38, 45]);
    assert_eq!(indices(store.stream_before(&stream, u64::MAX, 2).await.unwrap()), [45, 38]);
    assert_eq!(indices(store.stream_before(&stream, 17, 9).await.unwrap()), [10, 3]);
    assert_eq!(store.stream_before(&stream, 3, 9).await.unwrap(), []);
    assert_eq!(store.entries(0, 100).await.unwrap().len(), 50);
    assert_eq!(store.stream(&Stream::named("change/none"), 0, 9).await.unwrap(), []);
}

pub async fn every_receipt_verifies_from_memory_and_from_the_store(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let key = signer().verifier();
    for count in [1, 5, 300, 2, 292] {
        let commit = store.append(unguarded(&Stream::policy(), count)).await.unwrap();
        for n in 0..commit.count {
            let receipt = commit.receipt(n).unwrap();
            let leaf = store.entry(receipt.index).await.unwrap().unwrap().leaf;
            let checkpoint = receipt.verify(&leaf, &key).unwrap();
            assert_eq!(checkpoint.size, commit.first_index + count);
        }
        assert!(commit.receipt(commit.count).is_none());
    }
    for entry in store.entries(0, 1000).await.unwrap() {
        let receipt = store.receipt(entry.index).await.unwrap().unwrap();
        assert_eq!(receipt.verify(&entry.leaf, &key).unwrap().size, SIZE);
        assert_eq!(receipt.leaf_hash, Some(leaf_hash(&entry.leaf)));
    }
}

pub async fn every_tile_is_what_the_tree_says(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill_in_batches(&*store, SIZE).await;
    let mut tree = Frontier::new();
    let mut above = Vec::new();
    for tile in TileId::all(SIZE).filter(|tile| tile.level == 0) {
        let hashes = store.tile(TilePath::Hashes(tile)).await.unwrap().unwrap();
        let bundle = store.tile(TilePath::Entries(tile)).await.unwrap().unwrap();
        let leaves: Vec<&[u8]> = Entries::new(&bundle).collect::<Result<_, _>>().unwrap();
        assert_eq!(leaves.len(), usize::from(tile.width));
        let mut under = Frontier::new();
        for (leaf, hash) in leaves.iter().zip(hashes.as_chunks::<32>().0) {
            assert_eq!(leaf_hash(leaf).as_bytes(), hash);
            tree.push(leaf_hash(leaf));
            under.push(leaf_hash(leaf));
        }
        if tile.is_full() {
            above.extend(under.root().0);
        }
    }
    let head = store.head().await.unwrap();
    assert_eq!((head.size, head.root), (SIZE, tree.root()));
    let top = TileId::in_tree(1, 0, SIZE).unwrap();
    assert_eq!(store.tile(TilePath::Hashes(top)).await.unwrap(), Some(above));
    let key = signer().verifier();
    let checkpoint = Checkpoint::open(&head.checkpoint, &[key]).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (SIZE, tree.root()));
    // A partial tile stays available after it has grown.
    let earlier = TileId { level: 0, index: 0, width: 17 };
    assert_eq!(store.tile(TilePath::Hashes(earlier)).await.unwrap().unwrap().len(), 17 * 32);
}

pub async fn consistency_proofs_verify_between_all_sizes(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    fill_in_batches(&*store, SIZE).await;
    let mut tree = Frontier::new();
    let mut roots = vec![tree.root()];
    for entry in store.entries(0, 1000).await.unwrap() {
        tree.push(leaf_hash(&entry.leaf));
        roots.push(tree.root());
    }
    for (old, new) in [(0, 600), (1, 2), (1, 600), (255, 256), (256, 600), (257, 511), (600, 600)] {
        let proof = store.consistency(old as u64, new as u64).await.unwrap();
        verify_consistency(old as u64, &roots[old], new as u64, &roots[new], &proof).unwrap();
    }
}

pub async fn what_lies_outside_the_log_is_none_or_refused(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    assert_eq!(store.head().await.unwrap().size, 0);
    assert_eq!(store.receipt(0).await.unwrap(), None);
    fill(&*store, 3).await;
    assert_eq!(store.receipt(3).await.unwrap(), None);
    assert!(matches!(store.consistency(1, 4).await, Err(StoreError::Invalid { .. })));
    assert!(matches!(store.consistency(2, 1).await, Err(StoreError::Invalid { .. })));
    for tile in [
        TileId { level: 0, index: 0, width: 4 },
        TileId { level: 0, index: 1, width: 1 },
        TileId { level: 1, index: 0, width: 1 },
        TileId { level: 63, index: u64::MAX, width: 1 },
    ] {
        assert_eq!(store.tile(TilePath::Hashes(tile)).await.unwrap(), None);
    }
    assert_eq!(store.entry(u64::MAX).await.unwrap(), None);
}

pub async fn readers_see_a_prefix_while_others_append(subject: &dyn Subject) {
    let store = subject.open().await.unwrap();
    let writers = (0..8_u64).map(|n| {
        let store = store.clone();
        let stream = Stream::named(&format!("change/{n}"));
        tokio::spawn(async move {
            for _ in 0..20 {
                store.append(unguarded(&stream, 2)).await.unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let (mut seen, mut tree) = (0, Frontier::new());
    while seen < 8 * 20 * 2 {
        let head = store.head().await.unwrap();
        for (expected, entry) in (seen..head.size).zip(store.entries(seen, 1000).await.unwrap()) {
            assert_eq!(entry.index, expected);
            tree.push(leaf_hash(&entry.leaf));
        }
        assert_eq!((tree.size(), tree.root()), (head.size, head.root));
        assert!(head.size >= seen);
        seen = head.size;
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
}
