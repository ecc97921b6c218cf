//! Samples of the policy pages, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::policy::{
    Approval, Bundle, Check, DecidedPage, DecidedRow, DeclineForm, FactorRule, FileDiff, Level,
    MatrixRow, Page, ProposalBallot, ProposalPage, ProposalRow, RiskPolicy, Rule, SourcePage,
    TemplateRow, Tier,
};
use crate::pages::policy_delay::{Delay, RevertForm};
use crate::pages::policy_editor::{Checked, CheckedFinding, FailedCase, ProposePage};
use crate::pages::policy_shadow::ShadowPart;
use crate::view::{Badge, Digest, FormErrors, Icon, Link, Paging, Section, SourceFile, Tone};

const RULES: &str = r#"# Who agrees to production changes.
rules:
  - id: production-two-owners
    title: Production changes of critical services need two of their owners
    when: tier == "T3" && service.criticality == "critical"
    needs:
      - role: service-owner
        count: 2
    why: One owner can be wrong; two rarely are about the same thing.
    controls: [SOX-CC8.1, PCI-6.5.1]
"#;

fn bundle() -> Bundle {
    Bundle {
        name: "regulated-company".to_owned(),
        version: "14".to_owned(),
        digest: Digest::new(
            "sha256:d41e8cd98f00b204e9800998ecf8427e41d8cd98f00b204e9800998ecf8427e5",
        ),
        activated: at("03T13:20"),
        by: vec![person("Joan Okafor"), person("Mara Lindqvist")],
        entry: Some(Link::new("entry 4102", "/ledger/entries/4102")),
    }
}

fn tier(name: &str, title: &str, environments: &str, mode: &str, notes: &str) -> Tier {
    Tier {
        name: name.to_owned(),
        title: title.to_owned(),
        environments: environments.to_owned(),
        gate_mode: mode.to_owned(),
        approval_valid: "7 days".to_owned(),
        grant_valid: "1 hour".to_owned(),
        notes: notes.to_owned(),
    }
}

fn risk() -> RiskPolicy {
    let row =
        |name: &str, cells: &[&str]| MatrixRow { name: name.to_owned(), cells: strings(cells) };
    let factor = |name: &str, points: &str, when: &str, condition: &str| FactorRule {
        name: name.to_owned(),
        points: points.to_owned(),
        when: when.to_owned(),
        condition: condition.to_owned(),
        source: Some(Link::new("risk.yaml:31", "/policy/source/risk.yaml#L31")),
    };
    RiskPolicy {
        columns: strings(&["Low impact", "Medium impact", "High impact"]),
        rows: vec![
            row("Low urgency", &["5", "20", "40"]),
            row("Medium urgency", &["10", "30", "50"]),
            row("High urgency", &["20", "40", "70"]),
        ],
        caption: "Points by urgency and impact at medium complexity; low is 5 less, high 10 more"
            .to_owned(),
        factors: vec![
            factor(
                "Critical service",
                "+15",
                "The service is critical",
                "service.criticality == \"critical\"",
            ),
            factor(
                "Card data",
                "+10",
                "The service handles card data",
                "\"pci\" in service.labels",
            ),
            factor("Proven in staging", "−5", "The same artifact soaked for 24 h in staging", ""),
        ],
    }
}

fn rule(id: &str, title: &str, when: &str, condition: &str, needs: &[&str]) -> Rule {
    Rule {
        id: id.to_owned(),
        title: title.to_owned(),
        when: when.to_owned(),
        condition: condition.to_owned(),
        needs: strings(needs),
        why: "One owner can be wrong; two rarely are about the same thing.".to_owned(),
        controls: strings(&["SOX CC8.1", "PCI DSS 6.5.1"]),
        source: Some(Link::new(
            "rules/production.yaml:12",
            "/policy/source/rules/production.yaml#L12",
        )),
    }
}

