//! How far long work has come: a share on standard error, on a terminal only.

use std::io::{self, IsTerminal as _, Write as _};

/// The share of work that is done.
pub struct Bar {
    what: &'static str,
    shown: Option<u64>,
    on: bool,
}

impl Bar {
    /// Names the work.
    pub fn new(what: &'static str) -> Self {
        Self { what, shown: None, on: io::stderr().is_terminal() }
    }

    /// Shows the share, when it moved by a percent.
    pub fn show(&mut self, done: u64, of: u64) {
        let percent = done.saturating_mul(100).checked_div(of).unwrap_or(100);
        if self.on && self.shown != Some(percent) {
            self.shown = Some(percent);
            let _ = write!(io::stderr(), "\r{} … {percent} %", self.what);
            let _ = io::stderr().flush();
        }
    }

    /// Takes the line away.
    pub fn done(&mut self) {
        if self.on && self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
