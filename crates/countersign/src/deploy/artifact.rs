//! Artifacts named on the command line: a file, which is hashed here, or a digest (A01, A02).

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context as _, Result};
use api_types::gate::AskedArtifact;
use sha2::{Digest as _, Sha256};

use crate::exit::Failure;

const CHUNK_BYTES: usize = 1 << 20;

/// An artifact as written on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArtifactArg {
    /// `NAME@sha256:…` or `sha256:…`.
    Digest {
        /// Its name.
        name: String,
        /// Its digest.
        digest: String,
    },
    /// `FILE` or `NAME=FILE`.
    File(String),
}

/// An artifact with its digest, and the file it was taken from.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its name.
    pub name: String,
    /// Its digest.
    pub digest: String,
    file: Option<Seen>,
}

/// A file as it was when it was hashed.
#[derive(Debug, Clone)]
struct Seen {
    path: PathBuf,
    fingerprint: Fingerprint,
}

/// What can't stay the same when a file is written to or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fingerprint {
    length: u64,
    modified: Option<std::time::SystemTime>,
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

impl Fingerprint {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            // The time of the last change of the inode can't be set back by the file's owner.
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

fn is_digest(text: &str) -> bool {
    let hex =
        |body: &str, length| body.len() == length && body.bytes().all(|b| b.is_ascii_hexdigit());
    text.strip_prefix("sha256:").is_some_and(|b| hex(b, 64))
        || text.strip_prefix("sha512:").is_some_and(|b| hex(b, 128))
}

impl FromStr for ArtifactArg {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if is_digest(text) {
            let name = "artifact".to_owned();
            return Ok(Self::Digest { name, digest: text.to_lowercase() });
        }
        match text.rsplit_once('@') {
            Some((name, digest)) if is_digest(digest) && !name.is_empty() => {
                Ok(Self::Digest { name: name.to_owned(), digest: digest.to_lowercase() })
            }
            Some((_, digest)) if digest.starts_with("sha256:") || digest.starts_with("sha512:") => {
                Err("the digest is cut off: write sha256: and 64 hex digits".to_owned())
            }
            _ if text.is_empty() => Err("write a file, or NAME@sha256:…".to_owned()),
            _ => Ok(Self::File(text.to_owned())),
        }
    }
}

impl ArtifactArg {
    /// Hashes the file, if it is one.
    pub fn resolve(&self) -> Result<Artifact> {
        match self {
            Self::Digest { name, digest } => {
                Ok(Artifact { name: name.clone(), digest: digest.clone(), file: None })
            }
            Self::File(text) => from_file(text),
        }
    }
}

/// All artifacts of a command line, hashed.
pub fn resolve(args: &[ArtifactArg]) -> Result<Vec<Artifact>> {
    args.iter().map(ArtifactArg::resolve).collect()
}

fn from_file(text: &str) -> Result<Artifact> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) if !Path::new(text).exists() => (Some(name), Path::new(path)),
        _ => (None, Path::new(text)),
    };
    if !path.exists() {
        return Err(Failure::usage(format!("`{text}` is neither a file here nor a digest"))
            .next("name a file, or what is deployed exactly: NAME@sha256:…")
            .next("a tag alone can be moved after approval; resolve it to its digest first")
            .into());
    }
    let file_name = || path.file_name().map(|n| n.to_string_lossy().into_owned());
    let name = name.map(str::to_owned).or_else(file_name).unwrap_or_else(|| text.to_owned());
    let (digest, fingerprint) =
        hash(path).with_context(|| format!("failed to hash the artifact {}", path.display()))?;
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    Ok(Artifact { name, digest, file: Some(Seen { path, fingerprint }) })
}

fn hash(path: &Path) -> std::io::Result<(String, Fingerprint)> {
    let mut file = File::open(path)?;
    let before = file.metadata()?;
    if before.is_dir() {
        let reason = "it is a folder; pack it into one file, which can then be hashed";
        return Err(std::io::Error::other(reason));
    }
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            n => hasher.update(chunk.get(..n).unwrap_or_default()),
        }
    }
    let hex: String = hasher.finalize().iter().map(|b| format!("{b:02x}")).collect();
    // The fingerprint from before: a write while reading then shows as a difference.
    Ok((format!("sha256:{hex}"), Fingerprint::of(&before)))
}

