//! Finds environments in which some ordinary change would have nobody to ask.
//!
//! Tries plain changes of the least and the greatest risk; a bundle may still leave other gaps.
//! Without a rule there is no approval, so a gap is safe, but nobody wants to find it at night.

use std::collections::BTreeMap;

use domain::change::{ChangeType, Level as Grade};
use domain::organisation::Criticality;
use jiff::Timestamp;

use super::Complaints;
use crate::assess::Assessed;
use crate::assess::facts::Facts;
use crate::bundle::Bundle;
use crate::bundle::yaml::Text;
use crate::diagnostic::{Finding, Span};

/// A name no environment has, to try what is not classified.
const ELSEWHERE: &str = "an-environment-nobody-classified";

pub(super) fn check(bundle: &Bundle, complaints: &mut Complaints) {
    let Some(file) = bundle.files().iter().find(|file| file.path == "environments.yaml") else {
        return;
    };
    let text = Text { path: &file.path, text: &file.text };
    let names = bundle.environments().iter().map(|known| known.name.as_str());
    for name in names.chain([ELSEWHERE]) {
        for kind in [ChangeType::Normal, ChangeType::Emergency] {
            let gap = [(Grade::Low, Criticality::Low), (Grade::High, Criticality::Critical)]
                .into_iter()
                .any(|(grade, criticality)| asks_nobody(bundle, name, kind, grade, criticality));
            if gap {
                complaints.add(text, gap_finding(text, name, kind));
                break;
            }
        }
    }
}

fn gap_finding(text: Text<'_>, name: &str, kind: ChangeType) -> Finding {
    let (shown, span) = if name == ELSEWHERE {
        ("an environment nobody has classified".to_owned(), Span::default())
    } else {
        let start = text.text.find(&format!("  {name}:")).map_or(0, |at| at + 2);
        (format!("`{name}`"), Span::new(start, start + name.len()))
    };
    let message = format!("no rule says who approves some {} change for {shown}", kind.as_str());
    Finding::warning("nobody_asked", span, message).help(
        "such a change can't be approved; add a rule, or one with `nobody: true` below tier T2",
    )
}

fn asks_nobody(
    bundle: &Bundle,
    environment: &str,
    kind: ChangeType,
    grade: Grade,
    criticality: Criticality,
) -> bool {
    let empty = BTreeMap::new();
    let facts = Facts {
        kind,
        impact: grade,
        urgency: grade,
        complexity: grade,
        template: None,
        artifact_count: 1,
        has_plan: false,
        parameters: &empty,
        attributes: &empty,
        incident: (kind == ChangeType::Emergency).then_some("INC-1"),
        repository: None,
        window: None,
        evidence: Vec::new(),
        service: "example",
        domain: None,
        criticality,
        labels: &empty,
        environment,
        requester_is_machine: false,
        requester_roles: std::collections::BTreeSet::new(),
        contributors: 1,
        unknown_contributors: 0,
        version: None,
        version_step: None,
        paths: Vec::new(),
        history: None,
        now: Timestamp::UNIX_EPOCH,
    };
    matches!(bundle.assess_facts(&facts, None, 1), Assessed::Undecided { code, .. } if code == "no_rule")
}
