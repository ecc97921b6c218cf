//! The page of one change: head, gate, what will be deployed, risk, why, and what the reader can do.

use app::change::{Explained, Readings};
use console::pages::change::{
    Actions, Artifact, Evidence, EvidenceState, Factor, GateStatus, Header, Hold, Page, Risk,
    WillDeploy,
};
use console::view::{Digest, Layout, Link, Node, Outcome, RiskLevel, Who};
use domain::change::{Change, Contribution, Material, State};
use domain::explanation::Explanation;
use domain::ids::PersonId;
use jiff::SignedDuration;
use policy::Bundle;

use super::reader::{self, Reader, counted, joined, roles, sentence};
use super::{ballot, freezes, overrides, record, status, tree};

/// The page without its ballot's input: handlers add what was typed.
pub(crate) fn page(
    reader: &Reader<'_>,
    layout: Layout,
    explained: &Explained,
    readings: &Readings,
    person: Option<&PersonId>,
) -> Page {
    let change = &explained.facts.change;
    let bundle = explained.facts.live.policy.live();
    let why = why(reader, explained);
    Page {
        layout,
        header: header(reader, change, explained, bundle, person),
        gate: gate(reader, explained),
        deploys: deploys(reader, explained),
        risk: risk(reader, change, explained, bundle),
        why_summary: why_summary(explained),
        why,
        votes: record::votes(reader, explained, readings),
        ballot: ballot::ballot(reader, explained, person),
        actions: actions(explained, person),
        revisions: record::revisions(reader, change),
        grants: record::grants(reader, change, readings),
        deployments: record::deployments(reader, change, readings),
        timeline: record::timeline(reader, readings),
        timeline_more: readings.cut.then(|| {
            let stream = format!("change/{}", change.id);
            Link::new("All entries in the ledger", format!("/ledger?stream={stream}"))
        }),
        downloads: downloads(change, readings),
    }
}

fn header(
    reader: &Reader<'_>,
    change: &Change,
    explained: &Explained,
    bundle: Option<&Bundle>,
    person: Option<&PersonId>,
) -> Header {
    let material = &change.revision().material;
    let directory = reader.directory;
    let holds = change.holds.iter().map(|hold| Hold {
        id: hold.id.to_string(),
        by: reader.who(&hold.by),
        since: reader.moment(hold.at),
        reason: hold.reason.text().to_owned(),
        can_release: person
            .is_some_and(|p| change.may_release(hold, p, directory, explained.facts.now)),
    });
    let tier = explained
        .facts
        .assessment()
        .map(|a| a.tier)
        .or_else(|| bundle?.tier_of(material.environment.as_str()).map(|t| t.number));
    Header {
        number: change.number.to_string(),
        title: material.title.text().to_owned(),
        state: status::state(&change.state),
        change_type: material.kind.as_str().to_owned(),
        template: material.template.as_ref().map(|t| format!("{} version {}", t.name, t.version)),
        revision: change.revision().number,
        service: Link::new(
            material.service.as_str(),
            format!("/organisation/services#service-{}", material.service),
        ),
        set: change
            .set
            .as_ref()
            .map(|set| Link::new(set.title.text(), crate::wire::change_set::url(&set.id))),
        environment: material.environment.to_string(),
        tier: tier.map(|tier| format!("T{tier}")).unwrap_or_default(),
        requester: reader.who(&change.requester),
        authors: authors(reader, material),
        created: reader.moment(change.created_at),
        updated: reader.moment(change.updated_at),
        description: material.description.text().to_owned(),
        reason: material.reason.text().to_owned(),
        holds: holds.collect(),
        overrides: overrides::of_change(reader, change, person),
        freezes: freezes::on_change(reader, explained),
        schedule: super::schedule::of_change(reader, explained),
        conflicts: Vec::new(),
    }
}

