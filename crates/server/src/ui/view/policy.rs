//! The live bundle in words, and proposals to change it.

use app::policies::{DecidedProposal, LiveBundle, Proposal};
use console::pages::policy::{
    Bundle as BundleView, DecidedRow, FactorRule, Level, MatrixRow, ProposalRow, RiskPolicy, Rule,
    TemplateRow, Tier,
};
use console::view::{Badge, Digest, Icon, Link, Tone};
use domain::asking::ResponseClock;
use domain::change::Level as Grade;
use domain::event::PolicyFile;
use policy::Bundle;
use policy::bundle::{Need, Template};

use super::reader::{self, Reader, counted, minutes, roles};
use super::tree;

/// Which bundle is live.
pub(crate) fn bundle(
    reader: &Reader<'_>,
    live: Option<&LiveBundle>,
    activations: u32,
) -> BundleView {
    let Some(live) = live else {
        return BundleView { name: "none".to_owned(), ..BundleView::default() };
    };
    let mut by = vec![reader.who(&live.activated_by)];
    if live.proposed_by != live.activated_by {
        let mut author = reader.who(&live.proposed_by);
        author.note = "proposed it".to_owned();
        by.push(author);
    }
    BundleView {
        name: live.bundle.name().to_owned(),
        version: activations.to_string(),
        digest: Digest::new(live.bundle.digest()),
        activated: reader.moment(live.activated_at),
        by,
        entry: None,
    }
}

/// Tiers and what each means.
pub(crate) fn tiers(from: &Bundle) -> Vec<Tier> {
    let tier = |t: &policy::bundle::Tier| {
        let environments = from.environments().iter().filter(|e| e.tier == t.number);
        let names: Vec<&str> = environments.map(|e| e.name.as_str()).collect();
        let mut notes = Vec::new();
        if let Some(asked) = &t.step_up {
            notes.push(format!("an approval asks for {}", asked.in_words()));
        }
        if t.known_contributors {
            notes.push("every contributor must be a known person".to_owned());
        }
        if t.reruns_after_failure > 0 {
            let times = counted(t.reruns_after_failure as usize, "re-run", "re-runs");
            notes.push(format!("{times} after a failure"));
        }
        let pending = span(t.pending_minutes, t.expiry_clock);
        notes.push(format!("undecided changes expire after {pending}"));
        Tier {
            name: format!("T{}", t.number),
            title: t.title.clone(),
            environments: if names.is_empty() { "none".to_owned() } else { names.join(", ") },
            gate_mode: if t.enforce {
                "Enforce: nothing goes out without a grant".to_owned()
            } else {
                observing(from)
            },
            approval_valid: span(t.approval_minutes, t.expiry_clock),
            grant_valid: minutes(t.grant_minutes),
            notes: notes.join("; "),
        }
    };
    from.tiers().iter().map(tier).collect()
}

/// What a gate that only records does, and where it blocks all the same.
fn observing(from: &Bundle) -> String {
    let entries: Vec<String> =
        from.enforced().iter().map(crate::wire::policy::enforced_words).collect();
    if entries.is_empty() {
        return "Observe: records and does not block".to_owned();
    }
    format!("Observe: records and does not block, but for {}", entries.join("; "))
}

/// Approval levels, from the lowest score up, each with the rules that look at it.
pub(crate) fn levels(from: &Bundle) -> Vec<Level> {
    let names: Vec<&str> = from.levels().iter().map(|l| l.name.as_str()).collect();
    let level = |(at, l): (usize, &policy::bundle::Level)| {
        let rules: Vec<_> =
            from.rules().iter().filter(|r| looks_at(r.when.source(), &names, at)).collect();
        let titles: Vec<&str> = rules.iter().map(|r| r.title.as_str()).collect();
        let mut held: Vec<String> =
            rules.iter().flat_map(|r| &r.needs).map(|n| roles(&n.roles)).collect();
        held.dedup();
        Level {
            name: l.title.clone(),
            from_score: match l.to {
                Some(to) => format!("{} to {to}", l.from),
                None => format!("{} and above", l.from),
            },
            needs: or_else(titles.join("; "), "what rules that look at other things ask for"),
            authority: or_else(held.join(", "), "by rule"),
        }
    };
    from.levels().iter().enumerate().map(level).collect()
}

