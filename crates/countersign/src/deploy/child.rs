//! The deployment command: started, supervised, and given the signals that we get.

use std::ffi::OsString;
use std::io;

use tokio::process::Command;
use tokio::runtime::Runtime;

/// How the command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

impl Ended {
    /// Whether all went well.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Code(0))
    }

    /// The exit code to pass on, as shells do it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Code(code) => u8::try_from(code).unwrap_or(1),
            Self::Signal(signal) => u8::try_from(128 + signal).unwrap_or(1),
        }
    }

    /// The exit code to report.
    pub fn reported(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => 128 + signal,
        }
    }
}

/// Receives signals from before the grant is redeemed, so that none can leave a deployment
/// without an outcome.
pub struct Supervisor {
    runtime: Runtime,
    signals: signals::Signals,
}

impl Supervisor {
    /// Starts to receive signals.
    pub fn new() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = runtime.block_on(async { signals::Signals::new() })?;
        Ok(Self { runtime, signals })
    }

    /// Runs a command to its end.
    pub fn run(mut self, command: &[OsString], variables: &[(&str, String)]) -> io::Result<Ended> {
        let Some((program, args)) = command.split_first() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "no command is given"));
        };
        self.runtime.block_on(async {
            let mut child = Command::new(program)
                .args(args)
                .envs(variables.iter().map(|(name, value)| (name, value)))
                .spawn()?;
            let id = child.id();
            loop {
                tokio::select! {
                    status = child.wait() => return Ok(ended(status?)),
                    signal = self.signals.next() => signals::forward(id, signal),
                }
            }
        })
    }
}

#[cfg(unix)]
fn ended(status: std::process::ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Code(code),
        (None, Some(signal)) => Ended::Signal(signal),
        (None, None) => Ended::Code(1),
    }
}

#[cfg(not(unix))]
fn ended(status: std::process::ExitStatus) -> Ended {
    Ended::Code(status.code().unwrap_or(1))
}

#[cfg(unix)]
mod signals {
    use std::io::{self, IsTerminal as _};

    use rustix::process::{Pid, Signal, kill_process};
    use tokio::signal::unix::{self, SignalKind, signal};

    pub(super) struct Signals {
        interrupt: unix::Signal,
        terminate: unix::Signal,
        hangup: unix::Signal,
    }

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hangup: signal(SignalKind::hangup())?,
            })
        }

        /// The next signal to pass on.
        pub(super) async fn next(&mut self) -> Signal {
            loop {
                tokio::select! {
                    // A terminal sends Ctrl-C to the command as well; twice would cut short its
                    // orderly end.
                    _ = self.interrupt.recv() => if !io::stdin().is_terminal() {
                        return Signal::INT;
                    },
                    _ = self.terminate.recv() => return Signal::TERM,
                    _ = self.hangup.recv() => return Signal::HUP,
                }
            }
        }
    }

    pub(super) fn forward(child: Option<u32>, signal: Signal) {
        let child = child.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(child) = child {
            // A child that has just ended needs no signal.
            let _ = kill_process(child, signal);
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;

    pub(super) struct Signals;

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// Ctrl-C reaches the command by itself; we only must outlive it.
        pub(super) async fn next(&mut self) {
            let _ = tokio::signal::ctrl_c().await;
        }
    }

    pub(super) fn forward(_child: Option<u32>, (): ()) {}
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn run(command: &[&str], variables: &[(&str, String)]) -> io::Result<Ended> {
        let command: Vec<OsString> = command.iter().map(OsString::from).collect();
        Supervisor::new()?.run(&command, variables)
    }

    #[test]
    fn the_command_gets_the_variables_and_its_exit_code_is_passed_on() {
        let script = r#"test "$COUNTERSIGN_GRANT" = gnt_1 && exit 7"#;
        let variables = [("COUNTERSIGN_GRANT", "gnt_1".to_owned())];
        let ended = run(&["sh", "-c", script], &variables).unwrap();
        assert_eq!((ended, ended.exit_code()), (Ended::Code(7), 7));
        assert!(run(&["true"], &[]).unwrap().is_success());
    }

    #[test]
    fn a_command_that_ends_by_a_signal_is_no_success() {
        let ended = run(&["sh", "-c", "kill -TERM $$"], &[]).unwrap();
        assert_eq!((ended, ended.exit_code()), (Ended::Signal(15), 143));
        assert!(!ended.is_success());
    }

    #[test]
    fn a_signal_to_us_reaches_the_command() {
        // It sends us the signal itself, and ends well only when it gets it back.
        let script = "trap 'kill $!; exit 9' TERM; kill -TERM $PPID; tail -f /dev/null & wait $!";
        assert_eq!(run(&["sh", "-c", script], &[]).unwrap(), Ended::Code(9));
    }

    #[test]
    fn a_command_that_is_not_there_is_an_error() {
        let error = run(&["/no/such/command"], &[]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
