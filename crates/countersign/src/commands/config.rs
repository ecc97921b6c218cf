//! `config`: settings of this command line, and where they come from.

use anyhow::{Context as _, Result};
use clap::Subcommand;

use crate::context::Context;
use crate::deploy::offline;
use crate::exit::Exit;
use crate::output::{Line, table};
use crate::settings::{ConfigFile, Paths};
use crate::system;

const REFERENCE: &str = "\
# Settings of the countersign command line. A flag beats the environment, which beats this file.

# Base URL of the server.                    flag --server, environment COUNTERSIGN_SERVER
server = \"http://127.0.0.1:8460\"

# Pinned key of the server's log, to verify grants and the log itself with; keep it from a source
# you trust. `countersign ledger key` shows what the server claims.
#                                            flag --key, environment COUNTERSIGN_LEDGER_KEY
# ledger_key = \"log.example.com+1a2b3c4d+AZ…\"

# The token is not a setting: `countersign login` keeps it in credentials.toml (readable by you
# only), and pipelines give it as COUNTERSIGN_TOKEN.
# NO_COLOR=1 turns colours off; --color always turns them on.";

/// Commands about settings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every setting of server and command line, with its explanation
    Reference,
    /// The settings in force, and where each comes from
    Show,
    /// Write a setting to the configuration file
    Set(SetArgs),
}

/// Arguments of `config set`.
#[derive(Debug, clap::Args)]
pub struct SetArgs {
    /// The setting
    #[arg(value_enum)]
    setting: SettingArg,
    /// Its value; empty to take it out
    #[arg(value_name = "VALUE")]
    value: String,
}

/// What can be set.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum SettingArg {
    /// Base URL of the server
    Server,
    /// Pinned key of the server's log
    #[value(name = "ledger_key", alias = "ledger-key")]
    LedgerKey,
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Reference => context.out.raw(&reference()),
        Command::Show => show(context)?,
        Command::Set(args) => set(args, &context.paths, context)?,
    }
    Ok(Exit::Ok)
}

/// The settings of the server and of the command line, as one page.
fn reference() -> String {
    let server = crate::server_settings::reference();
    format!("{server}\n## Command line\n\n```toml\n{REFERENCE}\n```\n")
}

fn show(context: &Context) -> Result<()> {
    let origins = &context.settings.origins;
    if context.out.json {
        context.out.json(origins)?;
        return Ok(());
    }
    let rows = origins.iter().map(|origin| {
        vec![origin.setting.to_owned(), origin.value.clone(), origin.from.to_owned()]
    });
    table::show(&context.out, &["setting", "value", "from"], rows.collect(), "");
    let file = context.paths.config.display().to_string();
    context.out.note(&Line::new().dim(format!("file: {file}")));
    Ok(())
}

fn set(args: &SetArgs, paths: &Paths, context: &Context) -> Result<()> {
    let mut file = ConfigFile::read(&paths.config)?;
    let value = Some(args.value.trim().to_owned()).filter(|v| !v.is_empty());
    match args.setting {
        SettingArg::Server => file.server = value,
        SettingArg::LedgerKey => {
            if let Some(key) = &value {
                offline::key(key)?;
            }
            file.ledger_key = value;
        }
    }
    let text = toml::to_string_pretty(&file)?;
    system::write_private(&paths.config, &text)
        .with_context(|| format!("failed to write {}", paths.config.display()))?;
    context.out.note(&Line::new().good("✓ ").plain(paths.config.display().to_string()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_is_a_configuration_file() {
        toml::from_str::<ConfigFile>(REFERENCE).unwrap();
    }
}
