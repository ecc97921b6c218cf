//! A proposal beside the live bundle: starting, stopping, and what it found. Each visit follows it through a
//! slice of the journal, and the page visits itself again until it is at the end.

use api_types::shadow::{ShadowChange, ShadowReport, ShadowSaid};
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use console::pages::policy_replay::{Bar, Progress};
use console::pages::policy_shadow::{Answers, Difference, MovedChange, Page, Role, ShadowPart};
use console::view::{Badge, Digest, Icon, Link, Section, Tone};
use domain::organisation::access;
use serde::Deserialize;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::view::policy::title_of;
use super::super::visit::Visit;
use super::replay::{bar, many, moves, percent, ways};
use crate::error::ApiError;
use crate::wire::Names;

/// Which shadow; the last one when left out.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Asked {
    proposal: Option<String>,
}

/// `GET /policy/shadow`
pub(in crate::ui) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Response {
    let made = page(&visit, asked.proposal.as_deref()).await;
    let goes_on = made.as_ref().is_ok_and(|page| page.progress.is_some());
    let mut response = visit.answer(made.map(|page| visit.ok(&page))).await;
    if goes_on {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("1"));
    }
    response
}

/// `POST /policy/proposals/{digest}/shadow`
pub(in crate::ui) async fn start(Path(digest): Path<String>, posted: Posted) -> Response {
    let Posted { visit, .. } = posted;
    match visit.state.app.start_shadow(&visit.signed_in.principal, &digest).await {
        Ok(done) => {
            let message = recorded("It runs as a shadow from here on.", done.commit.as_ref());
            redirect(&format!("/policy/shadow?proposal={digest}"), &message)
        }
        Err(error) => visit.problem(error.into()).await,
    }
}

/// `POST /policy/proposals/{digest}/shadow/stop`
pub(in crate::ui) async fn stop(Path(digest): Path<String>, posted: Posted) -> Response {
    let Posted { visit, .. } = posted;
    match visit.state.app.stop_shadow(&visit.signed_in.principal, &digest).await {
        Ok(done) => {
            let message = recorded("The shadow is stopped.", done.commit.as_ref());
            redirect(&format!("/policy/shadow?proposal={digest}"), &message)
        }
        Err(error) => visit.problem(error.into()).await,
    }
}

/// The shadow on the page of a proposal.
pub(super) fn part(visit: &Visit, digest: &str) -> ShadowPart {
    let policy = &visit.live.policy;
    let running = policy.shadow();
    ShadowPart {
        runs: running.is_some_and(|shadow| shadow.digest == digest),
        has_report: policy.shadows().iter().any(|shadow| shadow.digest == digest),
        may: may_run(visit),
        closed: match running {
            Some(shadow) if shadow.digest != digest => {
                "Another proposal runs as the shadow, and one runs at a time.".to_owned()
            }
            _ => String::new(),
        },
    }
}

fn may_run(visit: &Visit) -> bool {
    visit.holds(access::POLICY_AUTHOR) || visit.is_admin()
}

async fn page(visit: &Visit, digest: Option<&str>) -> Result<Page, ApiError> {
    let report = visit.state.app.shadow_report(digest).await?;
    let found = Names::new(&visit.live.directory).shadow_report(&report);
    let shadow = &report.shadow;
    let reader = visit.reader();
    let proposals = visit.live.policy.proposals();
    let proposal = proposals.iter().find(|p| p.digest == shadow.digest);
    let state = match &shadow.ended {
        None => Badge::new(Tone::Good, Icon::Play, "Runs"),
        Some(end) => Badge::new(Tone::Quiet, Icon::Stop, ended_word(end.how.as_str())),
    };
    let mut page = Page {
        layout: visit.layout("Shadow", Section::Policy).await,
        id: shadow.digest.clone(),
        proposal: proposal.map(|p| title_of(&p.reason)).unwrap_or_default(),
        digest: Digest::new(&shadow.digest),
        base: Digest::new(&found.base),
        state,
        by: reader.who(&shadow.by),
        at: reader.moment(shadow.at),
        ended: shadow.ended.as_ref().map(|end| (reader.who(&end.by), reader.moment(end.at))),
        can_stop: shadow.ended.is_none() && may_run(visit),
        ..Page::default()
    };
    fill(&mut page, &found);
    let moved = report.tally.changes().zip(&found.changes);
    page.changes = moved
        .map(|(known, shown)| MovedChange { at: reader.moment(known.subject.at), ..change(shown) })
        .collect();
    Ok(page)
}

