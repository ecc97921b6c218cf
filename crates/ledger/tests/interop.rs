//! An implementation we did not write (`tlog_tiles`) reads our exports and proofs, and we its.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use ledger::export_dir::{ExportStamp, ExportWriter};
use ledger::proof::{TlogProof, verify_consistency, verify_inclusion};
use ledger::tile::TileId;
use ledger::{Checkpoint, Frontier, Hash, Receipt, SigningKey, leaf_hash};
use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader};

const ORIGIN: &str = "example.com/log";
const HEIGHT: u8 = 8;

fn leaf(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[3; 32]).unwrap()
}

fn export(dir: &Path, count: u64) -> Checkpoint {
    let mut writer = ExportWriter::create(dir).unwrap();
    let mut frontier = Frontier::new();
    for number in 0..count {
        writer.push(&leaf(number), &[]).unwrap();
        frontier.push(leaf_hash(&leaf(number)));
    }
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: count, root: frontier.root() };
    let stamp = ExportStamp { exported_at: "t".to_owned(), tool: "test".to_owned() };
    writer.finish(&checkpoint.sign(&key()).unwrap(), &key().verifier(), &stamp).unwrap();
    checkpoint
}

/// Their reader over our files. Their paths have the tile height in front of the level.
struct OurFiles<'a>(&'a Path);

impl TileReader for OurFiles<'_> {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            std::fs::read(self.0.join(&path)).map_err(|_| tlog_tiles::Error::InvalidInput(path))
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn ours(hashes: Vec<tlog_tiles::Hash>) -> Vec<Hash> {
    hashes.into_iter().map(|hash| Hash(hash.0)).collect()
}

#[test]
fn their_reader_authenticates_our_tiles_and_makes_proofs_we_accept() {
    for size in [1, 200, 256, 257, 1000, 70_000] {
        let dir = tempfile::tempdir().unwrap();
        let head = export(dir.path(), size);
        let files = OurFiles(dir.path());
        let reader = TileHashReader::new(size, theirs(&head.root), &files);
        assert_eq!(tlog_tiles::tree_hash(size, &reader).unwrap().0, head.root.0);
        for index in [0, size / 3, size / 2, size - 1] {
            let proof = ours(tlog_tiles::prove_record(size, index, &reader).unwrap());
            verify_inclusion(&leaf_hash(&leaf(index)), index, size, &head.root, &proof).unwrap();
        }
        for old in [1, size / 3, size / 2, size - 1, size].into_iter().filter(|old| *old > 0) {
            let mut frontier = Frontier::new();
            (0..old).for_each(|number| frontier.push(leaf_hash(&leaf(number))));
            let proof = ours(tlog_tiles::prove_tree(size, old, &reader).unwrap());
            verify_consistency(old, &frontier.root(), size, &head.root, &proof).unwrap();
        }
    }
}

#[test]
fn their_checker_accepts_our_receipts_and_consistency_proofs() {
    let mut frontier = Frontier::new();
    for count in [3_u64, 1, 250, 2, 300, 17] {
        let (old, old_root) = (frontier.size(), frontier.root());
        let leaves: Vec<Hash> = (old..old + count).map(|n| leaf_hash(&leaf(n))).collect();
        let batch = frontier.extend(leaves);
        let (size, root) = (batch.size(), theirs(&batch.root()));
        for index in old..size {
            let proof: Vec<_> = batch.inclusion_proof(index).unwrap().iter().map(theirs).collect();
            let hash = tlog_tiles::record_hash(&leaf(index));
            tlog_tiles::check_record(&proof, size, root, index, hash).unwrap();
        }
        if old > 0 {
            let proof: Vec<_> = batch.consistency_proof().iter().map(theirs).collect();
            tlog_tiles::check_tree(&proof, size, root, old, theirs(&old_root)).unwrap();
        }
        frontier = batch.into_frontier();
    }
}

#[test]
fn their_parser_reads_the_checkpoint_and_path_in_our_text_forms() {
    let dir = tempfile::tempdir().unwrap();
    let head = export(dir.path(), 300);
    let parsed = tlog_tiles::Checkpoint::from_bytes(head.encode().as_bytes()).unwrap();
    assert_eq!((parsed.origin(), parsed.size(), parsed.hash().0), (ORIGIN, 300, head.root.0));
    assert_eq!(parsed.to_bytes(), head.encode().into_bytes());
    for index in [0, 7, 999, 1000, 1_234_067] {
        for width in [1, 255, 256] {
            let path = TileId { level: 2, index, width }.path().replacen("tile/", "tile/8/", 1);
            let tile = Tile::from_path(&path).unwrap();
            assert_eq!((tile.level(), tile.level_index(), tile.width()), (2, index, width.into()));
            assert_eq!(tile.path(), path);
        }
    }
    let reader_of = OurFiles(dir.path());
    let reader = TileHashReader::new(300, theirs(&head.root), &reader_of);
    let stored = tlog_tiles::stored_hash_index(0, 299);
    assert_eq!(reader.read_hashes(&[stored]).unwrap()[0].0, leaf_hash(&leaf(299)).0);
    let receipt = Receipt {
        index: 9,
        leaf_hash: None,
        proof: ours(tlog_tiles::prove_record(300, 9, &reader).unwrap()),
        checkpoint: head.sign(&key()).unwrap(),
    };
    let parsed = TlogProof::parse(&receipt.to_tlog_proof()).unwrap();
    assert_eq!(parsed.index, 9);
    receipt.verify(&leaf(9), &key().verifier()).unwrap();
}
