//! What is done on data without its API: backup, restore, verification, export.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use app::App;
use app::backup;
use app::ledger::LedgerKeys;
use ledger::export_dir::ExportStamp;
use ledger::note::VerifierKey;

use crate::composition::{self, Data};
use crate::exit::{Exit, Failure};
use crate::ledger_key::{self, LedgerKey};
use crate::output::Bar;

/// The file of a backup that holds the journal.
pub const JOURNAL: &str = "journal.jsonl";

fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Makes a backup into a new or empty folder, also while a server runs, then reads it back.
///
/// # Errors
/// The data or the folder can't be read or written.
pub fn backup(data: Data<'_>, to: &Path) -> Result<Exit> {
    fs::create_dir_all(to).with_context(|| format!("failed to make `{}`", to.display()))?;
    if fs::read_dir(to)?.next().is_some() {
        return Err(Failure::usage(format!("`{}` is not empty", to.display()))
            .next("name a new folder for each backup")
            .into());
    }
    block_on(async {
        let (store, key) = composition::open_read_only(data).await?;
        refuse_while_changing(&key)?;
        let path = to.join(JOURNAL);
        composition::write_private(&path, "")?;
        let mut out = BufWriter::new(File::options().write(true).open(&path)?);
        let mut bar = Bar::new("backing up");
        let summary =
            backup::write(store.as_ref(), &mut out, |done, of| bar.show(done, of)).await?;
        out.into_inner().context("failed to write the backup")?.sync_all()?;
        bar.done();
        ledger_key::write(to, &key.current)?;
        let mut input = BufReader::new(File::open(&path)?);
        let read = backup::check(&mut input)?;
        if read != summary {
            bail!("the backup does not read back as it was written; make another");
        }
        println!("backed up {} entries, root {}", summary.size, summary.root);
        println!("it holds secrets and the log's key: keep it where only operators can read it");
        Ok(Exit::Ok)
    })
}

/// Restores a backup into an empty place and makes the read models again.
///
/// # Errors
/// The backup is damaged, or the place is not empty.
pub fn restore(from: &Path, data: Data<'_>) -> Result<Exit> {
    fs::create_dir_all(data.folder)?;
    let key = LedgerKey::existing(from)?.current;
    if data.folder.join("countersign.db").exists() {
        return Err(Failure::usage(format!("`{}` holds a database", data.folder.display()))
            .next("name an empty or new folder")
            .into());
    }
    block_on(async {
        let path = from.join(JOURNAL);
        let file = File::open(&path)
            .with_context(|| format!("failed to read the backup at `{}`", path.display()))?;
        let whole = backup::check(&mut BufReader::new(&file))?;
        ledger_key::write(data.folder, &key)?;
        let ports = composition::ports();
        let store = composition::open_store(data, key.into(), &ports).await?;
        let mut bar = Bar::new("restoring");
        let mut input = BufReader::new(File::open(&path)?);
        let of = whole.size;
        backup::restore(store.as_ref(), &mut input, |done| bar.show(done, of)).await?;
        let app = App::open(store.clone(), ports).await?;
        app.rebuild_read_models(|done| bar.show(done, of)).await?;
        bar.done();
        store.close().await?;
        println!("restored {} entries, root {} as backed up", whole.size, whole.root);
        Ok(Exit::Ok)
    })
}

/// Verifies a log that no server is running on: everything stored against everything else, then the
/// read models against the journal.
///
/// # Errors
/// Something is damaged, or a server has the database open.
pub fn verify(data: Data<'_>) -> Result<Exit> {
    block_on(async {
        let ports = composition::ports();
        let key = LedgerKey::existing(data.folder)?;
        let store = composition::open_store(data, key.signer(), &ports).await?;
        composition::check_outside(data, store.as_ref(), &key).await?;
        let mut damage = store.check().await?;
        if damage.is_empty() {
            let app = App::open(store.clone(), ports).await?;
            let mut bar = Bar::new("reading the journal");
            let of = store.head().await?.size;
            let rebuilt = app.rebuild_read_models(|done| bar.show(done, of)).await?;
            bar.done();
            damage.extend(rebuilt.differences.into_iter().map(|row| format!("read model: {row}")));
        }
        let head = store.head().await?;
        store.close().await?;
        if damage.is_empty() {
            println!(
                "✓ {} entries, root {}: leaves, hashes, tiles, checkpoint, disclosures and read models agree",
                head.size, head.root
            );
            return Ok(Exit::Ok);
        }
        let mut failure = Failure::new(Exit::Error, format!("{} damages were found", damage.len()));
        for line in damage.iter().take(50) {
            println!("✗ {line}");
        }
        failure =
            failure.next("keep this database as it is, and compare with a backup and with exports");
        Err(failure.into())
    })
}

/// What would be copied now could not be verified.
fn refuse_while_changing(key: &LedgerKey) -> Result<()> {
    if !key.is_changing() {
        return Ok(());
    }
    Err(Failure::new(Exit::Error, "a change of the log's key was begun and is not in the log yet")
        .next("finish it: countersign ledger rotate-key --data DIR, or start the server once")
        .into())
}

/// Changes the key of a log that no server is running on.
///
/// # Errors
/// There is no log, a server has it open, or the folder can't be written.
pub fn rotate_key(data: Data<'_>) -> Result<RotatedKey> {
    block_on(async {
        let ports = composition::ports();
        let key = LedgerKey::existing(data.folder)?;
        let old_key = key.current.verifier();
        // First a look: nothing is begun on a log that can't be opened, or that a server has open.
        let store = composition::open_store(data, key.signer(), &ports).await?;
        composition::check_outside(data, store.as_ref(), &key).await?;
        store.close().await?;
        drop(store);
        key.begin_change(data.folder, &ports)?;
        let opened = composition::open(data, ports).await?;
        let size = opened.store.head().await?.size;
        let new_key = opened.key.clone();
        opened.store.close().await?;
        Ok(RotatedKey { old_key, new_key, size })
    })
}

/// What became of a change of the key.
pub struct RotatedKey {
    /// The key that ended.
    pub old_key: VerifierKey,
    /// The key that took over.
    pub new_key: VerifierKey,
    /// Entries of the log, the change among them.
    pub size: u64,
}

/// Exports a log, also while a server runs.
///
/// # Errors
/// The data or the folder can't be read or written.
pub fn export(data: Data<'_>, to: &Path) -> Result<Exit> {
    block_on(async {
        let (store, key) = composition::open_read_only(data).await?;
        refuse_while_changing(&key)?;
        let app = App::open(store, composition::ports()).await?;
        let current = key.current.verifier();
        let keys = app.ledger_keys().await?.unwrap_or_else(|| LedgerKeys::only(&current));
        let key = keys.first;
        let stamp = ExportStamp {
            exported_at: format!("{:.3}", crate::clock::now()),
            tool: concat!("countersign ", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        let mut bar = Bar::new("exporting");
        let size = app.export_ledger(to, &key, &stamp, |done, of| bar.show(done, of)).await?;
        bar.done();
        println!("exported {size} entries to `{}`", to.display());
        println!("check it: countersign-verify {} --key '{key}'", to.display());
        Ok(Exit::Ok)
    })
}
