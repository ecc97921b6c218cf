//! Programs of the operating system: PostgreSQL, Chromium and its driver, Node.js, OpenSSH,
//! Python.

use std::process::Command;

use anyhow::{Result, bail};
use test_postgres::Tools;

use crate::command;

/// A program, how to see that it is there, and Debian's packages that bring it.
struct Program {
    name: &'static str,
    present: fn() -> bool,
    packages: &'static [&'static str],
}

const POSTGRES: Program = Program {
    name: "PostgreSQL server",
    present: || Tools::find().is_ok(),
    packages: &["postgresql"],
};

const FOR_E2E: [Program; 5] = [
    Program {
        name: "Chromium",
        present: || command::find("chromium").is_some(),
        packages: &["chromium", "fonts-liberation"],
    },
    Program {
        name: "ChromeDriver",
        present: || command::find("chromedriver").is_some(),
        packages: &["chromium-driver"],
    },
    Program {
        name: "Node.js with npm",
        present: || command::find("npm").is_some(),
        packages: &["nodejs", "npm"],
    },
    Program {
        name: "OpenSSH client",
        present: || command::find("ssh-keygen").is_some(),
        packages: &["openssh-client"],
    },
    Program {
        name: "Python with venv",
        present: || command::works("python3", &["-c", "import venv, ensurepip"]),
        packages: &["python3", "python3-venv"],
    },
];

pub fn all() -> Result<()> {
    let mut programs = vec![&POSTGRES];
    programs.extend(&FOR_E2E);
    install_missing(&programs)
}

pub fn postgres_only() -> Result<()> {
    install_missing(&[&POSTGRES])
}

fn install_missing(programs: &[&Program]) -> Result<()> {
    let missing: Vec<&&Program> = programs.iter().filter(|program| !(program.present)()).collect();
    if missing.is_empty() {
        println!("programs: all found");
        return Ok(());
    }
    let packages: Vec<&str> =
        missing.iter().flat_map(|program| program.packages).copied().collect();
    let names: Vec<&str> = missing.iter().map(|program| program.name).collect();
    println!("programs: missing {}; installing {}", names.join(", "), packages.join(" "));
    if let Err(error) = apt_install(&packages) {
        bail!("{error:#}\ninstall by hand: {} (Debian: {})", names.join(", "), packages.join(" "));
    }
    match missing.iter().find(|program| !(program.present)()) {
        None => Ok(()),
        Some(program) => bail!("{} is installed but not found", program.name),
    }
}

fn apt_install(packages: &[&str]) -> Result<()> {
    if command::find("apt-get").is_none() {
        bail!("this system has no apt-get");
    }
    command::run(apt(&["update"]))?;
    let mut install = apt(&["install", "--yes", "--no-install-recommends"]);
    install.args(packages);
    command::run(install)
}

fn apt(arguments: &[&str]) -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive");
    apt.args(["--quiet=2", "--option", "DPkg::Lock::Timeout=300"]).args(arguments);
    apt
}
