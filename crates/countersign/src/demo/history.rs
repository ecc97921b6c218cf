//! The past: which releases there were. What became of each is played by [`super::life`].

use std::collections::{BTreeMap, VecDeque};

use anyhow::{Context, Result};
use domain::change::{ChangeType, Level, TemplateRef};
use jiff::Timestamp;
use policy::bundle::{ParameterType, Template};

use super::World;
use super::calendar::{at_work, minutes};
use super::cast::Character;
use super::chance::Chance;
use super::life::{Fate, Life};
use super::organisation::{SERVICES, ServiceRow};
use super::text;
use super::wish::{Wish, image};

/// Days between the last new release and the end of history, so that most are over by then.
const LAST_DAYS: i64 = 3;

/// Releases that make about so many changes, each with the time at which it begins, oldest first.
///
/// # Errors
/// A table holds a malformed name.
pub fn releases(world: &World<'_>, changes: usize) -> Result<Vec<(Timestamp, Life)>> {
    let mut lives = Vec::new();
    let mut planned = 0;
    let mut number = 0;
    while planned < changes {
        number += 1;
        let (begin, life, count) = release(world, number)?;
        planned += count;
        lives.push((begin, life));
    }
    lives.sort_by_key(|(begin, _)| *begin);
    number_versions(&mut lives);
    Ok(lives)
}

/// Versions grow in the order of time.
fn number_versions(lives: &mut [(Timestamp, Life)]) {
    let mut versions: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for (_, life) in lives {
        let wish = life.wish_mut();
        let (minor, patch) = versions.entry(wish.service.name).or_default();
        match wish.kind {
            ChangeType::Standard => continue,
            ChangeType::Emergency => *patch += 1,
            ChangeType::Normal => (*minor, *patch) = (*minor + 1, 0),
        }
        let version = format!("{}.{minor}.{patch}", 2 + wish.service.pace % 4);
        wish.artifact = image(wish.service.name, &version);
        wish.title = format!("{} ({version})", wish.title);
    }
}

fn release(world: &World<'_>, number: u64) -> Result<(Timestamp, Life, usize)> {
    let mut chance = Chance::new(number);
    let service = service(&mut chance);
    let author = author(world, service, &mut chance)?;
    let span = world.end.as_millisecond() - world.begin.as_millisecond();
    let span = span / 60_000 - LAST_DAYS * 24 * 60;
    let begin = minutes(world.begin, chance.between(24 * 60, span.max(24 * 60 + 1)));
    let fate = fate(&mut chance);
    let (wish, begin, path) = match chance.between(0, 100) {
        0..27 => (standard(world, service, &mut chance), begin, VecDeque::new()),
        27..31 => (Some(emergency(service, author, &mut chance)), begin, VecDeque::new()),
        _ => {
            let mut path = path(service, &mut chance);
            let first = path.pop_front().unwrap_or("staging");
            let begin = at_work(begin, &author.zone, &mut chance);
            (Some(normal(world, service, author, first, &mut chance)), begin, path)
        }
    };
    let wish = wish.unwrap_or_else(|| normal(world, service, author, "staging", &mut chance));
    let count = 1 + path.len();
    // Standard changes and emergencies are not discussed.
    let fate = if wish.kind == ChangeType::Normal { fate } else { Fate::Smooth };
    let requester = if wish.kind == ChangeType::Normal && chance.percent(60) {
        world.cast.machine(&format!("{}-pipeline", service.domain))?.principal.clone()
    } else {
        author.principal()
    };
    let life = Life::new(wish, fate, path, chance, (author.person.clone(), requester));
    Ok((begin, life, count))
}

fn service(chance: &mut Chance) -> &'static ServiceRow {
    let all = SERVICES.iter().map(|s| s.pace).sum();
    let mut left = chance.between(0, all);
    let found = SERVICES.iter().find(|service| {
        left -= service.pace;
        left < 0
    });
    found.unwrap_or(&SERVICES[0])
}

fn author<'a>(
    world: &World<'a>,
    service: &ServiceRow,
    chance: &mut Chance,
) -> Result<&'a Character> {
    let team = world.cast.team(service.domain);
    let engineers: Vec<_> = team.into_iter().filter(|c| c.row.roles.is_empty()).collect();
    chance.pick(&engineers).copied().with_context(|| format!("{} has no engineers", service.domain))
}

const fn fate(chance: &mut Chance) -> Fate {
    match chance.between(0, 100) {
        0..4 => Fate::Rejected,
        4..13 => Fate::Revised,
        13..18 => Fate::Held,
        18..20 => Fate::Undecided,
        20..22 => Fate::Undeployed,
        22..25 => Fate::Withdrawn,
        25..29 => Fate::WrongArtifact,
        _ => Fate::Smooth,
    }
}