fn tiers() -> Vec<Tier> {
    vec![
        tier("T0", "Sandbox", "sandbox", "Observe: recorded, nothing stopped", ""),
        tier(
            "T2",
            "Staging",
            "staging, pre-production",
            "Enforce: nothing passes without a grant",
            "digests only",
        ),
        tier(
            "T3",
            "Production",
            "production",
            "Enforce: nothing passes without a grant",
            "digests only; evidence from T2",
        ),
    ]
}

fn rules() -> Vec<Rule> {
    vec![
        rule(
            "production-two-owners",
            "Production changes of critical services need two of their owners",
            "The target is production and the service is critical",
            "tier == \"T3\" && service.criticality == \"critical\"",
            &["2 votes from service-owner of the service, by different people"],
        ),
        rule(
            "pci-needs-security",
            "Changes to card data need security",
            "The service is labelled pci",
            "\"pci\" in service.labels",
            &["1 vote from security", "evidence: dependency scan, at most 7 days old"],
        ),
    ]
}

fn live() -> Page {
    let level = |name: &str, from: &str, needs: &str, authority: &str| Level {
        name: name.to_owned(),
        from_score: from.to_owned(),
        needs: needs.to_owned(),
        authority: authority.to_owned(),
    };
    Page {
        layout: layout("Policy", Section::Policy),
        bundle: bundle(),
        tiers: tiers(),
        levels: vec![
            level("Peer", "0", "1 peer who did not write it", "the service's team"),
            level("Owner", "30", "1 service owner", "the service's owners"),
            level(
                "Owner and security",
                "60",
                "2 service owners, 1 security",
                "the service's owners",
            ),
            level("CAB", "80", "3 CAB members, 1 of them from risk", "Change Advisory Board"),
        ],
        risk: risk(),
        rules: rules(),
        templates: vec![TemplateRow {
            id: "restart-workers".to_owned(),
            title: "Restart workers".to_owned(),
            version: "4".to_owned(),
            limits: "any service but critical ones; weekdays 08–16".to_owned(),
            needs: "nothing".to_owned(),
        }],
        files: vec![
            Link::new("bundle.yaml", "/policy/source/bundle.yaml"),
            Link::new("rules/production.yaml", "/policy/source/rules/production.yaml"),
        ],
        proposals: vec![ProposalRow {
            href: "/policy/proposals/chg_01jd".to_owned(),
            title: "Let one owner approve patch releases".to_owned(),
            by: person("Tomás Herrera"),
            at: at("22T07:00"),
            state: Badge::new(Tone::Good, Icon::Check, "Checks passed"),
            missing: "2 approvals by policy-approver".to_owned(),
        }],
        decided: 13,
        revert: Some(RevertForm {
            idempotency_key: "p2".to_owned(),
            digest: bundle().digest,
            until: at("03T13:20"),
            ..RevertForm::default()
        }),
        can_propose: true,
    }
}

fn decided() -> DecidedPage {
    let row = |title: &str, state, reason: &str| DecidedRow {
        title: title.to_owned(),
        digest: bundle().digest,
        by: person("Joan Okafor"),
        at: at("02T09:12"),
        state,
        decided_by: person("Mara Lindqvist"),
        decided_at: at("03T13:20"),
        reason: reason.to_owned(),
    };
    let live = Badge::new(Tone::Good, Icon::Check, "Live");
    let declined = Badge::new(Tone::Bad, Icon::Cross, "Declined");
    DecidedPage {
        layout: layout("Decided proposals", Section::Policy),
        proposals: vec![
            row("Two owners for critical services", live, "Read and tried on last month."),
            row("Peers may approve at night", declined, "The on-call rota covers nights."),
        ],
        paging: Paging { summary: "2 decided proposals".to_owned(), ..Paging::default() },
    }
}

pub(super) fn add(list: &mut Samples) {
    put(list, "policy_decided", &decided());
    let page = live();
    let files = page.files.clone();
    put(list, "policy", &page);
    let file = SourceFile { name: "rules/production.yaml".to_owned(), text: RULES.to_owned() };
    let source = SourcePage {
        layout: layout("rules/production.yaml", Section::Policy),
        bundle: bundle(),
        files,
        file: file.clone(),
    };
    put(list, "policy_source", &source);
    put(list, "policy_propose", &propose(file));
    put(
        list,
        "policy_proposal",
        &proposal(ProposalBallot::Open { idempotency_key: "p1".to_owned() }),
    );
    let reasons = strings(&["You wrote this proposal. Somebody else has to approve it."]);
    put(list, "policy_proposal_own", &proposal(ProposalBallot::Closed { reasons }));
}

