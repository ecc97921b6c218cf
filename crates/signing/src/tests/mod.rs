//! Signatures as OpenSSH and authenticators make them, and every way in which they may not fit.

mod passkeys;
mod ssh;
