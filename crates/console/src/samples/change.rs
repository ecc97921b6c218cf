use super::{Samples, add as put, at, layout, machine, person, strings};
use crate::pages::change::{
    Actions, Artifact, Ballot, BallotClosed, BallotForm, Evidence, EvidenceState, Factor,
    GateStatus, Header, Hold, Page, Risk, Verdict, WillDeploy,
};
use crate::pages::change_record::{
    Deployment, DeploymentOutcome, FieldChange, Grant, GrantState, Revision, TimelineEntry, Vote,
};
use crate::view::{
    ChangeState, Decision, Digest, FormErrors, Icon, Link, Missing, NextStep, Node, NodeVote,
    Outcome, RiskLevel, Section, Tone,
};

const DIGEST: &str = "sha256:3f9a1c0be27d45c6a1e08d5b7724fe90c1d2ab67e4f05893bb6a7d1c92e4f0a8";
const OTHER: &str = "sha256:b0771d42c9fe6a3515e8d20c77ab4f6129e0d3c8a5b1f49672de80c3a4b5f6e7";

fn header() -> Header {
    Header {
        number: "CHG-1042".to_owned(),
        title: "Checkout 4.12.0: retry declined cards once with network tokens".to_owned(),
        state: ChangeState::AwaitingApproval,
        change_type: "normal".to_owned(),
        template: None,
        revision: 3,
        service: Link::new("checkout", "/organisation/services#service-checkout"),
        environment: "production".to_owned(),
        tier: "T3".to_owned(),
        requester: person("Tomás Herrera"),
        authors: vec![person("Tomás Herrera"), person("Lena Fischer")],
        created: at("21T15:12"),
        updated: at("22T09:41"),
        description:
            "When an issuer declines with a soft code, retry once with the network token.\n\
                      The retry is behind RETRY_LIMIT and is off when it is 0."
                .to_owned(),
        reason:
            "Soft declines cost us 0.8 % of revenue in October. The canary recovered 41 % of them."
                .to_owned(),
        holds: Vec::new(),
    }
}

fn deploys() -> WillDeploy {
    let evidence = |kind: &str, summary: &str, state, why: &str| Evidence {
        kind: kind.to_owned(),
        summary: summary.to_owned(),
        by: machine("ci-checkout"),
        at: at("21T14:58"),
        state,
        why: why.to_owned(),
        link: Some(Link::new("run 8841", "https://ci.northwind.example/runs/8841")),
    };
    WillDeploy {
        artifacts: vec![
            Artifact {
                name: "registry.northwind.example/checkout".to_owned(),
                digest: Digest::new(DIGEST),
            },
            Artifact {
                name: "registry.northwind.example/checkout-migrations".to_owned(),
                digest: Digest::new(OTHER),
            },
        ],
        parameters: vec![
            ("RETRY_LIMIT".to_owned(), "1".to_owned()),
            ("NETWORK_TOKENS".to_owned(), "visa,mastercard".to_owned()),
        ],
        plan_hash: None,
        revision_digest: Digest::new(
            "sha256:77e1b5d09f3ac2488d6e0b1c5a92f7d3e864c05b1f2a3948d7c6e5f40a1b2c3d",
        ),
        window: Some((at("23T08:00"), at("23T12:00"))),
        evidence: vec![
            evidence("Unit and contract tests", "412 passed", EvidenceState::Valid, ""),
            evidence("Staging soak", "24 h without alerts", EvidenceState::Valid, ""),
            evidence(
                "Dependency scan",
                "no findings",
                EvidenceState::Stale,
                "It is 9 days old; policy allows 7.",
            ),
            evidence(
                "Load test",
                "p99 140 ms at 2× peak",
                EvidenceState::OtherArtifact,
                "It names sha256:51c0…, the build of revision 2.",
            ),
        ],
    }
}

fn risk() -> Risk {
    let factor = |name: &str, points, reason: &str| Factor {
        name: name.to_owned(),
        points,
        reason: reason.to_owned(),
        source: Some(Link::new("risk.yaml:31", "/policy/source/risk.yaml#L31")),
    };
    Risk {
        level: RiskLevel::High,
        approval_level: "service authority + security".to_owned(),
        score: 68,
        next_level_at: Some(80),
        impact: "high".to_owned(),
        urgency: "low".to_owned(),
        complexity: "medium".to_owned(),
        matrix_points: 40,
        factors: vec![
            factor("Critical service", 15, "criticality is “critical”"),
            factor("Card data", 10, "labels include “pci”"),
            factor("Schema migration", 8, "an artifact's name ends in “-migrations”"),
            factor("Proven in staging", -5, "24 h soak with the same artifact"),
            factor("Outside working hours", 0, "the window opens Monday 08:00 in Stockholm"),
        ],
    }
}

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
            people: strings(&["Mara Lindqvist", "Ines Costa"]),
            more: 1,
        }],
        ..Node::new(
            Outcome::Missing,
            "Production changes of critical services need two of their owners",
        )
    }
}

