//! Writing an export, entry by entry, in memory that does not grow with the log.
//!
//! Secrets are never written, whatever the caller passes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use sha2::Digest as _;

use super::manifest::{Contents, FileDigest, Manifest, TreeFiles};
use super::witnessed::CosignedLine;
use super::{
    CHECKPOINT_FILE, COSIGNED_FILE, DISCLOSURE_SPAN, KEY_FILE, MANIFEST_FILE, disclosure_file,
};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{Hash, leaf_hash, sha256};
use crate::note::VerifierKey;
use crate::seal::{Disclosure, DisclosureClass};
use crate::tile::{BundleError, TILE_WIDTH, TileId, perfect_root, push_entry};
use crate::tree::Frontier;
use canonical::{CanonicalError, to_canonical_bytes};

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder has something in it already.
    #[error("export into `{}`: the folder is not empty", .0.display())]
    NotEmpty(PathBuf),
    /// A file could not be written.
    #[error("write `{}`", .path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// An entry that fits no bundle.
    #[error("export entry {index}")]
    Entry {
        /// Its index.
        index: u64,
        /// Why.
        #[source]
        source: BundleError,
    },
    /// A disclosure without canonical form.
    #[error("export a disclosure of entry {index}")]
    Disclosure {
        /// Index of its entry.
        index: u64,
        /// Why.
        #[source]
        source: CanonicalError,
    },
    /// The checkpoint cannot be read.
    #[error("export the checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// The entries given are not those of the checkpoint.
    #[error(
        "export {size} entries with root `{root}`: the checkpoint speaks of {} with `{}`",
        .checkpoint.size, .checkpoint.root
    )]
    OtherTree {
        /// Entries given.
        size: u64,
        /// Root over them.
        root: Hash,
        /// The checkpoint given.
        checkpoint: Checkpoint,
    },
    /// A text in the manifest that has no canonical form.
    #[error("write the manifest")]
    Manifest,
}

/// When and by what an export is made.
#[derive(Debug, Clone)]
pub struct ExportStamp {
    /// RFC 3339, UTC.
    pub exported_at: String,
    /// Name and version.
    pub tool: String,
}

/// One line of a disclosure file, members in canonical order.
#[derive(Serialize)]
struct Line<'a> {
    index: String,
    #[serde(flatten)]
    disclosure: &'a Disclosure,
}

/// An open file of disclosures.
struct OpenFile {
    path: String,
    out: BufWriter<File>,
    digest: sha2::Sha256,
    bytes: u64,
}

/// Writes an export; entries come in index order.
pub struct ExportWriter {
    dir: PathBuf,
    frontier: Frontier,
    bundle: Vec<u8>,
    // INVARIANT: `levels[l]` holds the hashes of the unfinished tile of level `l`, below 256.
    levels: Vec<Vec<Hash>>,
    tree: TreeFiles,
    disclosed: u64,
    open: Option<OpenFile>,
    cosigned: Vec<u8>,
    files: Vec<FileDigest>,
}

impl ExportWriter {
    /// Starts an export in a folder that is empty or does not exist yet.
    pub fn create(dir: &Path) -> Result<Self, ExportError> {
        fs::create_dir_all(dir).map_err(at(dir))?;
        if fs::read_dir(dir).map_err(at(dir))?.next().is_some() {
            return Err(ExportError::NotEmpty(dir.to_owned()));
        }
        Ok(Self {
            dir: dir.to_owned(),
            frontier: Frontier::new(),
            bundle: Vec::with_capacity(256 * 1024),
            levels: Vec::new(),
            tree: TreeFiles::default(),
            disclosed: 0,
            open: None,
            cosigned: Vec::new(),
            files: Vec::new(),
        })
    }

    /// Entries written so far, which is the index of the next.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Adds the next entry, with the disclosures that may leave the building.
    pub fn push(&mut self, leaf: &[u8], disclosures: &[Disclosure]) -> Result<(), ExportError> {
        let index = self.frontier.size();
        push_entry(&mut self.bundle, leaf)
            .map_err(|source| ExportError::Entry { index, source })?;
        let hash = leaf_hash(leaf);
        self.frontier.push(hash);
        if (index + 1).is_multiple_of(TILE_WIDTH) {
            self.write_bundle(index)?;
        }
        self.push_hash(0, hash, index)?;
        for disclosure in disclosures {
            if disclosure.class == DisclosureClass::Private {
                self.push_disclosure(index, disclosure)?;
            }
        }
        Ok(())
    }

    /// Adds a head of this log with the lines of witnesses who cosigned it; those come in rising size.
    pub fn push_cosigned(&mut self, note: &str) -> Result<(), ExportError> {
        let line = CosignedLine { checkpoint: note.to_owned() };
        let mut line = to_canonical_bytes(&line).map_err(|_| ExportError::Manifest)?;
        line.push(b'\n');
        self.cosigned.append(&mut line);
        Ok(())
    }