fn checked(text: &str) -> Checked {
    let finding = |is_error, text: &str| CheckedFinding {
        place: "rules/production.yaml, line 5".to_owned(),
        href: Some("#file_text_0".to_owned()),
        file: "rules/production.yaml".to_owned(),
        line: 5,
        text: text.to_owned(),
        is_error,
    };
    Checked {
        ok: false,
        proven: true,
        findings: vec![finding(true, text), finding(false, "warning: this always holds\n")],
        passed: 11,
        failed: vec![FailedCase {
            name: "two owners for payments".to_owned(),
            file: "tests/approvals.yaml".to_owned(),
            problems: vec!["expected requirements {service-owner: 2}, found {}".to_owned()],
        }],
    }
}

fn propose(file: SourceFile) -> ProposePage {
    let mut errors = FormErrors::default();
    errors.add("file_text_0", "Line 5: unknown name `teir`.");
    ProposePage {
        layout: layout("Propose a change to policy", Section::Policy),
        base: bundle(),
        idempotency_key: "p0".to_owned(),
        title: "Let one owner approve patch releases".to_owned(),
        reason: "Patch releases wait 9 h on the second owner and none was ever refused.".to_owned(),
        files: vec![file, SourceFile::default()],
        checked: Some(checked(
            "error: unknown name `teir`\n  --> rules/production.yaml:5:11\n   |\n 5 |     when: teir == \"T3\"\n   |           ^^^^ did you mean `tier`?\n",
        )),
        errors,
    }
}

fn proposal(ballot: ProposalBallot) -> ProposalPage {
    let check = |name: &str, state, detail: &str| Check {
        name: name.to_owned(),
        state,
        detail: detail.to_owned(),
    };
    let diff = "@@ -5,4 +5,4 @@\n     when: tier == \"T3\" && service.criticality == \"critical\"\n     needs:\n       - role: service-owner\n-        count: 2\n+        count: 1\n";
    ProposalPage {
        layout: layout("Let one owner approve patch releases", Section::Policy),
        id: "chg_01jd".to_owned(),
        title: "Let one owner approve patch releases".to_owned(),
        reason: "Patch releases wait 9 h on the second owner and none was ever refused.".to_owned(),
        by: person("Tomás Herrera"),
        at: at("22T07:00"),
        state: Badge::new(Tone::Warn, Icon::Clock, "Awaiting approval"),
        digest: Digest::new(
            "sha256:aa1e8cd98f00b204e9800998ecf8427e41d8cd98f00b204e9800998ecf8427e5",
        ),
        base: bundle().digest,
        delay: Some(Delay {
            says:
                "Once it is approved, it goes live after 24 hours, unless somebody turns it down \
                   first."
                    .to_owned(),
            weaker: strings(&[
                "rule `production-two-owners` asks for 1 of service-owner instead of 2",
            ]),
        }),
        checks: vec![
            check("Compiles", Badge::new(Tone::Good, Icon::Check, "Passed"), "6 files, 14 rules"),
            check("Its own tests", Badge::new(Tone::Good, Icon::Check, "Passed"), "38 of 38"),
            check(
                "Can be met",
                Badge::new(Tone::Warn, Icon::Alert, "Weak"),
                "data-protection has one member",
            ),
        ],
        diagnostics: None,
        diffs: vec![FileDiff::unified("rules/production.yaml", diff)],
        approvals: vec![Approval {
            who: person("Joan Okafor"),
            at: at("22T09:00"),
            justification: "Replay over October shows no change would have slipped.".to_owned(),
        }],
        missing: "1 approval by policy-approver".to_owned(),
        ballot,
        decline: Some(DeclineForm::default()),
        shadow: ShadowPart { may: true, ..ShadowPart::default() },
    }
}
