//! The command line: global options and the tree of commands.

use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::output::ColorChoice;

const AFTER_HELP: &str = "\
Start here:
  countersign demo                        try it, with an invented organisation
  countersign login                       sign in to a server
  countersign inbox                       what waits for you
  countersign run --service checkout --environment production \\
      --artifact ./app.bin -- ./deploy.sh   deploy what was approved, and nothing else

Exit codes: 0 allowed or done, 1 error, 2 usage, 10 denied, 11 pending,
12 expired or superseded, 13 unknown or unreachable. `run` ends as its command ended.";

/// Approvals for deployments: policy decides, people approve, the gate lets exactly that through.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Options of every command
    #[command(flatten)]
    pub global: Global,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Base URL of the server [env: COUNTERSIGN_SERVER]
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// Bearer token; better given as COUNTERSIGN_TOKEN or by `login`, where `ps` does not show it
    #[arg(long, global = true, value_name = "TOKEN")]
    pub token: Option<String>,
    /// Print the API's JSON instead of words
    #[arg(long, global = true)]
    pub json: bool,
    /// When to use colours: auto, always or never (auto respects NO_COLOR)
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub color: ColorChoice,
}

/// All commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start the server
    Serve(commands::serve::Args),
    /// Start a server with an invented organisation, to try it
    Demo(commands::demo::Args),
    /// Open a copy of an organisation on a clock that you move, to play scenarios in
    #[command(subcommand)]
    Sandbox(commands::sandbox::Command),
    /// Sign in and keep a token on this machine
    Login(commands::login::Args),
    /// Sign out: revoke the kept token and forget it
    Logout(commands::logout::Args),
    /// Who you are and what you may do
    Whoami,
    /// Ask for changes and see how they stand
    #[command(subcommand)]
    Change(commands::change::Command),
    /// Several changes that pass the gate together or not at all
    #[command(subcommand)]
    ChangeSet(commands::change_set::Command),
    /// Decide on a change
    #[command(subcommand)]
    Vote(commands::vote::Command),
    /// Hold a change: nothing is let through until it is released
    Hold(commands::hold::Args),
    /// Object to what a rule approves by itself
    Object(commands::object::Args),
    /// Release a hold
    Release(commands::release::Args),
    /// Open the gate for an emergency without its approvals, and review that
    #[command(subcommand)]
    Override(commands::overrides::Command),
    /// Sealed overrides: for when neither identity provider nor server answers
    #[command(subcommand)]
    Sealed(commands::sealed::Command),
    /// Freezes, and windows in which changes may be deployed
    Calendar(commands::calendar::Args),
    /// Calendar feeds: secret links that your calendar program subscribes to
    #[command(subcommand)]
    Feed(commands::feed::Command),
    /// Times in which nothing is deployed, and exceptions from them
    #[command(subcommand)]
    Freeze(commands::freeze::Command),
    /// Rules that approve by themselves, and stopping them
    #[command(subcommand)]
    Automation(commands::automation::Command),
    /// Sessions in which complex changes are talked over before they are handed in
    #[command(subcommand)]
    Alignment(commands::alignment::Command),
    /// What a Change Advisory Board looks at next, and what it is only told of
    Cab,
    /// What needs follow-up, and what gates let through
    #[command(subcommand)]
    Findings(commands::findings::Command),
    /// Accept the risk of going off a rule, and look at that again
    #[command(subcommand)]
    Risk(commands::risk::Command),
    /// What waits for you, what you hold up, and whom you wait for
    Inbox,
    /// Ask whether exactly this may be deployed now
    Gate(commands::gate::Args),
    /// Ask, wait, and run a command once exactly this is approved
    Run(commands::run::Args),
    /// Report how a deployment went
    #[command(subcommand)]
    Deployment(commands::deployment::Command),
    /// Check saved grants without the server
    #[command(subcommand)]
    Grant(commands::grant::Command),
    /// Who would be asked when, in the situations that policy describes: the same as `policy drill`
    Drill(commands::policy::drill::Args),
    /// Check, explain and propose policy
    #[command(subcommand)]
    Policy(commands::policy::Command),
    /// Verify and export the log
    #[command(subcommand)]
    Ledger(commands::ledger::Command),
    /// People and their accounts
    #[command(subcommand)]
    People(commands::people::Command),
    /// When people are away
    #[command(subcommand)]
    Absence(commands::absence::Command),
    /// Let somebody answer for you
    #[command(subcommand)]
    Delegation(commands::delegation::Command),
    /// Who is on call by turns
    #[command(subcommand)]
    Rota(commands::rota::Command),
    /// Roles and who holds them
    #[command(subcommand)]
    Roles(commands::roles::Command),
    /// Services, domains and environments
    #[command(subcommand)]
    Services(commands::services::Command),
    /// Machine identities for pipelines
    #[command(subcommand)]
    ServiceAccount(commands::service_account::Command),
    /// The keys you sign votes with
    #[command(subcommand)]
    Key(commands::key::Command),
    /// Tokens
    #[command(subcommand)]
    Token(commands::token::Command),
    /// What you were told, and what reaches you by mail
    #[command(subcommand)]
    Notify(commands::notify::Command),
    /// Where machines hear of events
    #[command(subcommand)]
    Webhook(commands::webhook::Command),
    /// Copy a server's data, with a check that the copy can be restored
    Backup(commands::backup::Args),
    /// Put a backup in place
    Restore(commands::restore::Args),
    /// Settings of this command line
    #[command(subcommand)]
    Config(commands::config::Command),
    /// Print a completion script for a shell
    Completion(commands::completion::Args),
    /// Print the OpenAPI document of the HTTP API
    Openapi,
    /// Print the help of all commands
    HelpAll(commands::help_all::Args),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_takes_everything_after_the_dashes_as_the_command() {
        let line = "countersign run --service s --environment e --artifact f -- ./d --json -x";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        assert!(!cli.global.json);
        let Command::Run(args) = cli.command else { unreachable!("run was parsed") };
        assert_eq!(args.command, ["./d", "--json", "-x"]);
    }

    #[test]
    fn m3_5_drill_is_policy_drill_with_the_same_arguments() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' ')).unwrap().command;
        let arguments = "--service checkout --json night";
        let Command::Drill(short) = parse(&format!("countersign drill {arguments}")) else {
            unreachable!("drill was parsed")
        };
        let Command::Policy(long) = parse(&format!("countersign policy drill {arguments}")) else {
            unreachable!("policy was parsed")
        };
        let long = format!("{long:?}");
        assert!(long.contains(&format!("{short:?}")), "{short:?} is not in {long}");
    }

    #[test]
    fn no_command_reuses_the_name_of_a_global_option() {
        fn check(command: &clap::Command) {
            for id in ["server", "token", "json", "color"] {
                let own = |a: &&clap::Arg| a.get_id() == id && !a.is_global_set();
                assert!(command.get_arguments().find(own).is_none(), "{}", command.get_name());
            }
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn every_command_says_what_it_does() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }
}
