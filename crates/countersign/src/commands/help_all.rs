//! `help-all`: the help of all commands, for the book and for reading at once.

use std::fmt::Write as _;

use anyhow::Result;
use clap::{Arg, Command, CommandFactory as _};

use crate::cli::Cli;
use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `help-all`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// As Markdown, for the command line reference
    #[arg(long)]
    markdown: bool,
}

/// Prints the help of all commands.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let mut command = Cli::command();
    command.build();
    let text = if args.markdown { markdown(&command)? } else { plain(&mut command)? };
    context.out.raw(&text);
    Ok(Exit::Ok)
}

fn plain(command: &mut Command) -> Result<String> {
    let mut text = String::new();
    writeln!(text, "{}", command.render_long_help())?;
    for sub in command.get_subcommands_mut() {
        writeln!(text, "{}\n{}", "─".repeat(60), plain(sub)?)?;
    }
    Ok(text)
}

/// The reference as Markdown: a section per command, its options as a table, its examples as code.
fn markdown(root: &Command) -> Result<String> {
    let mut text = String::from(
        "<!-- Made by `countersign help-all --markdown`; don't edit. -->\n\n# Command line\n\n",
    );
    writeln!(text, "{}\n", about(root))?;
    writeln!(text, "## Global options\n")?;
    options(&mut text, root.get_arguments().filter(|a| a.is_global_set()))?;
    notes(&mut text, root)?;
    for sub in root.get_subcommands() {
        section(&mut text, sub, 2)?;
    }
    Ok(text.trim_end().to_owned())
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or_else(|| command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

fn section(text: &mut String, command: &Command, level: usize) -> Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    writeln!(text, "{} `{name}`\n\n{}\n", "#".repeat(level), about(command))?;
    if command.get_subcommands().next().is_none() {
        let usage = command.clone().render_usage().to_string();
        writeln!(text, "```text\n{}\n```\n", usage.trim_start_matches("Usage: ").trim())?;
    }
    options(text, command.get_arguments().filter(|a| !a.is_global_set() && !is_help(a)))?;
    notes(text, command)?;
    for sub in command.get_subcommands() {
        section(text, sub, (level + 1).min(4))?;
    }
    Ok(())
}

fn is_help(arg: &Arg) -> bool {
    matches!(arg.get_id().as_str(), "help" | "version")
}

fn options<'a>(text: &mut String, args: impl Iterator<Item = &'a Arg>) -> Result<()> {
    let mut args = args.peekable();
    if args.peek().is_none() {
        return Ok(());
    }
    writeln!(text, "| option | what it is |\n|---|---|")?;
    for arg in args {
        let default: Vec<_> =
            arg.get_default_values().iter().map(|v| v.to_string_lossy()).collect();
        let default: Vec<_> = default.iter().filter(|v| !v.is_empty() && *v != "false").collect();
        let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        if let [value] = default.as_slice() {
            write!(help, " (default: `{value}`)")?;
        }
        writeln!(
            text,
            "| `{}` | {} |",
            arg.to_string().replace('|', "\\|"),
            help.replace('|', "\\|")
        )?;
    }
    writeln!(text)?;
    Ok(())
}

fn notes(text: &mut String, command: &Command) -> Result<()> {
    if let Some(notes) = command.get_after_help() {
        writeln!(text, "```text\n{}\n```\n", notes.to_string().trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_names_every_command() {
        let mut command = Cli::command();
        command.build();
        let text = markdown(&command).unwrap();
        for name in ["countersign run", "countersign change create", "countersign ledger export"] {
            assert!(text.contains(&format!("`{name}`")), "{name}");
        }
        assert!(text.contains("| `--server <URL>` |"), "{text}");
    }
}
