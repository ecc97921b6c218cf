//! What people see. Text that came from outside is made harmless on its way into a [`Line`], so
//! that no renderer can forget it (A16, A17).

pub mod bar;
pub mod change;
pub mod line;
pub mod overrides;
pub mod problem;
pub mod progress;
pub mod schedule;
pub mod table;
pub mod text;
pub mod time;
pub mod tree;
pub mod verdict;

pub use bar::Bar;
pub use line::Line;

use std::io::{self, IsTerminal as _, Write as _};

use clap::ValueEnum;
use serde::Serialize;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where to write and how.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    /// Whether the answer is wanted as JSON.
    pub json: bool,
    /// Whether standard output is a terminal.
    pub terminal: bool,
    /// Colours on standard output.
    pub color: bool,
    /// Colours on standard error.
    pub color_stderr: bool,
}

impl Out {
    /// For this process.
    pub fn for_terminal(json: bool, choice: ColorChoice) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
        let color = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !no_color && !dumb,
        };
        let terminal = io::stdout().is_terminal();
        Self {
            json,
            terminal,
            color: color(terminal),
            color_stderr: color(io::stderr().is_terminal()),
        }
    }

    /// Writes a line to standard output.
    pub fn line(&self, line: &Line) {
        write_out(&line.render(self.color));
    }

    /// Writes lines to standard output.
    pub fn lines(&self, lines: &[Line]) {
        for line in lines {
            self.line(line);
        }
    }

    /// Writes a line to standard error: progress, hints, warnings.
    pub fn note(&self, line: &Line) {
        let _ = writeln!(io::stderr().lock(), "{}", line.render(self.color_stderr));
    }

    /// Writes lines to standard error.
    pub fn notes(&self, lines: &[Line]) {
        for line in lines {
            self.note(line);
        }
    }

    /// Writes a value as JSON: indented for a terminal, on one line for programs.
    pub fn json<T: Serialize>(&self, value: &T) -> serde_json::Result<()> {
        let text = if self.terminal {
            serde_json::to_string_pretty(value)?
        } else {
            serde_json::to_string(value)?
        };
        write_out(&text);
        Ok(())
    }

    /// Writes text as it is, for files and programs: schemas, proofs, completion scripts.
    #[expect(clippy::unused_self, reason = "all writing to standard output goes through `Out`")]
    pub fn raw(&self, text: &str) {
        write_out(text.strip_suffix('\n').unwrap_or(text));
    }
}

/// A reader that went away ends the program quietly, as it does for other tools.
fn write_out(text: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
