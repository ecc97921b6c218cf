//! Cosignatures of witnesses (C2SP tlog-cosignature, `cosignature/v1` with Ed25519).
//!
//! A witness signs that it has seen a checkpoint at a time, and that this checkpoint continues all
//! it saw before. Must not decide which witness is trusted, nor how many are enough: keys are given.

use std::fmt;

use ed25519_dalek::Signer as _;

use crate::checkpoint::Checkpoint;
use crate::hash::excerpt;
use crate::note::{
    self, KEY_BYTES, KeyError, NoteError, SIGNATURE_BYTES, encode_key, is_key_name, key_id,
    parse_key_text, signature_line, strong_key,
};

/// The algorithm byte of Ed25519 cosignatures.
const COSIGNATURE_V1: u8 = 0x04;
/// Eight bytes of POSIX seconds, big-endian, and the signature.
const COSIGNATURE_BYTES: usize = 8 + SIGNATURE_BYTES;
/// The last second of the year 9999: no later time has a form that all tools read.
const MAX_TIME: u64 = 253_402_300_799;

/// Why a cosignature is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// The note around it.
    #[error("read the cosigned checkpoint")]
    Note(#[from] NoteError),
    /// No line by this witness.
    #[error("find a cosignature by `{witness}`")]
    Absent {
        /// The witness's key.
        witness: String,
    },
    /// A line that claims this witness and is not by it.
    #[error("verify the cosignature by `{witness}`")]
    Bad {
        /// The witness's key.
        witness: String,
    },
}

/// The public key of a witness, as operators and auditors pin it: `name+id+key`.
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    id: u32,
    key: ed25519_dalek::VerifyingKey,
}

/// When which witness saw a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// POSIX seconds, by the witness's clock.
    pub time: u64,
    /// The signature line, with its newline.
    pub line: String,
}

impl WitnessKey {
    fn new(name: &str, key: ed25519_dalek::VerifyingKey) -> Self {
        let id = key_id(name, COSIGNATURE_V1, key.as_bytes());
        Self { name: name.to_owned(), id, key }
    }

    /// Reads `name+id+key`; the key must be one for cosignatures (algorithm 4).
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let (name, id, bytes) = parse_key_text(text, COSIGNATURE_V1)?;
        let key = Self::new(name, strong_key(name, &bytes)?);
        if key.id != id {
            return Err(KeyError::Id { name: name.to_owned() });
        }
        Ok(key)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks this witness's cosignature on a note.
    ///
    /// Lines by others are ignored. Of several valid lines by this witness the earliest counts; one
    /// that claims this witness and fails spoils the note.
    pub fn verify(&self, note: &str) -> Result<Cosigned, CosignatureError> {
        let (text, lines) = note::split(note)?;
        self.verify_lines(text, lines)
    }

    /// As [`WitnessKey::verify`], for signature lines that stand apart from the text they are for.
    pub fn verify_lines(&self, text: &str, lines: &str) -> Result<Cosigned, CosignatureError> {
        let mut found: Option<Cosigned> = None;
        for line in lines.split_terminator('\n') {
            let (name, id, bytes) = note::parse_signature_line(line)
                .ok_or(NoteError::Malformed("a line after the text is not a signature"))?;
            if name != self.name || id != self.id {
                continue;
            }
            let time = self
                .signed_time(text, &bytes)
                .ok_or_else(|| CosignatureError::Bad { witness: self.to_string() })?;
            if found.as_ref().is_none_or(|earlier| time < earlier.time) {
                found = Some(Cosigned { time, line: format!("{line}\n") });
            }
        }
        found.ok_or_else(|| CosignatureError::Absent { witness: self.to_string() })
    }

    /// The time in a cosignature, if it is by this key for this text.
    fn signed_time(&self, text: &str, bytes: &[u8]) -> Option<u64> {
        let bytes: &[u8; COSIGNATURE_BYTES] = bytes.try_into().ok()?;
        let (time, signature) = bytes.split_first_chunk::<8>()?;
        let time = Some(u64::from_be_bytes(*time)).filter(|time| (1..=MAX_TIME).contains(time))?;
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        let message = message(time, text);
        self.key.verify_strict(message.as_bytes(), &signature).is_ok().then_some(time)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = encode_key(COSIGNATURE_V1, self.key.as_bytes());
        write!(f, "{}+{:08x}+{key}", self.name, self.id)
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessKey({self})")
    }
}

