//! Progress on standard error: one living line on a terminal, a plain line per change of state
//! otherwise.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Line, Out, text, time};
use crate::system;

const FRAMES: [char; 4] = ['◐', '◓', '◑', '◒'];
const TICK: Duration = Duration::from_millis(250);

/// Shows what is being waited for.
pub struct Progress {
    out: Out,
    last: Mutex<String>,
    living: Option<Living>,
}

struct Living {
    words: Arc<Mutex<String>>,
    stop: Sender<()>,
    thread: JoinHandle<()>,
}

impl Progress {
    /// Starts with nothing to show.
    pub fn new(out: Out) -> Self {
        let living = io::stderr().is_terminal().then(Living::start);
        Self { out, last: Mutex::default(), living }
    }

    /// Says what is being waited for now.
    pub fn waiting_for(&self, words: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if words == *last {
            return;
        }
        words.clone_into(&mut last);
        match &self.living {
            Some(living) => {
                *living.words.lock().unwrap_or_else(PoisonError::into_inner) = text::line(words);
            }
            None => self.out.note(&Line::new().dim("waiting: ").plain(words)),
        }
    }

    /// Takes the living line away; so does dropping it.
    pub fn end(self) {
        drop(self);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(living) = self.living.take() {
            let _ = living.stop.send(());
            let _ = living.thread.join();
        }
    }
}

impl Living {
    fn start() -> Self {
        let words = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&words);
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            let began = Instant::now();
            let mut frame = FRAMES.iter().cycle();
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let words = shown.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let sign = frame.next().unwrap_or(&'◐');
                let elapsed = time::elapsed(began.elapsed().as_secs());
                draw(&format!("{sign} {elapsed}  {words}"));
            }
            let mut err = io::stderr().lock();
            let _ = write!(err, "\r\u{1b}[2K");
            let _ = err.flush();
        });
        Self { words, stop, thread }
    }
}

fn draw(line: &str) {
    let fits: String = line.chars().take(usize::from(system::width()).saturating_sub(1)).collect();
    let mut err = io::stderr().lock();
    let _ = write!(err, "\r\u{1b}[2K{fits}");
    let _ = err.flush();
}
