//! Policy names roles, never people (M1.2): people join, move and leave, and policy must not care.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::Complaints;
use crate::bundle::yaml::Text;
use crate::diagnostic::{Finding, Span};

/// Ids of people and accounts, and e-mail addresses.
static PERSON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\b(?:prs|acc)_[0-9a-z]{26}\b|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}").ok()
});

/// Complains about every person a file of policy names, outside of comment lines.
pub(super) fn check(text: Text<'_>, complaints: &mut Complaints) {
    let Some(person) = PERSON.as_ref().filter(|_| text.path.ends_with(".yaml")) else { return };
    let mut offset = 0usize;
    for line in text.text.split_inclusive('\n') {
        if !line.trim_start().starts_with('#') {
            // `git@host` is how repositories are written, not a person.
            for found in person.find_iter(line).filter(|found| !found.as_str().starts_with("git@"))
            {
                let span = Span::new(offset + found.start(), offset + found.end());
                let message = format!("`{}` names a person", found.as_str());
                let finding = Finding::error("names_a_person", span, message).help(
                    "policy names roles, never people: give the role to the person under People",
                );
                complaints.add(text, finding);
            }
        }
        offset += line.len();
    }
}