/// A file that is not what was asked about any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Swapped {
    /// Name of the artifact.
    pub name: String,
    /// The digest that was asked about.
    pub asked: String,
    /// The digest it has now, if it can still be read.
    pub now: Option<String>,
}

impl Artifact {
    /// As the gate wants it.
    pub fn asked(&self) -> AskedArtifact {
        AskedArtifact { name: Some(self.name.clone()), digest: self.digest.clone() }
    }

    /// Hashes the file again. Artifacts given by digest have nothing to check here.
    pub fn check_again(&mut self) -> Result<(), Swapped> {
        let Some(seen) = &mut self.file else { return Ok(()) };
        let now = hash(&seen.path).ok();
        match now {
            Some((digest, fingerprint)) if digest == self.digest => {
                seen.fingerprint = fingerprint;
                Ok(())
            }
            now => Err(Swapped {
                name: self.name.clone(),
                asked: self.digest.clone(),
                now: now.map(|(digest, _)| digest),
            }),
        }
    }

    /// As [`Artifact::check_again`], but reads the file only if it may have been written to since.
    pub fn check_untouched(&mut self) -> Result<(), Swapped> {
        let untouched = self.file.as_ref().is_none_or(|seen| {
            std::fs::metadata(&seen.path).is_ok_and(|m| Fingerprint::of(&m) == seen.fingerprint)
        });
        if untouched { Ok(()) } else { self.check_again() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

    #[test]
    fn an_artifact_is_a_file_or_a_digest() {
        let named = ArtifactArg::Digest { name: "img".into(), digest: DIGEST.into() };
        assert_eq!(format!("img@{DIGEST}").parse(), Ok(named));
        assert!(matches!(DIGEST.parse(), Ok(ArtifactArg::Digest { .. })));
        assert_eq!("./app.bin".parse(), Ok(ArtifactArg::File("./app.bin".into())));
        assert!("img@sha256:12".parse::<ArtifactArg>().is_err());
    }

    #[test]
    fn i11_any_damaged_reference_is_read_or_refused_without_panic() {
        for whole in [format!("img@{DIGEST}"), DIGEST.to_owned(), "app=./ü.bin".to_owned()] {
            for (at, _) in whole.char_indices() {
                for put in ["", "@", "=", ":", "é", "\u{0}", "\u{202e}", "sha256:", "@sha256:"] {
                    let damaged = format!("{}{put}{}", &whole[..at], &whole[at..]);
                    for text in [damaged.as_str(), &damaged[..at + put.len()]] {
                        if let Ok(ArtifactArg::Digest { digest, .. }) = text.parse() {
                            assert!(digest.starts_with("sha"), "{text}: {digest}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a02_a_tag_alone_is_refused() {
        let error = "registry.example.com/app:latest".parse::<ArtifactArg>().unwrap();
        let error = error.resolve().unwrap_err();
        assert_eq!(crate::exit::Exit::of(&error), crate::exit::Exit::Usage);
    }

    #[test]
    fn a_file_is_hashed_as_sha256sum_does() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.bin");
        std::fs::write(&path, "foo").unwrap();
        let artifact: ArtifactArg = path.to_str().unwrap().parse().unwrap();
        let artifact = artifact.resolve().unwrap();
        assert_eq!((artifact.name.as_str(), artifact.digest.as_str()), ("app.bin", DIGEST));
        let named: ArtifactArg = format!("app={}", path.display()).parse().unwrap();
        assert_eq!(named.resolve().unwrap().name, "app");
    }

    #[test]
    fn a01_a_file_swapped_after_hashing_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.bin");
        std::fs::write(&path, "foo").unwrap();
        let arg = ArtifactArg::File(path.to_str().unwrap().to_owned());
        let mut artifact = arg.resolve().unwrap();
        assert_eq!(artifact.check_again(), Ok(()));
        assert_eq!(artifact.check_untouched(), Ok(()));
        std::fs::write(&path, "fop").unwrap();
        let swapped = artifact.check_again().unwrap_err();
        assert_eq!(swapped.asked, DIGEST);
        assert!(swapped.now.is_some_and(|now| now != DIGEST));
        // Replacing the file by another one of the same length and time is found as well.
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        let mut artifact = arg.resolve().unwrap();
        let other = folder.path().join("other");
        std::fs::write(&other, "bar").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(before).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert!(artifact.check_untouched().is_err());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(artifact.check_untouched().unwrap_err().now, None);
    }
}
