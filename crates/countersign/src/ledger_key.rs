//! The private key of the log, as a file of the data folder, and its change (H12).
//!
//! A change of the key is two files for a moment: the new key, and beside it the one before. The
//! entry in the log comes second and the removal of the old key last, so a power cut anywhere in
//! between leaves something that the next start can finish.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use app::App;
use app::ports::Ports;
use ledger::note::SigningKey;
use store::Signer;

use crate::composition::{Data, write_private};

const KEY_FILE: &str = "ledger.key";
/// The key that `ledger.key` takes over from, until the log says so.
const BEFORE_FILE: &str = "ledger.key.before";
const NEW_FILE: &str = "ledger.key.new";

/// The key of a data folder.
pub struct LedgerKey {
    /// The key to sign with.
    pub current: SigningKey,
    /// The key it takes over from, while the log may not say so yet.
    before: Option<SigningKey>,
}

impl LedgerKey {
    /// The key of a data folder.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn existing(folder: &Path) -> Result<Self> {
        let current = read(&folder.join(KEY_FILE))?;
        let before = folder.join(BEFORE_FILE);
        let before = if before.exists() { Some(read(&before)?) } else { None };
        Ok(Self { before: before.filter(|b| b.verifier() != current.verifier()), current })
    }

    /// The key of a data folder, made where there is none and no log can need another. Says whether
    /// it was made.
    ///
    /// # Errors
    /// There is a database without its key, or the folder can't be written.
    pub fn existing_or_new(data: Data<'_>, ports: &Ports) -> Result<(Self, bool)> {
        let path = data.folder.join(KEY_FILE);
        if path.exists() {
            return Ok((Self::existing(data.folder)?, false));
        }
        if data.database.is_none() && data.folder.join("countersign.db").exists() {
            bail!(
                "`{}` is missing: put back the key that belongs to this database",
                path.display()
            );
        }
        let name = format!("countersign-{}", ports.random_hex::<4>());
        let current = SigningKey::from_seed(&name, &ports.random::<32>())?;
        write(data.folder, &current)?;
        Ok((Self { current, before: None }, true))
    }

    /// What a store signs with.
    #[must_use]
    pub fn signer(&self) -> Signer {
        match &self.before {
            None => self.current.clone().into(),
            Some(before) => Signer::succeeding(self.current.clone(), before.verifier()),
        }
    }

    /// Whether a change of the key was begun and may not be in the log yet.
    #[must_use]
    pub const fn is_changing(&self) -> bool {
        self.before.is_some()
    }

    /// Puts a new key in place of this one. The log must be told next: [`LedgerKey::finish_change`].
    ///
    /// # Errors
    /// The folder can't be written.
    pub fn begin_change(self, folder: &Path, ports: &Ports) -> Result<Self> {
        if self.is_changing() {
            return Ok(self);
        }
        let before = folder.join(BEFORE_FILE);
        if before.exists() {
            fs::remove_file(&before)?; // of a change that went no further
        }
        let new = SigningKey::from_seed(self.current.name(), &ports.random::<32>())?;
        let temporary = folder.join(NEW_FILE);
        if temporary.exists() {
            fs::remove_file(&temporary)?;
        }
        write_private(&temporary, &text(&new))?;
        write_private(&before, &text(&self.current))?;
        sync(folder)?;
        fs::rename(&temporary, folder.join(KEY_FILE))?;
        sync(folder)?;
        Ok(Self { current: new, before: Some(self.current) })
    }

    /// Records a begun change in the log, if it is not there yet, and removes the key before. Gives
    /// the entry.
    ///
    /// # Errors
    /// The log is of another key, or can't be written.
    pub async fn finish_change(&self, app: &App, folder: &Path) -> Result<Option<u64>> {
        let Some(before) = &self.before else { return Ok(None) };
        let entry = app
            .rotate_ledger_key(before, &self.current)
            .await
            .context("failed to record the new key in the log")?;
        fs::remove_file(folder.join(BEFORE_FILE))?;
        sync(folder)?;
        Ok(Some(entry))
    }
}

/// Puts a key into a data folder that has none.
///
/// # Errors
/// There is one already, or the folder can't be written.
pub fn write(folder: &Path, key: &SigningKey) -> Result<()> {
    write_private(&folder.join(KEY_FILE), &text(key))
}

/// Takes back a key that was made for a log which turned out to have one.
///
/// # Errors
/// The file can't be removed.
pub fn take_back(folder: &Path) -> Result<std::path::PathBuf> {
    let path = folder.join(KEY_FILE);
    fs::remove_file(&path)?;
    Ok(path)
}

fn text(key: &SigningKey) -> String {
    format!("{}\n", key.to_private_text())
}

fn read(path: &Path) -> Result<SigningKey> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("failed to read the key of the log at `{}`", path.display()))?;
    SigningKey::parse(text.trim()).with_context(|| format!("`{}` is no ledger key", path.display()))
}

/// Makes the names in a folder durable.
fn sync(folder: &Path) -> Result<()> {
    Ok(File::open(folder)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::{self, open, open_read_only};

    async fn entries(folder: &Path) -> (u64, SigningKey) {
        let data = Data { folder, database: None };
        let opened = open(data, composition::ports()).await.unwrap();
        let size = opened.store.head().await.unwrap().size;
        assert_eq!(opened.store.check().await.unwrap(), Vec::<String>::new());
        opened.store.close().await.unwrap();
        (size, LedgerKey::existing(folder).unwrap().current)
    }

    #[tokio::test]
    async fn h12_a_change_that_a_power_cut_stopped_is_finished_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let (size, old) = entries(folder).await;
        assert_eq!(size, 1);
        let key = LedgerKey::existing(folder).unwrap();
        let begun = key.begin_change(folder, &composition::ports()).unwrap();
        assert!(begun.is_changing() && begun.current.verifier() != old.verifier());

        // Meanwhile everything can be read, under either key.
        let data = Data { folder, database: None };
        let (store, key) = open_read_only(data).await.unwrap();
        assert!(key.is_changing());
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
        drop(store);
        // To begin again changes nothing, and leaves the same two keys.
        let again = key.begin_change(folder, &composition::ports()).unwrap();
        assert_eq!(again.current.verifier(), begun.current.verifier());

        let (size, new) = entries(folder).await;
        assert_eq!((size, new.verifier()), (2, begun.current.verifier()));
        assert!(!LedgerKey::existing(folder).unwrap().is_changing());
        assert_eq!(entries(folder).await.0, 2);
    }

    #[tokio::test]
    async fn h12_a_cut_before_the_new_key_is_in_place_leaves_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let (_, old) = entries(dir.path()).await;
        write_private(&dir.path().join(BEFORE_FILE), &text(&old)).unwrap();
        write_private(&dir.path().join(NEW_FILE), "half").unwrap();
        let key = LedgerKey::existing(dir.path()).unwrap();
        assert!(!key.is_changing());
        let begun = key.begin_change(dir.path(), &composition::ports()).unwrap();
        assert!(begun.is_changing());
        assert_eq!(entries(dir.path()).await.0, 2);
    }
}