fn ended_word(how: &str) -> &'static str {
    match how {
        "activated" => "Its bundle went live",
        "declined" => "Its bundle was declined",
        _ => "Stopped",
    }
}

fn fill(page: &mut Page, found: &ShadowReport) {
    page.progress = (!found.done).then(|| Progress {
        entries: found.entries,
        of: found.of,
        percent: percent(found.entries, found.of),
    });
    page.verdicts = found.verdicts.all;
    page.verdict_ways = verdict_ways(found);
    let answers = found.verdicts.answers.iter();
    page.answers = answers
        .map(|of| Answers { live: said(&of.live), shadow: said(&of.shadow), count: of.verdicts })
        .collect();
    page.assessments = found.assessments.all;
    page.assessment_ways = ways(&found.assessments);
    page.differences = found.differences.iter().map(difference).collect();
    let role = |of: &api_types::shadow::ShadowRole| Role {
        roles: of.roles.clone(),
        added: of.added,
        removed: of.removed,
    };
    page.roles = found.roles.iter().map(role).collect();
    page.moved = found.moved;
    (page.reproduced, page.reproduced_words) = reproduced(found);
    let uncompared = found.uncompared_named.iter();
    page.uncompared = uncompared
        .map(|of| {
            let link =
                Link::new(format!("entry {}", of.index), format!("/ledger/entries/{}", of.index));
            (link, of.why.clone())
        })
        .collect();
}

fn verdict_ways(found: &ShadowReport) -> Vec<Bar> {
    let of = &found.verdicts;
    let ways = [
        ("Says the same", of.same),
        ("Would have stopped it", of.stopped),
        ("Would have let it through", of.opened),
        ("Says something else to the same effect", of.otherwise),
    ];
    ways.into_iter().map(|(label, count)| bar(label, count, of.all)).collect()
}

fn difference(of: &api_types::shadow::ShadowDifference) -> Difference {
    let way = match of.stricter {
        Some(true) => Badge::new(Tone::Info, Icon::Check, "Stricter"),
        Some(false) => Badge::new(Tone::Warn, Icon::Alert, "Looser"),
        None => Badge::default(),
    };
    Difference { title: of.title.clone(), way, count: of.assessments }
}

fn change(of: &ShadowChange) -> MovedChange {
    let verdict = of.verdict.as_ref().map(|verdict| {
        let what = match verdict.way.as_str() {
            "stopped" => "would have stopped it: ",
            "opened" => "would have let it through: ",
            _ => "",
        };
        format!("{what}{} → {}", said(&verdict.live), said(&verdict.shadow))
    });
    MovedChange {
        change: Link::new(&of.number, format!("/changes/{}", of.number)),
        what: format!("{} in {}", of.service, of.environment),
        moves: moves(&of.differences, &[("more of", &of.added), ("less of", &of.removed)]),
        verdict: verdict.unwrap_or_default(),
        ..MovedChange::default()
    }
}

fn said(of: &ShadowSaid) -> String {
    let recorded = if of.enforced || of.answer == "allow" { "" } else { ", only recorded" };
    format!("{} ({}{recorded})", of.answer, of.code)
}

fn reproduced(found: &ShadowReport) -> (Badge, String) {
    let again = &found.reproduced;
    if again.different == 0 {
        let words = many(again.identical, "record", "records");
        let badge = Badge::new(Tone::Good, Icon::Check, "Exact");
        return (badge, format!("{words} came out again under the live bundle, exactly."));
    }
    let words = format!(
        "{} did not come out again, such as {}: erased personal data can be the reason; else tell the operator.",
        many(again.different, "record", "records"),
        again.examples.join(", ")
    );
    (Badge::new(Tone::Bad, Icon::Cross, "Differs"), words)
}