fn or_else(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// Whether a condition compares the risk level, and every such comparison holds at this one.
fn looks_at(condition: &str, names: &[&str], at: usize) -> bool {
    let mut found = false;
    for piece in condition.split("risk.level").skip(1) {
        let piece = piece.trim_start();
        let end = piece.find(|c| !matches!(c, '=' | '!' | '<' | '>')).unwrap_or(piece.len());
        let (operator, rest) = piece.split_at(end);
        let quoted = rest.trim_start().strip_prefix('"').and_then(|r| r.split('"').next());
        let Some(place) = quoted.and_then(|name| names.iter().position(|n| *n == name)) else {
            continue;
        };
        let holds = match operator {
            "==" => at == place,
            "!=" => at != place,
            ">=" => at >= place,
            "<=" => at <= place,
            ">" => at > place,
            "<" => at < place,
            _ => true,
        };
        if !holds {
            return false;
        }
        found = true;
    }
    found
}

/// The matrix and the factors.
pub(crate) fn risk(from: &Bundle) -> RiskPolicy {
    const GRADES: [Grade; 3] = [Grade::Low, Grade::Medium, Grade::High];
    let matrix = from.matrix();
    let row = |urgency: Grade| MatrixRow {
        name: format!("{} urgency", urgency.as_str()),
        cells: GRADES
            .iter()
            .map(|impact| {
                let points = GRADES.map(|c| matrix.points(*impact, urgency, c).to_string());
                points.join(" · ")
            })
            .collect(),
    };
    let factor = |f: &policy::bundle::Factor| FactorRule {
        name: f.name.clone(),
        points: if f.points > 0 { format!("+{}", f.points) } else { f.points.to_string() },
        when: f.why.clone(),
        condition: f.when.source().to_owned(),
        source: Some(reader::rule(&f.source)),
    };
    RiskPolicy {
        columns: GRADES.iter().map(|g| format!("{} impact", g.as_str())).collect(),
        rows: GRADES.into_iter().map(row).collect(),
        caption: "Points; in each cell for low · medium · high complexity".to_owned(),
        factors: from.factors().iter().map(factor).collect(),
    }
}

/// The rules.
pub(crate) fn rules(from: &Bundle) -> Vec<Rule> {
    let rule = |r: &policy::bundle::Rule| Rule {
        id: r.id.clone(),
        title: r.title.clone(),
        when: if r.when.constant() == Some(true) { "always" } else { "" }.to_owned(),
        condition: r.when.source().to_owned(),
        needs: needs(r),
        why: String::new(),
        controls: r.controls.clone(),
        source: Some(reader::rule(&r.source)),
    };
    from.rules().iter().map(rule).collect()
}

fn needs(rule: &policy::bundle::Rule) -> Vec<String> {
    let mut list: Vec<String> = rule.needs.iter().map(need).collect();
    for evidence in &rule.evidence {
        let by = match evidence.issuers.as_slice() {
            [] => "from the journal itself".to_owned(),
            names => format!("by {}", names.join(" or ")),
        };
        let age = evidence
            .max_age_minutes
            .map(|m| format!(", not older than {}", minutes(m)))
            .unwrap_or_default();
        list.push(format!("evidence of {} {by}{age}: {}", evidence.kind, evidence.why));
    }
    if rule.nobody {
        list.push("nobody's approval".to_owned());
    }
    list
}

/// A span, and whose time it is.
fn span(of: u32, clock: ResponseClock) -> String {
    let working = if clock.is_wall() { "" } else { " of working time" };
    format!("{}{working}", minutes(of))
}

fn need(need: &Need) -> String {
    let of = match tree::reach(need.reach) {
        "" => String::new(),
        place => format!(" of {place}"),
    };
    let due = need.due_minutes.map(|m| format!(", due within {}", span(m, need.due_clock)));
    let due = due.unwrap_or_default();
    format!("{} × {}{of}{due}: {}", need.count, roles(&need.roles), need.why)
}

/// A template in the list.
pub(crate) fn template(from: &Template) -> TemplateRow {
    TemplateRow {
        id: from.name.to_string(),
        title: from.title.clone(),
        version: from.version.to_string(),
        limits: limits(from),
        needs: if from.needs.is_empty() {
            "nothing".to_owned()
        } else {
            let list: Vec<String> = from.needs.iter().map(need).collect();
            list.join("; ")
        },
    }
}

/// Where a template can be used, in words.
pub(crate) fn limits(from: &Template) -> String {
    let services = match &from.services {
        None => "any service".to_owned(),
        Some(names) => names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let environments: Vec<&str> =
        from.environments.iter().map(domain::ids::EnvironmentName::as_str).collect();
    let labels: Vec<String> = from.labels.iter().map(|(k, v)| format!("{k}: {v}")).collect();
    let labelled =
        if labels.is_empty() { String::new() } else { format!(" labelled {}", labels.join(", ")) };
    let places = if environments.is_empty() {
        String::new()
    } else {
        format!("; {}", environments.join(", "))
    };
    format!("{services}{labelled}{places}; up to T{}", from.up_to)
}

/// Links to the bundle's files.
pub(crate) fn files(from: &Bundle) -> Vec<Link> {
    let link = |f: &PolicyFile| Link::new(&f.path, format!("/policy/source/{}", f.path));
    from.files().iter().map(link).collect()
}

/// A proposal in the list.
pub(crate) fn proposal_row(reader: &Reader<'_>, from: &Proposal) -> ProposalRow {
    ProposalRow {
        href: proposal_href(&from.digest),
        title: title_of(&from.reason),
        by: reader.who(&from.by),
        at: reader.moment(from.at),
        state: match &from.delayed {
            Some(delayed) => {
                let words = format!("Goes live {}", reader.moment(delayed.live_at).text);
                Badge::new(Tone::Warn, Icon::Clock, words)
            }
            None => Badge::new(Tone::Good, Icon::Check, "Checks passed"),
        },
        missing: match &from.delayed {
            Some(_) => "nothing; it waits because it may ask for less, and can be turned down",
            None => "a decision by a policy author or admin other than its author",
        }
        .to_owned(),
    }
}

/// A proposal that was decided on, beside the digest of the live bundle.
pub(crate) fn decided_row(reader: &Reader<'_>, from: &DecidedProposal, live: &str) -> DecidedRow {
    let proposal = &from.proposal;
    DecidedRow {
        title: title_of(&proposal.reason),
        digest: Digest::new(&proposal.digest),
        by: reader.who(&proposal.by),
        at: reader.moment(proposal.at),
        state: match from.activated {
            true if proposal.digest == live => Badge::new(Tone::Good, Icon::Check, "Live"),
            true => Badge::new(Tone::Quiet, Icon::Archive, "Replaced"),
            false => Badge::new(Tone::Bad, Icon::Cross, "Declined"),
        },
        decided_by: reader.who(&from.by),
        decided_at: reader.moment(from.at),
        reason: from.reason.clone(),
    }
}

/// The page of a proposal.
pub(crate) fn proposal_href(digest: &str) -> String {
    format!("/policy/proposals/{digest}")
}

/// The first line of a reason.
pub(crate) fn title_of(reason: &str) -> String {
    reason.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_names_the_rules_that_hold_at_it() {
        let names = ["low", "mid", "high"];
        let at = |condition: &str| [0, 1, 2].map(|at| looks_at(condition, &names, at));
        assert_eq!(at("environment.tier >= 2 && risk.level >= \"mid\""), [false, true, true]);
        assert_eq!(at("risk.level != \"low\" && risk.level < \"high\""), [false, true, false]);
        assert_eq!(at("environment.tier >= 2"), [false; 3]);
    }
}
