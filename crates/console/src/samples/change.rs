//! A sample change page, for tests and the gallery. Invented data only.

use super::explanation::why;
use super::record::{revisions, timeline, votes};
use super::{Samples, add as put, at, layout, machine, person, strings};
use crate::pages::change::{
    Actions, Artifact, Ballot, BallotClosed, BallotForm, ConflictView, Evidence, EvidenceState,
    Factor, GateStatus, Header, Hold, Page, Risk, ScheduleBound, ScheduleView, Verdict, WillDeploy,
};
use crate::pages::change_record::{Deployment, DeploymentOutcome, Grant, GrantState};
use crate::view::{
    ChangeState, Choice, Decision, Digest, FormErrors, Link, NextStep, Outcome, RiskLevel, Section,
};

const DIGEST: &str = "sha256:3f9a1c0be27d45c6a1e08d5b7724fe90c1d2ab67e4f05893bb6a7d1c92e4f0a8";
const OTHER: &str = "sha256:b0771d42c9fe6a3515e8d20c77ab4f6129e0d3c8a5b1f49672de80c3a4b5f6e7";

fn header() -> Header {
    Header {
        set: Some(Link::new("Sign in at checkout", "/change-sets/set_01jd3k9q7h2v5n8m4c6b0tzxrw")),
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
        overrides: Vec::new(),
        freezes: Vec::new(),
        conflicts: vec![ConflictView {
            change: Link::new("CHG-1050", "/changes/CHG-1050"),
            why: "`checkout` depends on `accounts`".to_owned(),
            from: at("24T20:00"),
            until: at("24T22:00"),
        }],
        schedule: Some(ScheduleView {
            earliest: Some(at("24T13:00")),
            trouble: None,
            bounds: vec![ScheduleBound {
                what: "release-manager answers".to_owned(),
                at: Some(at("24T13:00")),
                there: "Tue 10:00 in America/Sao Paulo".to_owned(),
            }],
        }),
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
        version: "4.18.0".to_owned(),
        paths: vec!["src/retry.rs".to_owned(), "docs/network-tokens.md".to_owned()],
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
            can_object: true,
            can_revise: true,
            can_replace: true,
            can_withdraw: true,
            can_close: false,
            submit: None,
            override_form: None,
            no_override: None,
            hold_key: "h1".to_owned(),
            object_key: "o1".to_owned(),
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
    super::overrides::add(list, page());
    super::calendar::add(list, page());
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
        whose_right: vec![
            Choice::new("prs_own", "your own, as service-owner"),
            Choice::new("prs_dev", "for Dev Patel, as release-manager"),
        ],
        replaces: Some(Decision::Abstain),
        justification: "</textarea><script>alert(2)</script>".to_owned(),
        errors,
        ..open_ballot()
    });
    page
}
