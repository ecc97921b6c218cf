//! The binary: its size, how fast it starts, and what it holds when idle.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;

use crate::report::Report;

/// Starts the release binary beside this one on an empty folder.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let Some(binary) = release_binary()? else { return Ok(()) };
    #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
    let size = std::fs::metadata(&binary)?.len() as f64 / 1e6;
    report.add("process", "release binary", size, "MB").goal("≤ 40 MB", size <= 40.0).print();
    let dir = tempfile::tempdir_in(".")?;
    // The first start makes key, database and policy; the second is what an operator sees.
    for name in ["first start", "start"] {
        let (mut child, ms) = start(&binary, dir.path().to_path_buf())?;
        let memory = resident_mb(child.id());
        let stopped = child.kill().and_then(|()| child.wait());
        report.add("process", name, ms, "ms").goal("≤ 200 ms", ms <= 200.0).print();
        if name == "start" {
            report.add("process", "idle memory", memory?, "MiB").print();
        }
        stopped?;
    }
    Ok(())
}

/// The binary beside this one, if it was built.
pub fn release_binary() -> anyhow::Result<Option<PathBuf>> {
    let binary = std::env::current_exe()?.with_file_name("countersign");
    if binary.exists() {
        return Ok(Some(binary));
    }
    println!("process    skipped: build it first with `cargo build --release`");
    Ok(None)
}

/// Starts the server on a folder; says how long it took until it listens, in milliseconds.
pub fn start(binary: &PathBuf, data: PathBuf) -> anyhow::Result<(Child, f64)> {
    let begun = Instant::now();
    let mut child = Command::new(binary)
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let out = child.stdout.take().context("no output")?;
    let listens = BufReader::new(out)
        .lines()
        .map_while(Result::ok)
        .any(|line| line.starts_with("listening on"));
    let ms = begun.elapsed().as_secs_f64() * 1_000.0;
    if !listens {
        child.kill()?;
        child.wait()?;
        anyhow::bail!("the server did not start");
    }
    Ok((child, ms))
}

/// What a process holds in memory, in MiB.
pub fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|l| l.starts_with("VmRSS")).context("no VmRSS")?;
    let kb: f64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kb / 1024.0)
}
