//! Findings: what needs follow-up, saying that one deals with it, and resolving it.

use axum::extract::Path;
use axum::response::Response;
use console::pages::findings::{FindingRow, FindingState, Page, PlaceRow};
use console::view::{Flash, Link, Section};
use domain::ids::FindingId;
use domain::organisation::{FindingState as State, KnownFinding, LetThrough, access};

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::view::reader::joined;
use super::super::visit::Visit;
use crate::error::ApiError;

const PAGE: &str = "/findings";

/// `GET /findings`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.ok(&page)
}

async fn page(visit: &Visit) -> Page {
    let directory = &visit.live.directory;
    let mut all: Vec<&KnownFinding> = directory.findings().rev().collect();
    all.sort_by_key(|known| known.resolved.is_some());
    Page {
        findings: all.into_iter().map(|known| row(visit, known)).collect(),
        places: directory.let_through().iter().map(|from| place(visit, from)).collect(),
        layout: visit.layout("Findings", Section::Changes).await,
    }
}

fn row(visit: &Visit, known: &KnownFinding) -> FindingRow {
    let reader = visit.reader();
    let KnownFinding { finding, resolved, .. } = known;
    let number = finding.change.1;
    let may = visit.live.directory.may_deal_with(&visit.person, finding);
    let words = |code: &str| code.replace('_', " ");
    FindingRow {
        id: finding.id.to_string(),
        title: finding.kind.title().to_owned(),
        change: Link::new(number.to_string(), format!("/changes/{number}")),
        place: format!("{} in {}", finding.service, finding.environment),
        why: words(&finding.code),
        evidence: finding.evidence.iter().map(|f| (words(&f.fact), f.value.clone())).collect(),
        state: match known.state() {
            State::Resolved => FindingState::Resolved,
            _ if known.is_overdue(reader.now) => FindingState::Overdue,
            State::Acknowledged => FindingState::Acknowledged,
            State::Open => FindingState::Open,
        },
        owner: finding.owner.as_ref().map(|p| reader.person(p)),
        raised: reader.moment(finding.raised_at),
        due: reader.moment(finding.due_at),
        resolved: resolved
            .as_ref()
            .map(|r| (reader.person(&r.by), reader.moment(r.at), r.reason.text().to_owned())),
        can_acknowledge: may && known.state() == State::Open,
        can_resolve: may && known.state() != State::Resolved,
    }
}

fn place(visit: &Visit, from: &LetThrough) -> PlaceRow {
    let (service, environment) = (&from.service, &from.environment);
    let blocks = blocks(visit, from);
    let may = visit.holds(access::POLICY_AUTHOR) && !blocks;
    let reasons = from.reasons.iter();
    let reasons: Vec<String> =
        reasons.map(|(code, n)| format!("{n} × {}", code.replace('_', " "))).collect();
    let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
    PlaceRow {
        place: format!("{} in {}", from.service, from.environment),
        total: from.total,
        open: from.open,
        reasons: joined(&reasons),
        blocks,
        propose: may.then(|| format!("/policy/proposals/new?enforce={service}&in={environment}")),
    }
}

/// Whether the live policy lets the gate block there by now.
fn blocks(visit: &Visit, place: &LetThrough) -> bool {
    let (Some(bundle), Some(service)) =
        (visit.bundle(), visit.live.directory.service(&place.service))
    else {
        return true;
    };
    let environment = place.environment.as_str();
    let tier = bundle.tier_of(environment).map_or(4, |tier| tier.number);
    bundle.enforces((environment, tier), service.name.as_str(), &service.labels)
}

/// `POST /findings/{finding}/acknowledgement`. A second time changes nothing, so no key is needed.
pub(in crate::ui) async fn acknowledge(Path(finding): Path<String>, posted: Posted) -> Response {
    let Posted { visit, .. } = posted;
    let act = async {
        let id = id(&finding)?;
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.acknowledge_finding(principal, &id).await?;
        Ok(recorded("You deal with it.", done.commit.as_ref()))
    };
    answer(&visit, act.await).await
}

/// `POST /findings/{finding}/resolution`. A second time finds it resolved, so no key is needed.
pub(in crate::ui) async fn resolve(Path(finding): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let act = async {
        let id = id(&finding)?;
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.resolve_finding(principal, &id, form.trimmed("reason")).await?;
        Ok(recorded("It is resolved.", done.commit.as_ref()))
    };
    answer(&visit, act.await).await
}

fn id(finding: &str) -> Result<FindingId, ApiError> {
    finding.parse().map_err(|_| ApiError::not_found("finding", finding))
}

async fn answer(visit: &Visit, done: Result<Flash, ApiError>) -> Response {
    match done {
        Ok(message) => redirect(PAGE, &message),
        Err(error) if !error.status().is_client_error() => visit.problem(error).await,
        Err(error) => {
            let mut page = page(visit).await;
            page.layout.flash.push(visit.refusal(&error));
            visit.page(error.status(), &page)
        }
    }
}