fn authors(reader: &Reader<'_>, material: &Material) -> Vec<Who> {
    let mut list: Vec<Who> = Vec::new();
    for contributor in &material.contributors {
        let mut who = reader.identity(contributor.identity.text());
        if contributor.contribution != Contribution::Author && who.note.is_empty() {
            who.note = contributor.contribution.as_str().to_owned();
        }
        if !list.iter().any(|known| known.name == who.name && known.note == who.note) {
            list.push(who);
        }
    }
    list
}

fn gate(reader: &Reader<'_>, explained: &Explained) -> GateStatus {
    let verdict = &explained.verdict;
    let edge = verdict.explanation.next_edge().filter(|e| e.at > reader.now);
    let enforce = explained.facts.assessment().map(|a| a.enforce);
    GateStatus {
        verdict: match &verdict.override_id {
            Some(_) => console::pages::change::Verdict::Overridden,
            None => status::verdict(verdict.answer),
        },
        summary: match waits_for(explained) {
            Some(who) => format!("It waits for {who}."),
            None => format!("{}.", sentence(&reader.named(&verdict.summary))),
        },
        mode: match enforce {
            Some(true) => "Enforced here: nothing goes out without a grant.".to_owned(),
            Some(false) => "Observed here: the gate records and does not block.".to_owned(),
            None => String::new(),
        },
        next_edge: edge.map(|e| e.what.clone()).unwrap_or_default(),
        next_edge_at: edge.map(|e| reader.moment(e.at)),
    }
}

