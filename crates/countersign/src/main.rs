//! The one binary: server, gate, and everything people and pipelines do from a terminal.
//!
//! Commands only parse, ask and show; what may happen is decided behind the API. This is the one
//! place that reads the clock, makes randomness and knows the machine it runs on.

mod cli;
mod clock;
mod commands;
mod composition;
mod context;
mod demo;
mod deploy;
mod exit;
mod identity_settings;
mod ledger_key;
mod offline;
mod outlet_settings;
mod output;
mod sandbox;
mod server_settings;
mod settings;
mod system;
mod witness_settings;

use clap::Parser as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    let cli = cli::Cli::parse();
    let out = output::Out::for_terminal(cli.global.json, cli.global.color);
    let result = context::Context::new(&cli.global, out)
        .and_then(|context| commands::run(cli.command, &context));
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            let exit = exit::Exit::of(&error);
            output::problem::show(&out, &error);
            exit.into()
        }
    }
}
