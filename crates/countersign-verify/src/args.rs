//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use ledger::note::KeyError;
use ledger::{VerifierKey, WitnessKey};

/// What `--help` prints.
const HELP: &str = "\
Checks a Countersign log offline: no server, no account, no network.

USAGE
  countersign-verify DIR --key KEY [--checkpoint FILE]... [--witness KEY]... [--quorum K]
                     [--signatures OUT] [--full] [--threads N] [--json]
  countersign-verify --receipt FILE --leaf FILE --key KEY

WHAT IT PROVES
  DIR is a folder written by `countersign ledger export DIR`. The check recomputes the hash of
  every entry and of the whole tree (RFC 6962), compares it with every stored hash, checks the
  signature under the checkpoint, opens every disclosed value against the commitment in its
  entry, and names every file that is missing or does not belong. One changed byte is enough to
  fail, and the entry it belongs to is named.

  Where people sign their votes, each signature is checked against what its entry says, by a key
  that was registered for the voter before. An approval that policy wanted signed and that is not
  is named.

  It does not prove that the log is complete: a log can be cut short or rewritten by whoever holds
  its key. Keep the `checkpoint` file of every export you verify, and give it to the next
  verification with --checkpoint: the log must then still begin with exactly those entries.

  With --witness it also shows time: an entry below a cosigned size existed when the witnesses saw
  it, and the log they were shown then was without the later ones. An entry whose recorded time
  says otherwise, by more than a minute, is named, and so is a log that is not the one they saw.
  Witnesses can't show that what an entry says did happen, nor anything of entries that too few of
  them have seen yet.

OPTIONS
  --key KEY          The log's verifier key, or a file with it. Get it from the people who run the
                     log, by another way than the export. Without it the key in the export is
                     used, which shows damage but not who made the log.
  --checkpoint FILE  A signed checkpoint kept from before; may be given several times.
  --witness KEY      Verifier key of a witness you trust, or a file with it (C2SP cosignature/v1);
                     may be given several times.
  --quorum K         How many of these witnesses must have seen an entry. Default: all.
  --signatures OUT   Also write every signed vote to the new folder OUT: the statement, the
                     signature, and `allowed_signers` for `ssh-keygen -Y verify`.
  --full             Also parse every entry and check that it is canonical JSON with the members
                     every event has. Slower.
  --threads N        Threads to use. Default: one for each processor.
  --json             Print one JSON object for programs.
  --receipt FILE     Check one receipt (JSON, or the C2SP text form `.tlog-proof`) instead of DIR.
  --leaf FILE        The entry the receipt is for, byte for byte.
  --help, --version

EXIT CODES
  0 verified    1 a problem was found, or something could not be read    2 wrong usage

EXAMPLE
  countersign-verify ./export-2026-11 --key ./our-log.vkey --checkpoint ./october/checkpoint
";

const VERSION: &str = concat!("countersign-verify ", env!("CARGO_PKG_VERSION"), "\n");

/// What a command line asks for.
#[derive(Debug)]
pub enum Parsed {
    /// A verification.
    Run(Command),
    /// A text to print.
    Text(&'static str),
    /// Nothing that can be understood.
    Wrong(String),
}

/// What to verify.
#[derive(Debug)]
pub enum Command {
    /// A whole export.
    Export(ExportArgs),
    /// One receipt.
    Receipt(ReceiptArgs),
}

/// How to verify an export.
#[derive(Debug)]
pub struct ExportArgs {
    pub dir: PathBuf,
    pub key: Option<OsString>,
    pub checkpoints: Vec<PathBuf>,
    pub witnesses: Vec<OsString>,
    pub quorum: usize,
    pub signatures: Option<PathBuf>,
    pub threads: usize,
    pub full: bool,
    pub json: bool,
}

/// How to verify a receipt.
#[derive(Debug)]
pub struct ReceiptArgs {
    pub receipt: PathBuf,
    pub leaf: PathBuf,
    pub key: OsString,
    pub json: bool,
}

#[derive(Default)]
struct Given {
    dir: Option<PathBuf>,
    key: Option<OsString>,
    checkpoints: Vec<PathBuf>,
    witnesses: Vec<OsString>,
    quorum: Option<usize>,
    signatures: Option<PathBuf>,
    threads: Option<usize>,
    full: bool,
    json: bool,
    receipt: Option<PathBuf>,
    leaf: Option<PathBuf>,
}

/// Reads a command line without the program's name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Parsed {
    read(arguments).unwrap_or_else(Parsed::Wrong)
}

fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Parsed, String> {
    let mut given = Given::default();
    let mut only_paths = false;
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        if only_paths || !text.starts_with('-') || text == "-" {
            set(&mut given.dir, PathBuf::from(argument), "more than one folder is given")?;
            continue;
        }
        // `--name=value` is the same as `--name value`.
        let (name, attached) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(OsString::from(value))),
            None => (text, None),
        };
        let has_value = attached.is_some();
        let mut value = || {
            attached.clone().or_else(|| arguments.next()).ok_or(format!("`{name}` needs a value"))
        };
        let twice = format!("`{name}` is given twice");
        match name.as_str() {
            "--key" => set(&mut given.key, value()?, &twice)?,
            "--checkpoint" => given.checkpoints.push(value()?.into()),
            "--witness" => given.witnesses.push(value()?),
            "--quorum" => set(&mut given.quorum, parse_quorum(&value()?)?, &twice)?,
            "--signatures" => set(&mut given.signatures, value()?.into(), &twice)?,
            "--receipt" => set(&mut given.receipt, value()?.into(), &twice)?,
            "--leaf" => set(&mut given.leaf, value()?.into(), &twice)?,
            "--threads" => set(&mut given.threads, parse_threads(&value()?)?, &twice)?,
            _ if has_value => return Err(format!("`{name}` is unknown or takes no value")),
            "--full" => given.full = true,
            "--json" => given.json = true,
            "--help" | "-h" => return Ok(Parsed::Text(HELP)),
            "--version" | "-V" => return Ok(Parsed::Text(VERSION)),
            "--" => only_paths = true,
            _ => return Err(format!("`{name}` is unknown")),
        }
    }
    given.command().map(Parsed::Run)
}

fn set<T>(place: &mut Option<T>, value: T, twice: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(twice.to_owned()),
    }
}

fn parse_threads(value: &OsString) -> Result<usize, String> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number
        .filter(|threads| (1..=1024).contains(threads))
        .ok_or_else(|| "`--threads` takes a number from 1 to 1024".to_owned())
}

fn parse_quorum(value: &OsString) -> Result<usize, String> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.filter(|k| *k > 0).ok_or_else(|| "`--quorum` takes a number from 1".to_owned())
}

impl Given {
    fn command(self) -> Result<Command, String> {
        let by_default = || std::thread::available_parallelism().map_or(1, usize::from);
        let quorum = self.quorum.unwrap_or(self.witnesses.len());
        if quorum > self.witnesses.len() {
            let known = self.witnesses.len();
            return Err(format!("`--quorum {quorum}` needs as many `--witness`, not {known}"));
        }
        match (self.dir, self.receipt, self.leaf) {
            (Some(dir), None, None) => Ok(Command::Export(ExportArgs {
                dir,
                key: self.key,
                checkpoints: self.checkpoints,
                witnesses: self.witnesses,
                quorum,
                signatures: self.signatures,
                threads: self.threads.unwrap_or_else(by_default),
                full: self.full,
                json: self.json,
            })),
            (None, Some(receipt), Some(leaf)) => {
                let key = self.key.ok_or(
                    "a receipt proves nothing without the log's key: give it with `--key`",
                )?;
                Ok(Command::Receipt(ReceiptArgs { receipt, leaf, key, json: self.json }))
            }
            (None, None, None) => Err("which folder is to be verified?".to_owned()),
            (Some(_), _, _) => Err("give a folder, or a receipt, not both".to_owned()),
            _ => Err("`--receipt` and `--leaf` need each other".to_owned()),
        }
    }
}

/// Reads a log's key given as text, or as a file that holds it.
pub fn read_key(given: impl AsRef<OsStr>) -> anyhow::Result<VerifierKey> {
    read_with(given.as_ref(), VerifierKey::parse)
}

/// Reads a witness's key given as text, or as a file that holds it.
pub fn read_witness(given: impl AsRef<OsStr>) -> anyhow::Result<WitnessKey> {
    read_with(given.as_ref(), WitnessKey::parse)
}

fn read_with<K>(given: &OsStr, parse: impl Fn(&str) -> Result<K, KeyError>) -> anyhow::Result<K> {
    if let Some(text) = given.to_str().filter(|text| text.contains('+'))
        && let Ok(key) = parse(text.trim())
    {
        return Ok(key);
    }
    let path = Path::new(given);
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("use the key `{}`: it is neither a verifier key nor a file", path.display())
    })?;
    parse(text.trim()).with_context(|| format!("use the key in `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Parsed {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn options_are_read_in_both_forms() {
        let Parsed::Run(Command::Export(export)) =
            parsed("--key=k dir --threads 3 --checkpoint a --checkpoint=b --full --json")
        else {
            panic!("an export");
        };
        assert_eq!((export.dir, export.threads), ("dir".into(), 3));
        assert_eq!(export.key, Some("k".into()));
        assert_eq!(export.checkpoints, [PathBuf::from("a"), PathBuf::from("b")]);
        assert!(export.full && export.json);
        assert!(matches!(
            parsed("--receipt r --leaf l --key k"),
            Parsed::Run(Command::Receipt(ReceiptArgs { .. }))
        ));
        assert!(
            matches!(parsed("-- --dir"), Parsed::Run(Command::Export(e)) if e.dir == Path::new("--dir"))
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in [
            "",
            "a b",
            "--key",
            "--ful dir",
            "dir --threads 0",
            "dir --threads x",
            "--receipt r",
            "--receipt r --leaf l",
            "dir --receipt r --leaf l --key k",
            "dir --full=yes",
            "dir --key a --key b",
            "dir --quorum 1",
            "dir --witness w --quorum 2",
            "dir --witness w --quorum 0",
        ] {
            assert!(matches!(parsed(line), Parsed::Wrong(_)), "{line}");
        }
    }
}