fn why() -> Vec<Node> {
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

fn votes() -> Vec<Vote> {
    let vote = |who: &str, decision, role: &str, text: &str, revision| Vote {
        who: person(who),
        decision,
        role: role.to_owned(),
        justification: Some(text.to_owned()),
        at: at("22T09:12"),
        revision,
        counts: true,
        entry: Some(Link::new("entry 4710", "/ledger/entries/4710")),
        ..Vote::default()
    };
    vec![
        Vote {
            meaning: "I reviewed the security impact and accept it".to_owned(),
            ..vote(
                "Aiko Tanaka",
                Decision::Approve,
                "security",
                "Token vault calls stay inside the PCI segment.",
                3,
            )
        },
        vote(
            "Dev Patel",
            Decision::Approve,
            "service owner",
            "Canary looks good, flag is off by default.",
            3,
        ),
        Vote {
            counts: false,
            why_not: "he requested this change and wrote part of it".to_owned(),
            role: String::new(),
            ..vote("Tomás Herrera", Decision::Approve, "", "I tested it myself.", 3)
        },
        Vote {
            counts: false,
            why_not: "it was on revision 2".to_owned(),
            justification: None,
            ..vote("Ines Costa", Decision::RequestChanges, "service owner", "", 2)
        },
    ]
}

fn revisions() -> Vec<Revision> {
    let moved = |field: &str, before: &str, after: &str| FieldChange {
        field: field.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    vec![
        Revision {
            number: 3,
            digest: Digest::new("sha256:77e1b5d09f3ac2488d6e0b1c5a92f7d3"),
            by: person("Tomás Herrera"),
            at: at("22T08:30"),
            changed: vec![
                moved("artifact checkout", "sha256:51c0e2…", "sha256:3f9a1c…"),
                moved("parameter RETRY_LIMIT", "2", "1"),
            ],
            effect: "1 vote on revision 2 stopped counting".to_owned(),
            current: true,
        },
        Revision {
            number: 2,
            digest: Digest::new("sha256:0c2d5e8fa1b3479d8e6f5a4b3c2d1e0f"),
            by: person("Tomás Herrera"),
            at: at("21T16:05"),
            changed: vec![moved("window", "", "23 Nov 08:00 to 12:00 UTC")],
            ..Revision::default()
        },
        Revision {
            number: 1,
            digest: Digest::new("sha256:9e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b"),
            by: person("Tomás Herrera"),
            at: at("21T15:12"),
            ..Revision::default()
        },
    ]
}

fn timeline() -> Vec<TimelineEntry> {
    let event = |time: &str, actor, what: &str, icon, tone, index| TimelineEntry {
        at: at(time),
        actor,
        what: what.to_owned(),
        detail: String::new(),
        icon,
        tone,
        index,
    };
    vec![
        TimelineEntry {
            detail: "1 approval by service-owner of checkout is missing".to_owned(),
            ..event(
                "22T09:44",
                machine("ci-checkout"),
                "asked the gate: pending",
                Icon::Clock,
                Tone::Warn,
                4712,
            )
        },
        event(
            "22T09:41",
            person("Dev Patel"),
            "approved as service owner",
            Icon::Check,
            Tone::Good,
            4711,
        ),
        event(
            "22T09:12",
            person("Aiko Tanaka"),
            "approved as security",
            Icon::Check,
            Tone::Good,
            4710,
        ),
        event(
            "22T08:30",
            person("Tomás Herrera"),
            "made revision 3",
            Icon::Pencil,
            Tone::Info,
            4702,
        ),
        event(
            "21T15:12",
            person("Tomás Herrera"),
            "requested the change",
            Icon::Forward,
            Tone::Quiet,
            4688,
        ),
    ]
}

fn open_ballot() -> BallotForm {
    BallotForm {
        expected_revision: "rev_01jd8w".to_owned(),
        idempotency_key: "01jd8w4r9xk2".to_owned(),
        counts_as: strings(&["service owner of checkout, for “two of their owners”"]),
        meaning: "I know what this changes and accept the risk for checkout".to_owned(),
        ..BallotForm::default()
    }
}

fn page() -> Page {
    let mut layout = layout("CHG-1042 Checkout 4.12.0", Section::Changes);
    layout.live = Some("/v1/changes/CHG-1042/events".to_owned());
    Page {
        layout,
        header: header(),
        gate: GateStatus {
            verdict: Verdict::Pending,
            summary: "1 approval is missing and the dependency scan is stale.".to_owned(),
            mode: "Production is enforced: nothing goes out without a grant.".to_owned(),
            next_edge: "the window opens".to_owned(),
            next_edge_at: Some(at("23T08:00")),
        },
        deploys: deploys(),
        risk: risk(),
        why_summary: "3 of 5 rules that apply or could apply are settled; one approval and one fact are missing."
            .to_owned(),
        why: why(),
        votes: votes(),
        ballot: Ballot::Open(open_ballot()),
        actions: Actions {
            can_hold: true,
            can_revise: true,
            can_withdraw: true,
            can_close: false,
            submit: None,
            hold_key: "h1".to_owned(),
            withdraw_key: "w1".to_owned(),
        },
        revisions: revisions(),
        timeline: timeline(),
        downloads: vec![
            Link::new("Record (JSON)", "/v1/changes/CHG-1042"),
            Link::new("Receipt (tlog-proof)", "/v1/changes/CHG-1042/receipt?format=tlog-proof"),
        ],
        ..Page::default()
    }
}

pub(super) fn add(list: &mut Samples) {
    put(list, "change", &page());
    put(list, "change_held", &held());
    put(list, "change_done", &done());
    put(list, "change_draft", &draft());
    put(list, "change_hostile", &hostile());
}

fn held() -> Page {
    let mut page = page();
    page.header.holds = vec![Hold {
        id: "hld_01jd8w".to_owned(),
        by: person("Mara Lindqvist"),
        since: at("22T09:50"),
        reason: "The load test is for another build. Please rerun it.".to_owned(),
        can_release: true,
    }];
    page.gate.verdict = Verdict::Deny;
    page.gate.summary = "Mara Lindqvist holds it.".to_owned();
    page.gate.next_edge = String::new();
    page.ballot = Ballot::Closed(BallotClosed {
        reasons: strings(&[
            "You requested this change, and nobody approves a change they had a hand in.",
            "Your account lena-admin belongs to the same person as lena, who wrote part of it.",
        ]),
        next: vec![
            NextStep::linked("See who owns checkout", "/organisation/roles"),
            NextStep::new("Delegation would not help: the delegate would act for you."),
        ],
    });
    page
}

fn done() -> Page {
    let mut page = page();
    page.header.state = ChangeState::Completed;
    page.gate.verdict = Verdict::Allow;
    page.gate.summary = "Every requirement is met; the grant was redeemed.".to_owned();
    page.ballot = Ballot::None;
    page.actions = Actions { can_close: true, ..Actions::default() };
    page.why.retain(|node| node.outcome == Outcome::Satisfied);
    page.why_summary = "Every requirement was met.".to_owned();
    page.grants = vec![Grant {
        id: "gnt_01jd8w9f".to_owned(),
        state: GrantState::Redeemed,
        asked_by: machine("ci-checkout"),
        revision: 3,
        issued: at("23T08:01"),
        expires: at("23T09:01"),
        entry: Some(Link::new("entry 4731", "/ledger/entries/4731")),
        downloads: vec![Link::new("receipt", "/v1/grants/gnt_01jd8w9f/receipt")],
    }];
    page.deployments = vec![Deployment {
        id: "dep_01jd8wa2".to_owned(),
        outcome: DeploymentOutcome::Succeeded,
        by: machine("ci-checkout"),
        started: at("23T08:02"),
        finished: Some(at("23T08:09")),
        note: "exit code 0, 7 min 12 s".to_owned(),
        link: Some(Link::new("run 8850", "https://ci.northwind.example/runs/8850")),
        entry: Some(Link::new("entry 4733", "/ledger/entries/4733")),
    }];
    page
}

fn draft() -> Page {
    let mut page = page();
    page.header.state = ChangeState::Draft;
    page.gate.summary = "It is a draft; nobody has been asked yet.".to_owned();
    page.gate.next_edge = String::new();
    page.ballot = Ballot::None;
    page.actions.submit = Some("rev_01jd8w".to_owned());
    page.actions.can_hold = false;
    page.votes.clear();
    page
}

fn hostile() -> Page {
    let mut page = page();
    page.header.title = "Pаyments \u{202e}txt.exe <script>alert(1)</script>".to_owned();
    page.header.requester.name = "Tom\u{200b}ás".to_owned();
    page.header.reason = "see javascript:alert(1) =HYPERLINK() \u{1b}[31mred".to_owned();
    page.header.service.href = "javascript:alert(1)".to_owned();
    let mut errors = FormErrors::default();
    errors.add("decision", "Choose a decision.");
    errors.add("justification", "Say why: rejecting needs a justification.");
    page.ballot = Ballot::Open(BallotForm {
        justification_required: true,
        replaces: Some(Decision::Abstain),
        justification: "</textarea><script>alert(2)</script>".to_owned(),
        errors,
        ..open_ballot()
    });
    page
}
