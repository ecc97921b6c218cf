//! Automatic approval: what rules approved lately, stopping, and letting it go on.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::automation::{Approved, Page, RuleRow, StopForm, StopRow};
use console::pages::automation_audit::{AuditPart, CheckRow, RateRow, Standing, SuspicionRow};
use console::view::{Link, Section};
use domain::change::{AutomaticApproval, Change, ReviewTerms};
use domain::detect::{Audit, Check, SuccessRate, Suspicion, improbable};
use domain::ids::AutomationStopId;
use domain::organisation::{KnownStop, Status, StopScope};
use domain::refusal::Refusal;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::super::view::reader::{joined, minutes, roles, rule};
use super::super::visit::Visit;
use crate::error::ApiError;
use crate::wire::automation::{scope, scope_text};

const PAGE: &str = "/automation";

/// `GET /automation`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let made = page(&visit).await;
    visit.answer(made.map(|page| visit.ok(&page))).await
}

async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let lately = visit.state.app.approved_lately(&visit.signed_in.principal).await?;
    let rules = visit.bundle().map(policy::Bundle::automations).unwrap_or_default();
    let terms = visit.bundle().and_then(policy::Bundle::automation_terms);
    Ok(Page {
        rules: rules.iter().map(|of| row(visit, of, &lately)).collect(),
        stops: visit.live.directory.automation_stops().rev().map(|k| stop(visit, k)).collect(),
        form: form(visit),
        audit: audit(&visit.state.app.audit_automation().await?),
        stopped_by: terms.map(|t| roles(&t.stop)).unwrap_or_default(),
        layout: visit.layout("Automatic approval", Section::Policy).await,
    })
}

pub(super) fn row(
    visit: &Visit,
    of: &policy::Automation,
    lately: &[(Arc<Change>, AutomaticApproval)],
) -> RuleRow {
    let reader = visit.reader();
    let stops = |known: &KnownStop| {
        let whole = matches!(&known.stop.scope, StopScope::Everything | StopScope::Rule(_));
        let own = !matches!(&known.stop.scope, StopScope::Rule(id) if *id != of.id);
        known.resumed.is_none() && whole && own
    };
    let own = lately.iter().filter(|(_, approval)| approval.by.rule.id == of.id);
    let approved = own.map(|(change, approval)| {
        let material = &change.revision().material;
        let (service, environment) = (&material.service, &material.environment);
        Approved {
            change: Link::new(change.number.to_string(), format!("/changes/{}", change.number)),
            what: format!("{service} in {environment}, revision {}", approval.revision),
            at: reader.moment(approval.at),
        }
    });
    let answers: Vec<&str> = of.answers.iter().map(String::as_str).collect();
    let evidence: Vec<&str> = of.evidence.iter().map(|need| need.kind.as_str()).collect();
    let conditions = std::iter::once(&of.scope).chain(&of.when);
    RuleRow {
        id: of.id.clone(),
        title: of.title.clone(),
        source: rule(&of.source),
        answers: joined(&answers),
        conditions: conditions.map(|condition| condition.source().to_owned()).collect(),
        evidence: joined(&evidence),
        review: of.review.as_ref().map(review).unwrap_or_default(),
        stopped: visit.live.directory.automation_stops().any(stops),
        approved: approved.collect(),
    }
}

/// What the audit looked for and found, and how what was let through went.
fn audit(found: &Audit) -> AuditPart {
    let check = |check: &Check| CheckRow {
        title: check.detector.title().to_owned(),
        tested: check.tested,
        too_few: check.too_few.clone(),
        found: check.suspicions.iter().map(suspected).collect(),
    };
    AuditPart {
        checks: found.checks.iter().map(check).collect(),
        rates: found.success.iter().map(rate).collect(),
    }
}

fn suspected(from: &Suspicion) -> SuspicionRow {
    let number = from.change.1;
    SuspicionRow {
        change: Link::new(number.to_string(), format!("/changes/{number}")),
        observed: from.observed.clone(),
        expected: from.expected.clone(),
        base_rate: from.base_rate.clone(),
        chance: improbable(from.p_value),
        statistic: from.statistic.to_owned(),
    }
}

