//! One file per command: parse, ask, show.

pub mod absence;
pub mod alignment;
pub mod automation;
pub mod backup;
pub mod calendar;
pub mod change;
pub mod change_set;
pub mod completion;
pub mod config;
pub mod delegation;
pub mod demo;
pub mod deployment;
pub mod feed;
pub mod findings;
pub mod freeze;
pub mod gate;
pub mod grant;
pub mod help_all;
pub mod hold;
pub mod inbox;
pub mod key;
pub mod ledger;
pub mod login;
pub mod logout;
pub mod notify;
pub mod object;
pub mod openapi;
pub mod overrides;
pub mod people;
pub mod policy;
pub mod release;
pub mod restore;
pub mod risk;
pub mod roles;
pub mod rota;
pub mod run;
pub mod sandbox;
pub mod sealed;
pub mod serve;
pub mod service_account;
pub mod services;
pub mod token;
pub mod vote;
pub mod webhook;
pub mod whoami;

use anyhow::Result;

use crate::cli::Command;
use crate::context::Context;
use crate::exit::Exit;

/// Runs a command.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Serve(args) => serve::run(&args, context),
        Command::Demo(args) => demo::run(args, context),
        Command::Sandbox(command) => sandbox::run(&command, context),
        Command::Login(args) => login::run(&args, context),
        Command::Logout(args) => logout::run(&args, context),
        Command::Whoami => whoami::run(context),
        Command::Change(command) => change::run(command, context),
        Command::ChangeSet(command) => change_set::run(command, context),
        Command::Vote(command) => vote::run(&command, context),
        Command::Hold(args) => hold::run(&args, context),
        Command::Object(args) => object::run(args, context),
        Command::Release(args) => release::run(&args, context),
        Command::Override(command) => overrides::run(command, context),
        Command::Sealed(command) => sealed::run(command, context),
        Command::Automation(command) => automation::run(command, context),
        Command::Feed(command) => feed::run(command, context),
        Command::Freeze(command) => freeze::run(command, context),
        Command::Alignment(command) => alignment::run(command, context),
        Command::Cab => alignment::cab(context),
        Command::Findings(command) => findings::run(command, context),
        Command::Risk(command) => risk::run(command, context),
        Command::Calendar(args) => calendar::run(args, context),
        Command::Key(command) => key::run(command, context),
        Command::Inbox => inbox::run(context),
        Command::Gate(args) => gate::run(&args, context),
        Command::Run(args) => run::run(&args, context),
        Command::Deployment(command) => deployment::run(&command, context),
        Command::Grant(command) => grant::run(&command, context),
        Command::Drill(args) => policy::drill::run(&args, context),
        Command::Policy(command) => policy::run(command, context),
        Command::Ledger(command) => ledger::run(&command, context),
        Command::People(command) => people::run(command, context),
        Command::Absence(command) => absence::run(command, context),
        Command::Delegation(command) => delegation::run(command, context),
        Command::Rota(command) => rota::run(command, context),
        Command::Roles(command) => roles::run(command, context),
        Command::Services(command) => services::run(command, context),
        Command::ServiceAccount(command) => service_account::run(command, context),
        Command::Token(command) => token::run(&command, context),
        Command::Notify(command) => notify::run(command, context),
        Command::Webhook(command) => webhook::run(command, context),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Config(command) => config::run(&command, context),
        Command::Completion(args) => completion::run(&args, context),
        Command::Openapi => openapi::run(context),
        Command::HelpAll(args) => help_all::run(&args, context),
    }
}
