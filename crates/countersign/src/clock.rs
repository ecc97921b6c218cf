//! The wall clock and fresh randomness, for this binary only. Everything below takes them as
//! arguments.

use jiff::Timestamp;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the binary is where time enters")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// 128 random bits as hex: an idempotency key.
pub fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|b| format!("{b:02x}")).collect(),
        // Without randomness, time and process still tell requests of this machine apart.
        Err(_) => format!("{}-{}", now().as_nanosecond(), std::process::id()),
    }
}

/// Waits. Only where nothing tells when it is time: a server that does not answer.
#[expect(clippy::disallowed_methods, reason = "a bounded pause between two tries")]
pub fn pause(length: std::time::Duration) {
    std::thread::sleep(length);
}
