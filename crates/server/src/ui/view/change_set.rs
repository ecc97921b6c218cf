//! The decision page of a change set: who must agree, and every item with what it needs.

use app::change::{Explained, SetExplained, SetListed, Troubles};
use console::pages::change_set::{Authority, Item, Page};
use console::pages::change_sets::Row;
use console::view::{Badge, Digest, Icon, Layout, Link, Node, Tone};
use domain::decision;
use domain::explanation::Outcome;
use domain::ids::{ChangeId, PersonId};
use domain::requirement::Scope;

use super::reader::Reader;
use super::{ballot, status};

/// The page without the keys of its forms.
pub(crate) fn page(
    reader: &Reader<'_>,
    layout: Layout,
    explained: &SetExplained,
    person: &PersonId,
) -> Page {
    let SetExplained { set, items, joint } = explained;
    let requester = items.first().map(|item| reader.who(&item.facts.change.requester));
    Page {
        layout,
        id: set.id.to_string(),
        title: set.title.text().to_owned(),
        reason: set.reason.text().to_owned(),
        requester: requester.unwrap_or_default(),
        state: state(joint.explanation.outcome),
        authorities: joint.authorities.iter().map(|a| authority(reader, a, items)).collect(),
        items: items.iter().map(|item| one(reader, item, person)).collect(),
        why: reader.node(&joint.explanation),
    }
}

/// A set in the list.
pub(crate) fn row(reader: &Reader<'_>, from: &SetListed, plans: &Troubles) -> Row {
    let SetListed { set, items, joint } = from;
    let first = items.first();
    let missing = joint.authorities.iter().filter(|authority| authority.missing > 0);
    let mut troubles =
        items.iter().filter_map(|item| Some(format!("{}: {}", item.number, plans.get(&item.id)?)));
    Row {
        title: set.title.text().to_owned(),
        href: crate::wire::change_set::url(&set.id),
        state: state(joint.explanation.outcome),
        trouble: troubles.next(),
        items: items.iter().map(|item| item.number.to_string()).collect(),
        missing: missing.map(|authority| named(&authority.scope)).collect(),
        requester: first.map(|item| reader.who(&item.requester)).unwrap_or_default(),
        asked: first.map(|item| reader.moment(item.created_at)).unwrap_or_default(),
    }
}

fn named(scope: &Scope) -> String {
    match scope {
        Scope::Organisation => "the whole organisation".to_owned(),
        Scope::Domain(name) => format!("domain {name}"),
        Scope::Service(name) => format!("service {name}"),
    }
}

/// How a set stands.
fn state(outcome: Outcome) -> Badge {
    let word = crate::wire::change_set::state(outcome).title();
    match outcome {
        Outcome::Satisfied => Badge::new(Tone::Good, Icon::Check, word),
        Outcome::Missing => Badge::new(Tone::Warn, Icon::Clock, word),
        Outcome::Denied => Badge::new(Tone::Bad, Icon::Stop, word),
        Outcome::Unknown | Outcome::NotApplicable | Outcome::Info => {
            Badge::new(Tone::Warn, Icon::Question, word)
        }
    }
}

fn authority(reader: &Reader<'_>, from: &decision::Authority, items: &[Explained]) -> Authority {
    let number = |id: &ChangeId| -> Option<String> {
        let found = items.iter().find(|item| item.facts.change.id == *id)?;
        Some(found.facts.change.number.to_string())
    };
    Authority {
        name: named(&from.scope),
        items: from.items.iter().filter_map(number).collect(),
        speakers: from.speakers.iter().map(|p| reader.directory.person_name(p)).collect(),
        missing: from.missing,
    }
}

fn one(reader: &Reader<'_>, explained: &Explained, person: &PersonId) -> Item {
    let change = &explained.facts.change;
    let material = &change.revision().material;
    let assessment = explained.facts.assessment();
    let bundle = explained.facts.live.policy.live();
    let level = assessment.map(|a| a.risk.level.as_str()).unwrap_or_default();
    let artifact =
        |a: &domain::change::Artifact| (a.name.clone(), Digest::new(a.digest.to_string()));
    Item {
        number: change.number.to_string(),
        title: material.title.text().to_owned(),
        service: Link::new(
            material.service.as_str(),
            format!("/organisation/services#service-{}", material.service),
        ),
        environment: material.environment.to_string(),
        tier: assessment.map(|a| format!("T{}", a.tier)).unwrap_or_default(),
        risk: status::risk(level, bundle),
        state: status::state(&change.state),
        trouble: explained.schedule.as_ref().and_then(|s| s.trouble.clone()),
        revision: change.revision().number,
        artifacts: material.artifacts.iter().map(artifact).collect(),
        needs: needs(reader, explained),
        ballot: ballot::ballot(reader, explained, Some(person)),
    }
}

/// What an item still needs for itself.
fn needs(reader: &Reader<'_>, explained: &Explained) -> Vec<Node> {
    let mut found = Vec::new();
    let parts = explained.decisions().iter().flat_map(|d| &d.explanation.children);
    for part in parts.filter(|part| part.outcome != Outcome::Satisfied) {
        if !found.contains(part) {
            found.push(part.clone());
        }
    }
    found.iter().map(|part| reader.node(part)).collect()
}
