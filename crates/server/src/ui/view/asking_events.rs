//! Asking, reminding and escalating in words.

use console::view::{Icon, Tone};
use domain::change::ChangeEvent;
use domain::ids::PersonId;

use super::events::{Said, said};
use super::reader::{Reader, joined};

impl Reader<'_> {
    /// What happened, after the name of who did it.
    pub(super) fn say_asking(&self, event: &ChangeEvent) -> Said {
        match event {
            ChangeEvent::ApproversAsked { people, instead_of, on_call, why, .. } => {
                let what = match people.as_slice() {
                    [] => "asked nobody yet".to_owned(),
                    people => format!("asked {}", self.asked(people, on_call)),
                };
                let gone = match instead_of.as_slice() {
                    [] => String::new(),
                    gone => format!(", instead of {}", self.names(gone)),
                };
                said(Icon::Forward, Tone::Info, format!("{what}{gone}")).because(why.clone())
            }
            ChangeEvent::ApproversReminded { people, .. } => {
                let who = if people.is_empty() { "nobody".to_owned() } else { self.names(people) };
                said(Icon::Clock, Tone::Info, format!("reminded {who}"))
            }
            ChangeEvent::RequirementEscalated { requirement, to, why, .. } => {
                let what = format!("escalated {requirement} to {}", to.words());
                said(Icon::Alert, Tone::Warn, what).because(why.clone())
            }
            ChangeEvent::AnswererMissing { requirement, missing: true } => {
                let what = format!("found nobody left who could answer {requirement}");
                said(Icon::Alert, Tone::Warn, what)
            }
            ChangeEvent::AnswererMissing { requirement, .. } => {
                let what = format!("found somebody again who can answer {requirement}");
                said(Icon::Check, Tone::Quiet, what)
            }
            _ => said(Icon::Info, Tone::Quiet, ""),
        }
    }

    /// Whom a rota named on call is said beside their name.
    fn asked(&self, people: &[PersonId], on_call: &[PersonId]) -> String {
        let name = |p: &PersonId| match on_call.contains(p) {
            true => format!("{} (on call)", self.directory.person_name(p)),
            false => self.directory.person_name(p),
        };
        let names: Vec<String> = people.iter().map(name).collect();
        joined(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn names(&self, people: &[PersonId]) -> String {
        self.asked(people, &[])
    }
}
