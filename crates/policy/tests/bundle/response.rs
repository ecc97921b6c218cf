//! Response plans: which one applies, what it says, and what is refused.

use domain::asking::{EscalationTarget, FirstAsk, ResponseClock, ResponsePlan};
use domain::change::{ChangeType, Level};
use domain::event::PolicyFile;
use domain::explanation::Outcome;
use policy::bundle::Bundle;
use policy::diagnostic::Severity;

use crate::support::{assess, bundle, edited, errors_of, expect_assessed, files, material};

/// The small team's policy with another `response.yaml`, or none.
fn with(text: Option<&str>) -> Vec<PolicyFile> {
    let mut files = files("small-team");
    files.retain(|file| file.path != "response.yaml" && !file.path.starts_with("tests/"));
    let put = |text: &str| PolicyFile { path: "response.yaml".to_owned(), text: text.to_owned() };
    files.extend(text.map(put));
    files
}

fn plans_of(bundle: &Bundle, kind: ChangeType) -> Vec<Option<ResponsePlan>> {
    let mut change = material("blog", "production");
    change.kind = kind;
    change.urgency = Level::Low;
    let assessment = expect_assessed(assess(bundle, change));
    assert!(!assessment.requirements.is_empty());
    assessment.requirements.into_iter().map(|r| r.response.map(|plan| *plan)).collect()
}

#[test]
fn m3_3_the_first_plan_that_applies_stands_in_every_requirement() {
    let bundle = bundle("regulated-company");
    for (kind, id, after_hours, clock) in [
        (ChangeType::Emergency, "incident", true, ResponseClock::Wall),
        (ChangeType::Normal, "ordinary", false, ResponseClock::Approver),
    ] {
        for plan in plans_of(&bundle, kind) {
            let plan = plan.unwrap();
            assert_eq!(
                (plan.plan.id.as_str(), plan.after_hours, plan.clock),
                (id, after_hours, clock)
            );
            assert_eq!(plan.plan.file, "response.yaml");
            assert!(plan.steps.iter().any(|s| s.to != EscalationTarget::Wider), "a fallback");
        }
    }
}

#[test]
fn m3_3_a_plan_without_a_condition_applies_to_everything() {
    let text = "plans: [{ id: all, title: All, within: 1h }]";
    let loaded = Bundle::load(&with(Some(text))).unwrap();
    assert_eq!(loaded.warnings.iter().filter(|d| d.file == "response.yaml").count(), 0);
    let mut change = material("blog", "production");
    change.kind = ChangeType::Emergency;
    let assessed = assess(&loaded.bundle, change);
    let said = assessed.explanation().walk().find(|node| node.code == "plan_applies").unwrap();
    assert_eq!((said.outcome, said.detail.as_deref()), (Outcome::Info, Some("always")));
    let plans = plans_of(&loaded.bundle, ChangeType::Normal);
    assert!(plans.iter().all(|plan| plan.as_ref().unwrap().within_minutes == 60));
}

#[test]
fn without_plans_nothing_is_asked_for_by_itself() {
    let bundle = Bundle::load(&with(None)).unwrap().bundle;
    assert!(plans_of(&bundle, ChangeType::Normal).iter().all(Option::is_none));
}

#[test]
fn f04_a_change_that_no_plan_covers_is_warned_about() {
    let text = "plans: [{ id: hot, title: Hot, when: change.kind == \"emergency\", within: 1h }]";
    let warnings = Bundle::load(&with(Some(text))).unwrap().warnings;
    let found = warnings.iter().find(|d| d.code == "no_plan_for_the_rest").unwrap();
    assert_eq!(found.severity, Severity::Warning);
    assert!(found.help.as_deref().unwrap().contains("without `when`"), "{found:?}");
}