/// Whose approvals a pending change misses: `1 peer or service-owner and 2 cab`.
fn waits_for(explained: &Explained) -> Option<String> {
    if !explained.is_pending() {
        return None;
    }
    let mut parts: Vec<String> = Vec::new();
    for missing in explained.missing().filter_map(|node| node.missing.as_ref()) {
        let part = format!("{} × {}", missing.count, roles(&missing.roles));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    (!parts.is_empty()).then(|| joined(&parts))
}

fn deploys(reader: &Reader<'_>, explained: &Explained) -> WillDeploy {
    let revision = explained.facts.change.revision();
    let material = &revision.material;
    let artifact = |a: &domain::change::Artifact| Artifact {
        name: match &a.reference {
            Some(reference) => format!("{} (from {reference})", a.name),
            None => a.name.clone(),
        },
        digest: Digest::new(a.digest.as_str()),
    };
    let parameters = material.parameters.iter();
    WillDeploy {
        artifacts: material.artifacts.iter().map(artifact).collect(),
        parameters: parameters.map(|(k, v)| (k.clone(), v.clone())).collect(),
        version: material.version.clone().unwrap_or_default(),
        paths: material.paths.iter().cloned().collect(),
        plan_hash: material.plan.as_ref().map(|p| Digest::new(p.hash.as_str())),
        revision_digest: Digest::new(revision.digest.as_str()),
        window: material.window.as_ref().map(|w| (reader.moment(w.from), reader.moment(w.until))),
        evidence: material.evidence.iter().map(|e| evidence(reader, explained, e)).collect(),
    }
}

fn evidence(
    reader: &Reader<'_>,
    explained: &Explained,
    from: &domain::change::Evidence,
) -> Evidence {
    let material = &explained.facts.change.revision().material;
    let asked: Vec<_> = explained
        .facts
        .assessment()
        .map(|a| a.evidence.iter().filter(|r| r.kind == from.kind).collect())
        .unwrap_or_default();
    let listed = asked.iter().all(|r| r.issuers.contains(&from.issuer));
    let oldest = asked.iter().filter_map(|r| r.max_age_minutes).min();
    let stale = oldest.is_some_and(|minutes| {
        let age = SignedDuration::from_mins(i64::from(minutes));
        from.issued_at.checked_add(age).is_ok_and(|end| reader.now >= end)
    });
    let (state, why) = if !from.passed {
        (EvidenceState::Failed, String::new())
    } else if !material.digests().contains(&from.subject) {
        (EvidenceState::OtherArtifact, format!("It is about {}.", from.subject))
    } else if asked.is_empty() {
        (EvidenceState::Valid, "Policy does not ask for it here.".to_owned())
    } else if !listed {
        (EvidenceState::Untrusted, "Policy does not list this source for it.".to_owned())
    } else if stale {
        let limit = reader::minutes(oldest.unwrap_or_default());
        (EvidenceState::Stale, format!("Policy accepts it for {limit}."))
    } else {
        (EvidenceState::Valid, String::new())
    };
    Evidence {
        kind: from.kind.clone(),
        summary: if from.passed { "passed" } else { "failed" }.to_owned(),
        by: reader.issuer(&from.issuer),
        at: reader.moment(from.issued_at),
        state,
        why,
        link: from.url.as_ref().map(|url| Link::new("read it", url)),
    }
}

fn risk(
    reader: &Reader<'_>,
    change: &Change,
    explained: &Explained,
    bundle: Option<&Bundle>,
) -> Risk {
    let material = &change.revision().material;
    let words = Risk {
        level: RiskLevel::Unassessed,
        impact: material.impact.as_str().to_owned(),
        urgency: material.urgency.as_str().to_owned(),
        complexity: material.complexity.as_str().to_owned(),
        ..Risk::default()
    };
    let Some(assessment) = explained.facts.assessment() else { return words };
    let summary = &assessment.risk;
    let level = |name: &str| bundle.and_then(|b| b.levels().iter().find(|l| l.name == name));
    let factor = |f: &domain::change::RiskFactor| Factor {
        name: f.name.clone(),
        points: f.points,
        reason: sentence(&reader.named(&f.why)),
        source: Some(reader::rule(&f.source)),
    };
    let mut factors: Vec<Factor> = summary.factors.iter().map(factor).collect();
    // What counted comes first; all are kept.
    factors.sort_by_key(|f| f.points == 0);
    Risk {
        level: status::risk(&summary.level, bundle),
        approval_level: level(&assessment.level)
            .map_or_else(|| assessment.level.clone(), |l| l.title.clone()),
        score: summary.score,
        next_level_at: bundle
            .and_then(|b| b.levels().iter().map(|l| l.from).find(|from| *from > summary.score)),
        matrix_points: summary.matrix_points,
        factors,
        ..words
    }
}

/// Requirements first, then which rules apply, then what else the gate checks.
fn why(reader: &Reader<'_>, explained: &Explained) -> Vec<Node> {
    let mut nodes = Vec::new();
    match explained.decisions() {
        [only] => {
            nodes.extend(only.explanation.children.iter().map(|c| reader.node(c)));
            nodes.extend(dead(reader, &only.explanation));
        }
        many => {
            for (n, decision) in many.iter().enumerate() {
                let which = if n == 0 {
                    "Under the policy it was submitted under"
                } else {
                    "Under the live policy"
                };
                let mut node = reader.node(&decision.explanation);
                node.title = format!("{which}: {}", decision.explanation.title);
                nodes.push(node);
            }
        }
    }
    if let Some(routing) = explained.routing() {
        nodes.push(Node { title: "Which rules apply, and why".to_owned(), ..reader.node(routing) });
    }
    let checks: Vec<Node> = explained
        .verdict
        .explanation
        .children
        .iter()
        .filter(|c| !matches!(c.code.as_str(), "approvals" | "not_approved"))
        .filter(|c| !is_decision(explained, c))
        .map(|c| reader.node(c))
        .collect();
    if !checks.is_empty() {
        let worst = checks.iter().map(|c| c.outcome).max_by_key(|o| weight(*o));
        let title = "What else the gate checks";
        let outcome = worst.unwrap_or_default();
        nodes.push(Node { children: checks, ..Node::new(outcome, title) });
    }
    nodes
}

fn is_decision(explained: &Explained, node: &Explanation) -> bool {
    explained.decisions().iter().any(|d| d.explanation == *node)
}

/// Votes that died for the whole change, as a node of their own.
fn dead(reader: &Reader<'_>, explanation: &Explanation) -> Option<Node> {
    if explanation.dead.is_empty() {
        return None;
    }
    let node = reader.node(&Explanation { children: Vec::new(), ..explanation.clone() });
    let title = format!("{} not counting", counted(node.votes.len(), "vote is", "votes are"));
    Some(Node { outcome: Outcome::Info, title, detail: String::new(), progress: None, ..node })
}

const fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Refused => 4,
        Outcome::Unknown => 3,
        Outcome::Missing => 2,
        Outcome::Satisfied => 1,
        Outcome::NotApplicable | Outcome::Info => 0,
    }
}