/// The environments a release goes through.
fn path(service: &ServiceRow, chance: &mut Chance) -> VecDeque<&'static str> {
    let feeds_the_books = service.labels.contains(&("sox", "true"));
    let european = matches!(service.domain, "payments" | "accounts") && chance.percent(18);
    let last = if european { "production-eu" } else { "production" };
    let path: &[&str] = match chance.between(0, 100) {
        _ if feeds_the_books || european => &["staging", last],
        0..40 => &["staging", last],
        40..47 => &["dev"],
        47..56 => &["test"],
        56..62 => &["dev", "test", "staging", last],
        _ => &[last],
    };
    path.iter().copied().collect()
}

fn level(chance: &mut Chance, low: i64, medium: i64) -> Level {
    match chance.between(0, 100) {
        n if n < low => Level::Low,
        n if n < low + medium => Level::Medium,
        _ => Level::High,
    }
}

fn normal(
    world: &World<'_>,
    service: &'static ServiceRow,
    author: &Character,
    environment: &str,
    chance: &mut Chance,
) -> Wish {
    let work = text::work_on(service.name);
    let (title, description) = chance.pick(&work).copied().unwrap_or_default();
    let mut authors = vec![author.email()];
    if chance.percent(40) {
        let team = world.cast.team(service.domain);
        authors.extend(chance.pick(&team).map(|c| c.email()).filter(|e| !authors.contains(e)));
    }
    let touches = match chance.between(0, 100) {
        0..12 => Some("schema"),
        12..20 => Some("auth"),
        20..25 => Some("network"),
        _ => None,
    };
    let flag = service.name.to_owned() + "-next";
    Wish {
        service,
        environment: environment.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        reason: chance.word(&text::REASONS).to_owned(),
        kind: ChangeType::Normal,
        template: None,
        artifact: image(service.name, "0.0.0"),
        parameters: chance.percent(30).then(|| ("flag".to_owned(), flag)).into_iter().collect(),
        levels: [level(chance, 45, 42), level(chance, 50, 40), level(chance, 50, 38)],
        authors,
        touches,
        incident: None,
        window: None,
        evidence: Vec::new(),
    }
}

fn emergency(service: &'static ServiceRow, author: &Character, chance: &mut Chance) -> Wish {
    let (title, description) = chance.pick(&text::EMERGENCIES).copied().unwrap_or_default();
    let incident = format!("INC-{}", chance.between(2_300, 2_900));
    Wish {
        service,
        environment: "production".to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        reason: format!("{incident} is open; customers are affected."),
        kind: ChangeType::Emergency,
        template: None,
        artifact: image(service.name, "0.0.0"),
        parameters: BTreeMap::new(),
        levels: [Level::High, Level::High, Level::Low],
        authors: vec![author.email()],
        touches: None,
        incident: Some(incident),
        window: None,
        evidence: Vec::new(),
    }
}

/// A standard change by a template of the live policy that fits the service.
fn standard(world: &World<'_>, service: &'static ServiceRow, chance: &mut Chance) -> Option<Wish> {
    let fits = |t: &&Template| {
        let named = t.services.as_ref();
        named.is_none_or(|names| names.iter().any(|n| n.as_str() == service.name))
            && t.labels.iter().all(|(k, v)| service.labels.contains(&(k.as_str(), v.as_str())))
    };
    let templates: Vec<&Template> = world.bundle.templates().iter().filter(fits).collect();
    let template = *chance.pick(&templates)?;
    let environment = chance.pick(&template.environments)?.to_string();
    let parameters = parameters(template, service, chance);
    let number = |v: &str| v.bytes().all(|b| b.is_ascii_digit());
    let show = |(k, v): (&String, &String)| if number(v) { format!("{v} {k}") } else { v.clone() };
    let shown: Vec<_> = parameters.iter().map(show).collect();
    let mut artifact = image(service.name, &shown.join("-"));
    artifact.name = format!("{}-settings", service.name);
    artifact.reference = None;
    Some(Wish {
        service,
        environment,
        title: format!("{}: {}", template.title, shown.join(" ")),
        description: template.description.clone(),
        reason: chance.word(&text::REASONS).to_owned(),
        kind: ChangeType::Standard,
        template: Some(TemplateRef { name: template.name.clone(), version: template.version }),
        artifact,
        parameters,
        levels: [Level::Low, Level::Low, Level::Low],
        authors: Vec::new(),
        touches: None,
        incident: None,
        window: None,
        evidence: Vec::new(),
    })
}

/// Values that a template accepts, guessed from what it says of them.
fn parameters(
    template: &Template,
    service: &ServiceRow,
    chance: &mut Chance,
) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, parameter) in &template.parameters {
        let value = match parameter.kind {
            _ if !parameter.one_of.is_empty() => {
                chance.pick(&parameter.one_of).cloned().unwrap_or_default()
            }
            ParameterType::Boolean => "true".to_owned(),
            ParameterType::Integer => {
                let low = parameter.min.unwrap_or(1);
                chance.between(low, parameter.max.unwrap_or(low + 20).min(low + 20)).to_string()
            }
            ParameterType::String if name.contains("name") => {
                format!("{}.meridian-payments.example", service.name)
            }
            ParameterType::String => {
                format!("{}-{}", service.name, chance.word(&["next", "beta", "fast-path", "v2"]))
            }
        };
        values.insert(name.clone(), value);
    }
    values
}
