//! `cargo xtask pg`: the PostgreSQL server that test processes share.

use anyhow::{Result, bail};
use test_postgres::{admin_url, stop_shared};

pub fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["start" | "url"] => println!("{}", admin_url()?),
        ["stop"] if stop_shared()? => println!("stopped"),
        ["stop"] => println!("nothing was running"),
        _ => bail!("say `cargo xtask pg start`, `pg url` or `pg stop`"),
    }
    Ok(())
}
