//! Making a sandbox: a key of its own, the copy, its people, and the time it begins at.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use app::App;
use app::backup;
use app::ports::Ports;
use app::sandbox::{NAME_PREFIX, Source, TestClock as _};
use jiff::Timestamp;
use ledger::note::{SigningKey, VerifierKey};
use store::Store;

use super::{SandboxCredentials, StandingClock};
use crate::composition::{self, Data};
use crate::exit::Failure;
use crate::ledger_key;
use crate::offline::JOURNAL;
use crate::output::Bar;

/// What a sandbox is copied from.
#[derive(Debug, Clone, Copy)]
pub enum CopyOf<'a> {
    /// The data of a server, which may run.
    Data(Data<'a>),
    /// The folder of a backup.
    Backup(&'a Path),
}

/// Makes a sandbox in a new or empty folder. Its credentials are written last: without them it is none.
///
/// # Errors
/// Something can't be read or written, or it is to begin before the end of what is copied.
pub async fn make(folder: &Path, from: CopyOf<'_>, at: Option<Timestamp>) -> Result<()> {
    fs::create_dir_all(folder)
        .with_context(|| format!("failed to make the folder `{}`", folder.display()))?;
    let real = composition::ports();
    let at = domain::time::to_millis(at.unwrap_or_else(|| real.clock.now()));
    let clock = Arc::new(StandingClock::new(folder, at)?);
    let ports = Ports { clock: clock.clone(), random: real.random };
    let name = format!("{NAME_PREFIX}{}", ports.random_hex::<4>());
    let key = SigningKey::from_seed(&name, &ports.random::<32>())?;
    ledger_key::write(folder, &key)?;
    let data = Data { folder, database: None };
    let store = composition::open_store(data, key.clone().into(), &ports).await?;
    let app = App::open(store.clone(), ports.clone()).await?;
    let mut bar = Bar::new("copying");
    let mut shown = |done, of| bar.show(done, of);
    let verifier = key.verifier();
    let of = match from {
        CopyOf::Data(data) => {
            let (source, _) = composition::open_read_only(data).await?;
            app.fill_sandbox(&verifier, Source::Store(source.as_ref()), &mut shown).await?
        }
        CopyOf::Backup(backup) => copy_backup(&app, &verifier, backup, &mut shown).await?,
    };
    bar.done();
    let end = newest(store.as_ref()).await?;
    if at < end {
        let what = format!("what is copied goes to {end}, so the sandbox can't begin at {at}");
        return Err(Failure::usage(what)
            .next(format!("remove `{}` and name a later time with --at", folder.display()))
            .into());
    }
    clock.set(end)?;
    app.play_until(clock.as_ref(), at).await?;
    let password = ports.random_hex::<8>();
    let people = app.open_sandbox_to(&app.hash_password(&password).await?).await?;
    store.close().await?;
    let people = people.into_iter().map(Into::into).collect();
    SandboxCredentials { origin: of.origin, password, people }.write(folder)
}

async fn copy_backup(
    app: &App,
    key: &VerifierKey,
    folder: &Path,
    shown: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<domain::event::SandboxOf> {
    let path = folder.join(JOURNAL);
    let open = || {
        let file = File::open(&path);
        file.with_context(|| format!("failed to read the backup at `{}`", path.display()))
    };
    let whole = backup::check(&mut BufReader::new(open()?))?;
    let origin = whole.checkpoint.lines().next().unwrap_or_default().to_owned();
    let mut input = BufReader::new(open()?);
    let source = Source::Backup { input: &mut input, origin, size: whole.size };
    Ok(app.fill_sandbox(key, source, shown).await?)
}

/// When the newest of what was copied happened. The first entry is the sandbox's own.
async fn newest(store: &dyn Store) -> Result<Timestamp> {
    let mut newest = Timestamp::UNIX_EPOCH;
    let size = store.head().await?.size;
    for entry in store.entries_before(size, 100).await?.iter().filter(|entry| entry.index > 0) {
        let leaf: serde_json::Value = serde_json::from_slice(&entry.leaf)?;
        let time = leaf.get("time").and_then(serde_json::Value::as_str).unwrap_or_default();
        newest = newest.max(time.parse()?);
    }
    Ok(newest)
}
