//! The ledger: leaf encoding, commitments, the hash tree, signed checkpoints, proofs and offline verification.
//!
//! Everything an auditor needs to check Countersign without trusting it is in this crate, and
//! `countersign-verify` uses nothing else of ours but what this crate shows it. Tree hashing is RFC 6962; tiles, notes,
//! checkpoints and proofs follow the C2SP specifications, so that tools we did not write agree.
//!
//! This crate must not read a clock, draw random numbers, log, or do IO. The one exception is
//! [`export_dir`], which reads and writes the folder of an export.
#![deny(missing_docs)]

pub mod checkpoint;
pub mod cosignature;
pub mod export_dir;
pub mod hash;
pub mod note;
pub mod proof;
pub mod receipt;
pub mod rotation;
pub mod seal;
pub mod tile;
pub mod tree;
pub mod witness;

pub use ::canonical;
pub use ::signing;
pub use checkpoint::Checkpoint;
pub use cosignature::{Cosigned, WitnessKey};
pub use hash::{Hash, empty_root, leaf_hash, node_hash};
pub use note::{SigningKey, VerifierKey};
pub use receipt::Receipt;
pub use seal::{Disclosure, DisclosureClass, Sealed, seal, unseal};
pub use tree::{Batch, Frontier};
