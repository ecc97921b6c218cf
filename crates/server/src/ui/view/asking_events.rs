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
            ChangeEvent::ApproversAsked { people, instead_of, why, .. } => {
                let what = match people.as_slice() {
                    [] => "asked nobody yet".to_owned(),
                    people => format!("asked {}", self.names(people)),
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
            _ => said(Icon::Info, Tone::Quiet, ""),
        }
    }

    fn names(&self, people: &[PersonId]) -> String {
        let names: Vec<String> = people.iter().map(|p| self.directory.person_name(p)).collect();
        joined(&names.iter().map(String::as_str).collect::<Vec<_>>())
    }
}