    /// Adds the head and what identifies the export; `key` is the log's first key.
    pub fn finish(
        mut self,
        checkpoint_note: &str,
        key: &VerifierKey,
        stamp: &ExportStamp,
    ) -> Result<Manifest, ExportError> {
        let checkpoint = Checkpoint::parse_unverified(checkpoint_note)?;
        let (size, root) = (self.frontier.size(), self.frontier.root());
        if (checkpoint.size, checkpoint.root) != (size, root) {
            return Err(ExportError::OtherTree { size, root, checkpoint });
        }
        if !self.bundle.is_empty() {
            self.write_bundle(size - 1)?;
        }
        for level in 0..self.levels.len() {
            let hashes = self.levels.get_mut(level).map(std::mem::take).unwrap_or_default();
            let first = (size >> (8 * level)) / TILE_WIDTH;
            self.write_tile(level, first, &hashes)?;
        }
        self.close_disclosures()?;
        self.write_listed(CHECKPOINT_FILE, checkpoint_note.as_bytes())?;
        self.write_listed(KEY_FILE, format!("{key}\n").as_bytes())?;
        let cosigned = std::mem::take(&mut self.cosigned);
        if !cosigned.is_empty() {
            self.write_listed(COSIGNED_FILE, &cosigned)?;
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        let manifest = Manifest::new(Contents {
            origin: checkpoint.origin,
            size,
            root,
            exported_at: stamp.exported_at.clone(),
            tool: stamp.tool.clone(),
            tree: self.tree,
            disclosed: self.disclosed,
            files: std::mem::take(&mut self.files),
        })
        .ok_or(ExportError::Manifest)?;
        let text = manifest.render().ok_or(ExportError::Manifest)?;
        self.write(MANIFEST_FILE, text.as_bytes())?;
        Ok(manifest)
    }

    /// Puts a hash into the unfinished tile of its level, and finishes tiles upwards.
    fn push_hash(&mut self, level: usize, hash: Hash, index: u64) -> Result<(), ExportError> {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        let full = match self.levels.get_mut(level) {
            Some(hashes) => {
                hashes.push(hash);
                (hashes.len() as u64 == TILE_WIDTH).then(|| std::mem::take(hashes))
            }
            None => None,
        };
        let Some(hashes) = full else { return Ok(()) };
        let tile = index / TILE_WIDTH;
        self.write_tile(level, tile, &hashes)?;
        match perfect_root(&hashes) {
            Some(root) => self.push_hash(level + 1, root, tile),
            None => Ok(()),
        }
    }

    fn write_tile(&mut self, level: usize, index: u64, hashes: &[Hash]) -> Result<(), ExportError> {
        let (Ok(level), Ok(width)) = (u8::try_from(level), u16::try_from(hashes.len())) else {
            return Ok(());
        };
        if width == 0 {
            return Ok(());
        }
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        self.tree.hash_tiles += 1;
        self.tree.hash_tile_bytes += bytes.len() as u64;
        self.write(&TileId { level, index, width }.path(), &bytes)
    }

    fn write_bundle(&mut self, last_index: u64) -> Result<(), ExportError> {
        let index = last_index / TILE_WIDTH;
        let Some(tile) = TileId::in_tree(0, index, last_index + 1) else { return Ok(()) };
        let bundle = std::mem::take(&mut self.bundle);
        self.tree.entry_bundles += 1;
        self.tree.entry_bundle_bytes += bundle.len() as u64;
        self.write(&tile.entries_path(), &bundle)?;
        self.bundle = bundle;
        self.bundle.clear();
        Ok(())
    }

    fn push_disclosure(&mut self, index: u64, disclosure: &Disclosure) -> Result<(), ExportError> {
        let mut line = to_canonical_bytes(&Line { index: index.to_string(), disclosure })
            .map_err(|source| ExportError::Disclosure { index, source })?;
        line.push(b'\n');
        let path = disclosure_file(index);
        if self.open.as_ref().is_some_and(|open| open.path != path) {
            self.close_disclosures()?;
        }
        let whole = self.dir.join(&path);
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                create_parent(&whole)?;
                let out = BufWriter::new(File::create(&whole).map_err(at(&whole))?);
                none.insert(OpenFile { path, out, digest: sha2::Sha256::new(), bytes: 0 })
            }
        };
        open.out.write_all(&line).map_err(at(&whole))?;
        open.digest.update(&line);
        open.bytes += line.len() as u64;
        self.disclosed += 1;
        debug_assert_eq!(index / DISCLOSURE_SPAN, (self.frontier.size() - 1) / DISCLOSURE_SPAN);
        Ok(())
    }

    fn close_disclosures(&mut self) -> Result<(), ExportError> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        open.out.flush().map_err(at(&self.dir.join(&open.path)))?;
        self.files.push(FileDigest {
            path: open.path,
            bytes: open.bytes,
            sha256: Hash(open.digest.finalize().into()),
        });
        Ok(())
    }

    fn write_listed(&mut self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        self.files.push(FileDigest {
            path: path.to_owned(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        });
        self.write(path, bytes)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let whole = self.dir.join(path);
        create_parent(&whole)?;
        fs::write(&whole, bytes).map_err(at(&whole))
    }
}

fn create_parent(path: &Path) -> Result<(), ExportError> {
    match path.parent() {
        Some(parent) => fs::create_dir_all(parent).map_err(at(parent)),
        None => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ExportError {
    let path = path.to_owned();
    move |source| ExportError::Write { path, source }
}
