//! What differs between systems: terminal size, hidden input, file modes.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

/// Columns of the terminal, or of a wide page when there is none.
pub fn width() -> u16 {
    const WITHOUT_TERMINAL: u16 = 120;
    terminal_width().filter(|w| *w >= 20).unwrap_or(WITHOUT_TERMINAL)
}

#[cfg(unix)]
fn terminal_width() -> Option<u16> {
    rustix::termios::tcgetwinsize(rustix::stdio::stdout()).ok().map(|size| size.ws_col)
}

#[cfg(not(unix))]
fn terminal_width() -> Option<u16> {
    None
}

/// Whether a person can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// The account of this user and the name of this machine, as the system says. Nothing rests on it.
pub fn user_and_machine() -> String {
    let variable = |names: [&str; 2]| names.into_iter().find_map(|name| std::env::var(name).ok());
    let user = variable(["USER", "USERNAME"]).unwrap_or_else(|| "unknown".to_owned());
    let named = std::fs::read_to_string("/etc/hostname").ok();
    let machine = named.or_else(|| variable(["HOSTNAME", "COMPUTERNAME"]));
    format!("{user}@{}", machine.as_deref().map_or("unknown", str::trim))
}

/// Asks for a line.
pub fn ask(question: &str) -> io::Result<String> {
    eprint!("{question}");
    io::stderr().flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}

/// Asks for a line without showing it.
pub fn ask_hidden(question: &str) -> io::Result<String> {
    let hidden = EchoOff::new();
    let answer = ask(question);
    drop(hidden);
    eprintln!();
    answer
}

/// Echo is off while this lives.
#[cfg(unix)]
struct EchoOff(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl EchoOff {
    fn new() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(rustix::stdio::stdin()).ok();
        if let Some(before) = &before {
            let mut quiet = before.clone();
            quiet.local_modes.remove(LocalModes::ECHO);
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &quiet);
        }
        Self(before)
    }
}

#[cfg(unix)]
impl Drop for EchoOff {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        if let Some(before) = &self.0 {
            let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, before);
        }
    }
}

#[cfg(not(unix))]
struct EchoOff;

#[cfg(not(unix))]
impl EchoOff {
    fn new() -> Self {
        Self
    }
}

/// Opens a file that only its owner can read, made anew.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// Writes a file that only its owner can read, whole or not at all.
pub fn write_private(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = path.with_file_name(name);
    let mut file = create_private(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
