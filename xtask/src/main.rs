//! `cargo xtask`: everything a developer or the continuous integration runs besides plain cargo.
//!
//! One file per command. Kept light, because it is compiled before anything else can start: it
//! must never see another crate of ours than the test server's.

mod bench;
mod check;
mod command;
mod dogfood;
mod generate;
mod mutants;
mod pg;
mod prepare;
mod simulate;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  test [--quick]            prepare what the tests need, then check and test everything;
                            --quick leaves out the browser and the processes of tests/e2e
  prepare                   only prepare: find or install what `test` needs
  tidy [--report] [--json]  rings, file sizes, headers, licences; --report prints the sizes
  gen [--check]             write the generated files; --check fails where they differ
  dogfood                   our own release through our own gate, with the real commits
  bench [ARGS]              build the benchmark for release and run it with ARGS
  simulate [ARGS]           build the simulation for release and run it: --steps N, --events N,
                            --each N, --seed N, --database sqlite|postgres; without, both
                            databases and 20,000 steps
  mutants [--share K/N]     mutation tests of domain and policy: prints the score and what survived;
                            all of it takes a night, --share 0/40 every fortieth mutant
  pg start|url|stop         the PostgreSQL server that test processes share
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(());
    };
    match command.as_str() {
        "test" => test::run(&Flags::parse(rest, &["--quick"])?),
        "prepare" => prepare::everything(),
        "tidy" => tidy::run(&Flags::parse(rest, &["--report", "--json"])?),
        "gen" => generate::run(&Flags::parse(rest, &["--check"])?),
        "dogfood" => {
            Flags::parse(rest, &[])?;
            dogfood::run()
        }
        "bench" => bench::run(rest),
        "simulate" => simulate::run(rest),
        "mutants" => mutants::run(rest),
        "pg" => pg::run(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => bail!("no command `{unknown}`\n\n{HELP}"),
    }
}

/// The switches of one command; anything it doesn't know is refused.
struct Flags(Vec<String>);

impl Flags {
    fn parse(arguments: &[String], known: &[&str]) -> Result<Self> {
        if let Some(unknown) = arguments.iter().find(|flag| !known.contains(&flag.as_str())) {
            bail!("unknown argument `{unknown}`; known: {}", known.join(", "));
        }
        Ok(Self(arguments.to_vec()))
    }

    fn has(&self, flag: &str) -> bool {
        self.0.iter().any(|given| given == flag)
    }
}