/// The private key of a witness.
#[derive(Clone)]
pub struct WitnessSigningKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

impl WitnessSigningKey {
    /// Makes the key of a seed, which must be 32 fresh random bytes.
    pub fn from_seed(name: &str, seed: &[u8; KEY_BYTES]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name(excerpt(name)));
        }
        Ok(Self { name: name.to_owned(), key: ed25519_dalek::SigningKey::from_bytes(seed) })
    }

    /// The public half.
    pub fn verifier(&self) -> WitnessKey {
        WitnessKey::new(&self.name, self.key.verifying_key())
    }

    /// The cosignature line for a checkpoint's text, seen at `time` (POSIX seconds).
    pub fn cosign(&self, text: &str, time: u64) -> String {
        let signature = self.key.sign(message(time, text).as_bytes()).to_bytes();
        let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
        signature_line(&self.name, self.verifier().id, &bytes)
    }
}

impl fmt::Debug for WitnessSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessSigningKey({})", self.verifier())
    }
}

/// What a cosignature signs.
fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The checkpoint in a note with the log's own signature lines, without those of witnesses.
///
/// Signature lines are told apart by their length alone, so this must not be used to judge them.
pub fn without_cosignatures(note: &str) -> Result<String, NoteError> {
    let (text, lines) = note::split(note)?;
    let own = lines.split_inclusive('\n').filter(|line| {
        let parsed = note::parse_signature_line(line.trim_end_matches('\n'));
        parsed.is_none_or(|(_, _, bytes)| bytes.len() != COSIGNATURE_BYTES)
    });
    Ok(format!("{text}\n{}", own.collect::<String>()))
}

/// A witness, and when it saw something (POSIX seconds).
pub type SeenBy<'k> = (&'k WitnessKey, u64);