fn rate(from: &SuccessRate) -> RateRow {
    RateRow {
        by: from.by.clone(),
        bound: format!("{} of 100", from.bound_percent),
        total: from.total,
        failed: from.failed,
        standing: match (from.fails.is_some(), from.is_enough) {
            (true, _) => Standing::Failing,
            (false, true) => Standing::Kept,
            (false, false) => Standing::TooFew,
        },
    }
}

fn review(terms: &ReviewTerms) -> String {
    let window = minutes(terms.window_minutes);
    format!("{window} of working time, told to {}", roles(&terms.tell))
}

fn stop(visit: &Visit, known: &KnownStop) -> StopRow {
    let reader = visit.reader();
    let KnownStop { stop, resumed, .. } = known;
    let over = resumed.as_ref();
    StopRow {
        id: stop.id.to_string(),
        about: stop.scope.title(),
        reason: stop.reason.text().to_owned(),
        by: reader.who(&stop.actor()),
        at: reader.moment(stop.at),
        resumed: over
            .map(|r| (reader.person(&r.by), reader.moment(r.at), r.reason.text().to_owned())),
        can_resume: over.is_none() && visit.live.may_resume(&visit.person, &stop.scope).is_ok(),
    }
}

/// Offered for all that the reader may stop.
fn form(visit: &Visit) -> Option<StopForm> {
    let rules = visit.bundle().map(policy::Bundle::automations).unwrap_or_default();
    let rules = rules.iter().map(|of| StopScope::Rule(of.id.clone()));
    let services = visit.live.directory.services().filter(|s| s.status == Status::Active);
    let services = services.map(|s| StopScope::Service(s.name.clone()));
    let templates = visit.bundle().map(policy::Bundle::templates).unwrap_or_default();
    let templates = templates.iter().map(|of| StopScope::Template(of.name.clone()));
    let all = std::iter::once(StopScope::Everything).chain(rules).chain(templates).chain(services);
    let mine = all.filter(|scope| visit.live.may_stop(&visit.person, scope).is_ok());
    let scopes: Vec<_> = mine.map(|scope| (scope_text(&scope), scope.title())).collect();
    (!scopes.is_empty()).then(|| StopForm { scopes, idempotency_key: visit.new_key() })
}

/// `POST /automation/stops`
pub(in crate::ui) async fn begin(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let scope = scope(form.trimmed("scope"))?;
        let principal = &visit.signed_in.principal;
        let app = &visit.state.app;
        let done = app.stop_automation(principal, &scope, form.trimmed("reason")).await?;
        let message = format!("Stopped: {}. People are asked from now on.", scope.title());
        Ok(Done::new(PAGE, recorded(&message, done.commit.as_ref())))
    };
    match once(&visit, &turns, "/automation/stops", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, error).await,
    }
}

/// `POST /automation/stops/{stop}/resume`. A second time finds it over, so no key is needed.
pub(in crate::ui) async fn resume(Path(stop): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let act = async {
        let missing = |_| Refusal::NotFound { entity: "automation stop", id: stop.clone() };
        let id: AutomationStopId = stop.parse().map_err(missing)?;
        let principal = &visit.signed_in.principal;
        let app = &visit.state.app;
        Ok(app.resume_automation(principal, &id, form.trimmed("reason")).await?)
    };
    match act.await {
        Ok(done) => redirect(PAGE, &recorded("It goes on.", done.commit.as_ref())),
        Err(error) => refused(&visit, error).await,
    }
}

async fn refused(visit: &Visit, error: ApiError) -> Response {
    if !error.status().is_client_error() {
        return visit.problem(error).await;
    }
    match page(visit).await {
        Ok(mut page) => {
            page.layout.flash.push(visit.refusal(&error));
            visit.page(error.status(), &page)
        }
        Err(error) => visit.problem(error).await,
    }
}
