//! `policy check --against live`: whether a bundle may ask for less than the one that is live, and why.

use std::collections::BTreeSet;

use anyhow::Result;
use client::{Client, ClientError};
use domain::event::PolicyFile;
use policy::Bundle;
use policy::bundle::UnknownGroup;
use serde::Serialize;

use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::{Line, Out};

/// What a bundle is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Against {
    /// The bundle that is live on the server
    Live,
}

/// How a bundle stands to the live one.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// Digest of the live bundle.
    live: String,
    /// Whether it is the live bundle itself.
    same: bool,
    /// In which ways it may ask for less; empty when it was shown to ask for no less.
    weaker: Vec<String>,
    /// Minutes that the live bundle makes such a bundle wait once it is activated.
    weaker_after_minutes: u32,
    /// Groups it gives roles to that the server's directory does not have; `None` where they may not be
    /// listed, so that nothing is known of them.
    unknown_groups: Option<Vec<UnknownGroup>>,
}

impl Comparison {
    /// Compares a bundle with the live one. What can't be compared is an error, never "no less".
    pub fn with_live(bundle: &Bundle, context: &Context) -> Result<Self> {
        let client = context.signed_in()?;
        let live = client.get_policy()?;
        let file = |f: api_types::policy::PolicyFile| PolicyFile { path: f.path, text: f.text };
        let files: Vec<_> = live.files.into_iter().map(file).collect();
        let read = Bundle::load(&files).map(|loaded| loaded.bundle);
        let Some(before) = read.ok().filter(|before| before.digest() == live.digest) else {
            return Err(Failure::new(
                Exit::Unknown,
                "the live bundle can't be read here, so nothing is known of what would ask for less",
            )
            .next("use the same version of countersign as the server has")
            .into());
        };
        Ok(Self {
            unknown_groups: unknown_groups(bundle, &client)?,
            same: before.digest() == bundle.digest(),
            weaker: bundle.weaker_than(&before, clock::now()),
            live: live.digest,
            weaker_after_minutes: live.weaker_after_minutes,
        })
    }

    /// How the command ends for a bundle with no errors: one that may ask for less is not yet fine.
    pub const fn exit(&self) -> Exit {
        if self.weaker.is_empty() { Exit::Ok } else { Exit::Pending }
    }

    /// Says it in words.
    pub fn show(&self, out: &Out) {
        match &self.unknown_groups {
            None => out.line(&Line::new().warn("! ").plain(
                "whether the groups it gives roles to are there is not known: only people may list them",
            )),
            Some(unknown) => {
                for group in unknown {
                    out.line(&Line::new().warn("! ").plain(group.words()));
                }
            }
        }
        if self.weaker.is_empty() {
            let words = if self.same {
                "it is the live bundle"
            } else {
                "it asks for no less than the live bundle  "
            };
            let digest = if self.same { "" } else { &self.live };
            return out.line(&Line::new().good("✓ ").plain(words).dim(digest));
        }
        let title = Line::new().warn("! ").plain("it may ask for less than the live bundle  ");
        out.line(&title.dim(&self.live));
        for way in &self.weaker {
            out.line(&Line::indented(2).plain("· ").plain(way));
        }
        out.line(&Line::indented(2).info("→ ").plain(self.next_step()));
    }

    fn next_step(&self) -> String {
        match self.weaker_after_minutes {
            0 => "once activated it is live at once: let somebody else read this first".to_owned(),
            1 => "once activated it waits a minute, and everybody who governs policy can stop it"
                .to_owned(),
            minutes => {
                let (long, unit) = match minutes {
                    _ if minutes % 60 != 0 => (minutes, "minutes"),
                    60 => (1, "hour"),
                    _ => (minutes / 60, "hours"),
                };
                format!(
                    "once activated it waits {long} {unit}, and everybody who governs policy can stop it"
                )
            }
        }
    }
}

/// The groups a bundle gives roles to that are not there. A machine may not list groups.
fn unknown_groups(bundle: &Bundle, client: &Client) -> Result<Option<Vec<UnknownGroup>>> {
    if bundle.mapping().is_empty() {
        return Ok(Some(Vec::new()));
    }
    match client.list_groups() {
        Ok(groups) => {
            let known: BTreeSet<String> = groups.into_iter().map(|group| group.id).collect();
            Ok(Some(bundle.unknown_groups(|id| known.contains(id.as_str()))))
        }
        Err(ClientError::Problem(problem)) if problem.status == 403 => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(weaker: &[&str], weaker_after_minutes: u32) -> Comparison {
        Comparison {
            live: "sha256:1".to_owned(),
            same: false,
            weaker: weaker.iter().map(|&way| way.to_owned()).collect(),
            weaker_after_minutes,
            unknown_groups: Some(Vec::new()),
        }
    }

    #[test]
    fn d06_what_may_ask_for_less_never_ends_as_fine() {
        assert_eq!(comparison(&[], 60).exit(), Exit::Ok);
        assert_eq!(comparison(&["nobody is asked for staging"], 0).exit(), Exit::Pending);
    }

    #[test]
    fn d06_the_delay_is_said_as_people_say_it() {
        for (minutes, words) in [
            (0, "live at once"),
            (1, "waits a minute"),
            (60, "1 hour,"),
            (90, "90 minutes"),
            (1440, "24 hours"),
        ] {
            let said = comparison(&["less"], minutes).next_step();
            assert!(said.contains(words), "{minutes}: {said}");
        }
    }
}