/// The earliest time at which each of these witnesses saw the checkpoint in a note.
///
/// Gives the checkpoint as it stands in the note, believed by nobody but the witnesses named.
pub fn seen_by<'k>(
    note: &str,
    witnesses: &'k [WitnessKey],
) -> Result<(Checkpoint, Vec<SeenBy<'k>>), CosignatureError> {
    let (text, lines) = note::split(note)?;
    let checkpoint = Checkpoint::parse(text)
        .map_err(|_| NoteError::Malformed("its text is not a checkpoint"))?;
    let mut seen = Vec::new();
    for witness in witnesses {
        match witness.verify_lines(text, lines) {
            Ok(cosigned) => seen.push((witness, cosigned.time)),
            Err(CosignatureError::Absent { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok((checkpoint, seen))
}

/// POSIX seconds as RFC 3339 in UTC, `2026-11-28T06:00:00Z`.
pub fn rfc3339(seconds: u64) -> String {
    let seconds = seconds.min(MAX_TIME);
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Days to civil date in the proleptic Gregorian calendar, with years that begin in March.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3_600, rest % 3_600 / 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::empty_root;
    use crate::note::SigningKey;
    use proptest::prelude::*;

    fn witness(seed: u8) -> WitnessSigningKey {
        WitnessSigningKey::from_seed("witness.example", &[seed; 32]).unwrap()
    }

    fn head() -> String {
        let checkpoint =
            Checkpoint { origin: "example.com/log".to_owned(), size: 0, root: empty_root() };
        checkpoint.sign(&SigningKey::from_seed("example.com/log", &[1; 32]).unwrap()).unwrap()
    }

    fn cosigned(by: &WitnessSigningKey, time: u64) -> String {
        let note = head();
        let text = note::unverified_text(&note).unwrap();
        format!("{note}{}", by.cosign(text, time))
    }

    #[test]
    fn f07_a_cosignature_says_who_saw_the_checkpoint_and_when() {
        let note = cosigned(&witness(1), 1_795_000_000);
        assert_eq!(witness(1).verifier().verify(&note).unwrap().time, 1_795_000_000);
        let keys = [witness(2).verifier(), witness(1).verifier()];
        let (checkpoint, seen) = seen_by(&note, &keys).unwrap();
        assert_eq!((checkpoint.size, seen), (0, vec![(&keys[1], 1_795_000_000)]));
        assert_eq!(without_cosignatures(&note).unwrap(), head());
        assert!(matches!(keys[0].verify(&note), Err(CosignatureError::Absent { .. })));
    }

    /// A checkpoint of ours, cosigned over HTTP by a witness that we did not write (`aics-witness` 0.1.0).
    #[test]
    fn f07_a_foreign_witnesss_cosignature_over_our_checkpoint_verifies() {
        let note = "countersign-11676bb7\n3\n5bmux/RzHVsJia0yh4n27Us0j/fPn3MZ9Ak242XjZWA=\n\n\
            — countersign-11676bb7 0BaMJO58YtTI9W37DyicisKqV3SOsja+9TJgzXg0/ByZzWVDg4uU5IGatpMDnqrg\
            1+Ds86ayi/MV0fyHEJvHr+L73wQ=\n\
            — witness.example/w1 ICw7/QAAAABrCoD9LWdEedP4YxCwqB3u5N9T8ENPRaH39LBqFFZJvdCF7MC0jRMJtjAo\
            U53F5UIeJhG0bjHrLLQoGNcWpAdN7MCSCA==\n";
        let witness = "witness.example/w1+202c3bfd+BMx0Y9rCFA5loNKhQ0p7Cvl3yHQ9PZQpvqpKt6QIfAvS";
        let log = "countersign-11676bb7+d0168c24+ARuh/nEJt8FicYcDOh6W+7Tjmq3y1wvJ+w8DBeREHqe2";
        let cosigned = WitnessKey::parse(witness).unwrap().verify(note).unwrap();
        assert_eq!(rfc3339(cosigned.time), "2026-11-28T07:21:33Z");
        let log = note::VerifierKey::parse(log).unwrap();
        assert_eq!(Checkpoint::open(note, &[log]).unwrap().size, 3);
    }

    #[test]
    fn f07_another_time_or_text_under_the_same_signature_is_refused() {
        let note = cosigned(&witness(1), 1_795_000_000);
        let line = witness(1).verifier().verify(&note).unwrap().line;
        let (name, id, mut bytes) = note::parse_signature_line(line.trim_end()).unwrap();
        bytes[7] ^= 1;
        let forged = format!("{}{}", head(), signature_line(name, id, &bytes));
        let key = witness(1).verifier();
        assert!(matches!(key.verify(&forged), Err(CosignatureError::Bad { .. })));
        let other = note.replacen("example.com/log\n", "example.com/other\n", 1);
        assert!(matches!(key.verify(&other), Err(CosignatureError::Bad { .. })));
        assert!(key.verify(&cosigned(&witness(1), 0)).is_err(), "a time of nought says nothing");
    }

    #[test]
    fn witness_keys_come_back_and_keys_of_logs_are_none() {
        let key = witness(1).verifier();
        assert_eq!(WitnessKey::parse(&key.to_string()).unwrap(), key);
        let log = SigningKey::from_seed("witness.example", &[1; 32]).unwrap().verifier();
        assert!(matches!(WitnessKey::parse(&log.to_string()), Err(KeyError::Algorithm { .. })));
        assert!(note::VerifierKey::parse(&key.to_string()).is_err());
        let other = key.to_string().replacen("witness.example", "other.example", 1);
        assert!(matches!(WitnessKey::parse(&other), Err(KeyError::Id { .. })));
    }

    #[test]
    fn seconds_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_847_696, "2026-11-28T06:34:56Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(seconds), text);
        }
    }

    proptest! {
        #[test]
        fn i11_a_mutated_cosignature_never_verifies(at in any::<prop::sample::Index>(), byte: u8) {
            let note = cosigned(&witness(1), 1_795_000_000);
            let mut bytes = note.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) && text != note
                && let Ok(seen) = witness(1).verifier().verify(&text)
            {
                // Only the log's own line may differ, which is the log key's business.
                prop_assert_eq!(seen.time, 1_795_000_000);
                prop_assert_eq!(note::unverified_text(&text).unwrap(), note::unverified_text(&note).unwrap());
            }
        }
    }
}
