//! A sample explanation tree, for tests and the gallery. Invented data only.

use super::strings;
use crate::view::{Decision, Link, Missing, Node, NodeVote, Outcome};

fn source(line: u32) -> Option<Link> {
    Some(Link::new(
        format!("rules/production.yaml:{line}"),
        format!("/policy/source/rules/production.yaml#L{line}"),
    ))
}

fn vote(who: &str, decision: Decision, counts: bool, why: &str) -> NodeVote {
    NodeVote { who: who.to_owned(), decision, counts, why: why.to_owned() }
}

fn owners() -> Node {
    Node {
        rule_id: Some("production-two-owners".to_owned()),
        source: source(12),
        progress: Some((1, 2)),
        detail: "applies because tier is T3 and the service is critical".to_owned(),
        votes: vec![
            vote("Dev Patel", Decision::Approve, true, "as service owner of checkout"),
            vote(
                "Tomás Herrera",
                Decision::Approve,
                false,
                "he requested this change and wrote part of it",
            ),
            vote("Ines Costa", Decision::Approve, false, "was on revision 2"),
        ],
        missing: vec![Missing {
            what: "1 approval".to_owned(),
            role: "service-owner".to_owned(),
            scope: "service checkout".to_owned(),
            asked: strings(&["Dev Patel"]),
            people: strings(&["Mara Lindqvist", "Ines Costa"]),
            more: 1,
        }],
        ..Node::new(
            Outcome::Missing,
            "Production changes of critical services need two of their owners",
        )
    }
}

pub(super) fn why() -> Vec<Node> {
    let security = Node {
        rule_id: Some("pci-needs-security".to_owned()),
        source: source(27),
        progress: Some((1, 1)),
        detail: "applies because labels include “pci”".to_owned(),
        votes: vec![vote(
            "Aiko Tanaka",
            Decision::Approve,
            true,
            "as security of the organisation",
        )],
        ..Node::new(Outcome::Satisfied, "Changes to card data need security")
    };
    let evidence = Node {
        rule_id: Some("evidence-from-lower-tier".to_owned()),
        source: source(40),
        children: vec![
            Node {
                detail: "attested 21 Nov, 14:58 UTC".to_owned(),
                ..Node::new(Outcome::Satisfied, "Tests passed for these artifacts")
            },
            Node {
                detail: "the attestation is 9 days old, policy allows 7".to_owned(),
                ..Node::new(Outcome::Unknown, "Dependency scan is recent")
            },
        ],
        ..Node::new(Outcome::Unknown, "Promotion into production brings evidence from staging")
    };
    let freeze = Node {
        rule_id: Some("freeze-month-end".to_owned()),
        source: source(61),
        detail: "no freeze between 23 Nov 08:00 and 12:00 UTC".to_owned(),
        ..Node::new(Outcome::Satisfied, "Outside of freezes")
    };
    let privacy = Node {
        rule_id: Some("personal-data-needs-dpo".to_owned()),
        source: source(72),
        detail: "labels don't include “pii”".to_owned(),
        ..Node::new(Outcome::NotApplicable, "Changes to personal data need data protection")
    };
    vec![owners(), evidence, security, freeze, privacy]
}