#[test]
fn a_plan_that_can_not_be_followed_is_refused() {
    for (from, to, code) in [
        ("after: 8h, widen: 1", "after: 8h", "step_without_target"),
        ("after: 8h, widen: 1", "after: 8h, widen: 1, role: service-owner", "step_without_target"),
        ("after: 8h, widen: 1", "after: 8h, widen: 100", "bad_count"),
        ("after: 8h, widen: 1", "after: 18h, widen: 1", "not_rising"),
        ("role: service-owner, reach: covering }\n", "role: nobody }\n", "unknown_reference"),
        ("remind: [4h]", "remind: [4h, 2h]", "not_rising"),
        ("within: 8h", "within: soon", "bad_duration"),
        ("id: ordinary", "id: incident", "duplicate_id"),
        ("when: change.kind == \"emergency\"\n", "\n", "unreachable"),
        ("clock: approver", "clock: lunar", "unknown_value"),
    ] {
        let found = errors_of(&edited("small-team", "response.yaml", from, to));
        let codes: Vec<_> = found.iter().map(|d| (d.file.as_str(), d.code)).collect();
        assert!(codes.contains(&("response.yaml", code)), "{to}: {codes:?}");
    }
}

#[test]
fn m1_5_a_plan_can_ask_whoever_is_on_call_first_and_the_starters_do_for_emergencies() {
    for name in ["small-team", "regulated-company", "platform-team"] {
        let plans = plans_of(&bundle(name), ChangeType::Emergency);
        assert!(plans.iter().all(|p| p.as_ref().unwrap().first == FirstAsk::OnCall), "{name}");
        let plans = plans_of(&bundle(name), ChangeType::Normal);
        assert!(plans.iter().all(|p| p.as_ref().unwrap().first == FirstAsk::AtWork), "{name}");
    }
    let errors =
        errors_of(&with(Some("plans: [{ id: all, title: All, within: 1h, first: anybody }]")));
    assert!(errors.iter().any(|e| e.code == "unknown_value"), "{errors:#?}");
    let text = "plans: [{ id: all, title: All, within: 1h, first: on_call }]";
    let assessed =
        assess(&Bundle::load(&with(Some(text))).unwrap().bundle, material("blog", "production"));
    let said = assessed.explanation().walk().find(|node| node.code == "plan_applies").unwrap();
    assert!(said.title.contains("whoever is on call is asked first"), "{said:?}");
}

#[test]
fn f03_expiries_and_answers_are_counted_in_working_time_where_policy_says_so() {
    let before = bundle("regulated-company");
    let (path, from) = ("environments.yaml", "pending: 5d\n    approval: 3d\n");
    let to = format!("{from}    clock: organisation\n");
    let after = Bundle::load(&edited("regulated-company", path, from, &to)).unwrap().bundle;
    let clocks = |bundle: &Bundle| [2, 3].map(|tier| bundle.tier(tier).expiry_clock);
    assert_eq!(clocks(&before), [ResponseClock::Wall; 2]);
    assert_eq!(clocks(&after), [ResponseClock::Wall, ResponseClock::Organisation]);
    let said = after.weaker_than(&before, crate::support::now());
    assert!(said.iter().any(|r| r.contains("through nights and holidays")), "{said:?}");
    assert_eq!(before.weaker_than(&after, crate::support::now()), Vec::<String>::new());
    // What policy says holds no time of day: the record adds that. Unchanged files say what they said.
    let assessed = expect_assessed(assess(&after, material("blog", "production")));
    assert_eq!((assessed.expiry_clock, &assessed.deadlines), (ResponseClock::Organisation, &None));
    let old = expect_assessed(assess(&before, material("blog", "production")));
    let text = serde_json::to_string(&old).unwrap();
    assert!(!text.contains("expiry_clock") && !text.contains("due_clock"), "{text}");
    let lunar = format!("{from}    clock: lunar\n");
    let codes =
        |files: &[PolicyFile]| -> Vec<&str> { errors_of(files).iter().map(|d| d.code).collect() };
    assert_eq!(codes(&edited("regulated-company", path, from, &lunar)), ["unknown_value"]);

    let path = "rules/team.yaml";
    let working = edited("small-team", path, "due: 1d\n", "due: 1d\n        clock: organisation\n");
    let working = Bundle::load(&working).unwrap().bundle;
    let needs = working.rules().iter().flat_map(|rule| &rule.needs);
    assert!(needs.clone().any(|need| need.due_clock == ResponseClock::Organisation));
    let without = edited("small-team", path, "due: 1d\n", "clock: organisation\n");
    assert!(codes(&without).contains(&"clock_without_due"), "{:?}", codes(&without));
}
