//! Asking, reminding and escalating in one sentence.

use domain::change::ChangeEvent;
use domain::ids::PersonId;

use super::Names;

impl Names<'_> {
    /// Who was asked or reminded, and where it went; `None` for other events.
    pub(super) fn asking(&self, event: &ChangeEvent) -> Option<String> {
        use ChangeEvent as E;
        Some(match event {
            E::ApproversAsked { requirement, people, instead_of, why, .. } => {
                let instead = match instead_of.as_slice() {
                    [] => String::new(),
                    gone => format!(" instead of {}", self.people(gone)),
                };
                format!("asked {}{instead} for {requirement}: {why}", self.people(people))
            }
            E::ApproversReminded { requirement, people, .. } => {
                format!("reminded {} of {requirement}", self.people(people))
            }
            E::RequirementEscalated { requirement, to, why, .. } => {
                format!("escalated {requirement} to {}: {why}", to.words())
            }
            E::AnswererMissing { requirement, missing: true } => {
                format!("found nobody left who could answer {requirement}")
            }
            E::AnswererMissing { requirement, missing: false } => {
                format!("found somebody again who can answer {requirement}")
            }
            _ => return None,
        })
    }

    fn people(&self, people: &[PersonId]) -> String {
        let names: Vec<String> = people.iter().map(|p| self.directory.person_name(p)).collect();
        if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
    }
}