fn why_summary(explained: &Explained) -> String {
    let parts: Vec<_> =
        explained.decisions().iter().flat_map(|d| &d.explanation.children).collect();
    let mut keys = std::collections::BTreeMap::new();
    for part in &parts {
        let Some(key) = &part.requirement else { continue };
        let met = part.outcome == domain::explanation::Outcome::Satisfied;
        let all = keys.entry(key.as_str()).or_insert(true);
        *all = *all && met;
    }
    if keys.is_empty() {
        return String::new();
    }
    let met = keys.values().filter(|met| **met).count();
    if met == keys.len() {
        return match met {
            1 => "The one requirement is met.".to_owned(),
            all => format!("All {all} requirements are met."),
        };
    }
    format!("{met} of {} met.", counted(keys.len(), "requirement is", "requirements are"))
}

fn actions(explained: &Explained, person: Option<&PersonId>) -> Actions {
    let change = &explained.facts.change;
    let directory = &explained.facts.live.directory;
    let runs = matches!(change.state, State::Implementing { .. } | State::Completed { .. });
    let requester =
        person.is_some_and(|p| directory.holds(p, domain::organisation::access::REQUESTER));
    let edited =
        change.revisions().iter().any(|r| r.by.person().is_some() && r.by.person() == person);
    let open = !change.state.is_final() && !runs;
    Actions {
        can_hold: explained.you.may_hold && !change.state.is_final(),
        can_object: explained.may_object(),
        can_withdraw: explained.you.owns && open,
        can_revise: requester
            && (explained.you.owns || edited)
            && (open || matches!(change.state, State::Expired { .. })),
        can_replace: requester && explained.you.owns && open && change.set.is_none(),
        submit: (explained.you.owns && matches!(change.state, State::Draft | State::Assessing))
            .then(|| change.revision().number.to_string()),
        override_form: overrides::form(explained),
        no_override: overrides::barred(explained),
        can_close: explained.you.may_hold && matches!(change.state, State::Completed { .. }),
        ..Actions::default()
    }
}

fn downloads(change: &Change, readings: &Readings) -> Vec<Link> {
    let mut list = vec![Link::new("The record (JSON)", format!("/v1/changes/{}", change.number))];
    if let Some(last) =
        readings.items.iter().rev().find(|i| i.envelope.stream.starts_with("change/"))
    {
        let path = format!("/v1/ledger/entries/{}/receipt", last.index);
        list.push(Link::new("Receipt of its latest entry (JSON)", path.clone()));
        let label = "The same as C2SP tlog-proof";
        list.push(Link::new(label, format!("{path}?format=tlog-proof")));
    }
    list
}

/// Roles a change still waits for, for lists.
pub(crate) fn waiting_on(
    nodes: impl Iterator<Item = Explanation>,
) -> Vec<console::pages::inbox::WaitingOn> {
    nodes
        .filter_map(|node| node.missing)
        .map(|missing| console::pages::inbox::WaitingOn {
            role: roles(&missing.roles),
            scope: tree::reach(missing.reach).to_owned(),
            needed: missing.count,
            eligible: missing.candidates,
        })
        .collect()
}
