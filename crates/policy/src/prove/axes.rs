//! The space of all changes as a policy can tell them apart: a few independent axes with a handful of
//! choices each.
//!
//! A choice sets one or several slots of the row that conditions read. Fields that depend on each
//! other (environment and tier, kind and template, a record and its presence) share an axis. The
//! first choice of an axis is the plain one.

use std::collections::{BTreeMap, BTreeSet};

use domain::organisation::Criticality;

use super::values::{numbers, texts};
use crate::bundle::{Bundle, Template, Unclassified};
use crate::expr::{Condition, Subject, Test, Type, Value};

/// Most choices of one axis; a field that would make more is not split.
const MAX_CHOICES: usize = 20_000;

/// Most classes of text whose every set is a list of its own.
const MAX_CLASSES: usize = 8;

/// The tests of all conditions by what they are about.
pub(super) type Tests = BTreeMap<Subject, BTreeSet<Test>>;

/// A value that a choice puts into a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stored {
    Null,
    Bool(bool),
    Int(i64),
    Enum(u8),
    Time(i64),
    Span(i64),
    Text(String),
    /// Sorted by key.
    Map(Vec<(String, String)>),
    List(Vec<String>),
}

impl Stored {
    /// The value as conditions read it; a map or list borrows what it holds from `parts`.
    pub(super) fn value<'v>(&'v self, parts: &'v Parts<'v>) -> Value<'v> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Enum(index) => Value::Enum(*index),
            Self::Time(ms) => Value::Timestamp(*ms),
            Self::Span(ms) => Value::Duration(*ms),
            Self::Text(text) => Value::Str(text),
            Self::Map(_) => Value::Map(&parts.pairs),
            Self::List(_) => Value::List(&parts.items),
        }
    }

    pub(super) fn parts(&self) -> Parts<'_> {
        match self {
            Self::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                Parts { pairs: pairs.collect(), items: Vec::new() }
            }
            Self::List(items) => {
                let items = items.iter().map(|item| Value::Str(item));
                Parts { pairs: Vec::new(), items: items.collect() }
            }
            _ => Parts::default(),
        }
    }
}

/// What a map or a list holds.
#[derive(Debug, Default)]
pub(super) struct Parts<'s> {
    pairs: Vec<(&'s str, &'s str)>,
    items: Vec<Value<'s>>,
}

/// One way in which changes can be along an axis.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) values: Vec<(u16, Stored)>,
    /// Paths and values for people; empty for what is plain.
    pub(super) shown: Vec<(String, String)>,
}

/// An independent part of a change.
#[derive(Debug)]
pub(super) struct Axis {
    // INVARIANT: never empty.
    pub(super) choices: Vec<Choice>,
}

impl Axis {
    pub(super) fn slots(&self) -> impl Iterator<Item = u16> {
        self.choices.iter().flat_map(|choice| &choice.values).map(|(slot, _)| *slot)
    }
}

/// Where a change goes and as what: environment, tier, kind and template belong together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'b> {
    pub(super) environment: &'b str,
    pub(super) tier: u8,
    pub(super) template: Option<&'b Template>,
}

/// All axes. The first is the target.
pub(super) struct Space<'b> {
    pub(super) axes: Vec<Axis>,
    /// What each choice of the first axis means.
    pub(super) targets: Vec<Target<'b>>,
    /// Fields whose values could not be split into classes.
    pub(super) unsplit: Vec<String>,
}

/// Adds the tests of a condition.
pub(super) fn collect(condition: &Condition, below: u16, tests: &mut Tests) {
    for (subject, test) in condition.atoms().tests {
        if subject.slot() < below {
            tests.entry(subject).or_default().insert(test);
        }
    }
}

impl<'b> Space<'b> {
    pub(super) fn new(bundle: &'b Bundle, mut tests: Tests) -> Self {
        let builder = Builder { bundle, leaves: bundle.schema().rules.leaves() };
        builder.add_template_limits(&mut tests);
        let (target, targets) = builder.target(&tests);
        let mut space = Space { axes: vec![target], targets, unsplit: Vec::new() };
        for record in ["history", "change.window"] {
            builder.record(record, &tests, &mut space);
        }
        for map in ["change.parameters", "change.attributes", "service.labels"] {
            builder.map(map, &tests, &mut space);
        }
        builder.lists(&tests, &mut space);
        builder.scalars(&tests, &mut space);
        space
    }
}

struct Builder<'b> {
    bundle: &'b Bundle,
    leaves: Vec<(String, usize, Type)>,
}

impl<'b> Builder<'b> {
    fn slot(&self, path: &str) -> u16 {
        let found = self.leaves.iter().find(|(known, ..)| known == path);
        found.and_then(|(_, slot, _)| u16::try_from(*slot).ok()).unwrap_or(u16::MAX)
    }

    /// Templates look at labels and services too.
    fn add_template_limits(&self, tests: &mut Tests) {
        let mut add = |subject: Subject, text: &str| {
            tests.entry(subject).or_default().insert(Test::Text(text.to_owned()));
        };
        for template in self.bundle.templates() {
            for (key, value) in &template.labels {
                add(Subject::Key(self.slot("service.labels"), key.clone()), value);
            }
            for service in template.services.iter().flatten() {
                add(Subject::Slot(self.slot("service.name")), service.as_str());
            }
        }
        // So does the mode of the gate.
        for entry in self.bundle.enforced() {
            for (key, value) in &entry.labels {
                add(Subject::Key(self.slot("service.labels"), key.clone()), value);
            }
            for service in &entry.services {
                add(Subject::Slot(self.slot("service.name")), service.as_str());
            }
        }
        // The matrix reads these.
        for path in ["change.impact", "change.urgency", "change.complexity"] {
            tests.entry(Subject::Slot(self.slot(path))).or_default().insert(Test::Value);
        }
    }

    fn target(&self, tests: &Tests) -> (Axis, Vec<Target<'b>>) {
        let by_name = self.bundle.enforced().iter().any(|entry| !entry.environments.is_empty());
        let named = by_name || tests.contains_key(&Subject::Slot(self.slot("environment.name")));
        let mut environments: Vec<(&str, u8)> =
            self.bundle.environments().iter().map(|e| (e.name.as_str(), e.tier)).collect();
        if let Unclassified::Tier(tier) = self.bundle.unclassified() {
            environments.push(("unclassified", tier));
        }
        let allowed = |template: &Template, (name, tier): (&str, u8)| {
            tier <= template.up_to
                && template.environments.iter().any(|known| known.as_str() == name)
        };
        // Environments that nothing tells apart are one.
        let mut seen = BTreeSet::new();
        environments.retain(|environment| {
            let templates: Vec<bool> =
                self.bundle.templates().iter().map(|t| allowed(t, *environment)).collect();
            seen.insert((environment.1, templates, named.then_some(environment.0)))
        });
        let (mut choices, mut targets) = (Vec::new(), Vec::new());
        for environment in environments {
            let normal = [("normal", None), ("emergency", None)];
            let standard = self.bundle.templates().iter().filter(|t| allowed(t, environment));
            for (kind, template) in
                normal.into_iter().chain(standard.map(|t| ("standard", Some(t))))
            {
                choices.push(self.target_choice(environment, kind, template));
                let (environment, tier) = environment;
                targets.push(Target { environment, tier, template });
            }
        }
        (Axis { choices }, targets)
    }

    fn target_choice(
        &self,
        (name, tier): (&str, u8),
        kind: &str,
        template: Option<&Template>,
    ) -> Choice {
        let mut shown = vec![("environment".to_owned(), name.to_owned())];
        let template_name = template.map(|t| t.name.as_str());
        let word = |path: &str, word: Option<&str>| match word {
            Some(word) => (self.slot(path), self.word(path, word)),
            None => (self.slot(path), Stored::Null),
        };
        let values = vec![
            word("environment.name", Some(name)),
            (self.slot("environment.tier"), Stored::Int(i64::from(tier))),
            word("change.kind", Some(kind)),
            word("change.template", template_name),
        ];
        if kind != "normal" {
            shown.push(("change.kind".to_owned(), kind.to_owned()));
        }
        shown.extend(template_name.map(|name| ("change.template".to_owned(), name.to_owned())));
        for (name, parameter) in template.iter().flat_map(|template| &template.parameters) {
            let value = parameter.sample().filter(|_| !parameter.optional);
            shown.extend(value.map(|value| (format!("change.parameters.{name}"), value)));
        }
        Choice { values, shown }
    }

    /// A name as the schema stores it: a variant, or plain text where there are too many.
    fn word(&self, path: &str, word: &str) -> Stored {
        let of = self.leaves.iter().find(|(known, ..)| known == path).map(|(.., of)| of);
        match of.map(required) {
            Some(Type::Enum(of)) => of.index_of(word).map_or(Stored::Null, Stored::Enum),
            _ => Stored::Text(word.to_owned()),
        }
    }

    /// A record that may be absent, with the fields that are tested.
    fn record(&self, path: &str, tests: &Tests, space: &mut Space<'b>) {
        let marker = self.slot(path);
        let inside = format!("{path}.");
        let fields: Vec<&(String, usize, Type)> =
            self.leaves.iter().filter(|(known, ..)| known.starts_with(&inside)).collect();
        let slot_of = |slot: usize| u16::try_from(slot).unwrap_or(u16::MAX);
        let tested = fields.iter().map(|(_, slot, _)| slot_of(*slot)).chain([marker]);
        if !tested.clone().any(|slot| tests.contains_key(&Subject::Slot(slot))) {
            return;
        }
        let absent = tested.map(|slot| (slot, Stored::Null)).collect();
        let mut present =
            vec![Choice { values: vec![(marker, Stored::Bool(true))], shown: Vec::new() }];
        for (name, slot, of) in fields {
            let none = BTreeSet::new();
            let subject = Subject::Slot(slot_of(*slot));
            let tests = tests.get(&subject);
            let one = values_of(of, tests.unwrap_or(&none), name).map(|mut values| {
                // Nothing tells the values of a field apart that nothing looks at.
                values.truncate(tests.map_or(1, |_| values.len()));
                values
            });
            let one =
                one.filter(|values| present.len().saturating_mul(values.len()) <= MAX_CHOICES);
            let Some(one) = one else {
                space.unsplit.push(name.clone());
                continue;
            };
            let choices = one.into_iter().map(|value| {
                let shown = Some((name.clone(), word_of(&value, of)));
                let shown = shown.filter(|_| value != Stored::Null).into_iter().collect();
                Choice { values: vec![(slot_of(*slot), value)], shown }
            });
            present = product(&present, &choices.collect::<Vec<_>>());
        }
        let mut choices = vec![Choice { values: absent, shown: Vec::new() }];
        choices.extend(present);
        space.axes.push(Axis { choices });
    }

    /// A map with the keys that are tested, each absent or with a value of every class.
    fn map(&self, path: &str, tests: &Tests, space: &mut Space<'b>) {
        let slot = self.slot(path);
        let mut maps: Vec<Vec<(String, String)>> = vec![Vec::new()];
        for (subject, tests) in tests {
            let Subject::Key(of, key) = subject else { continue };
            if *of != slot {
                continue;
            }
            let values = texts(tests, "another")
                .filter(|values| maps.len().saturating_mul(values.len() + 1) <= MAX_CHOICES);
            let Some(values) = values else {
                space.unsplit.push(format!("{path}.{key}"));
                continue;
            };
            let before = maps.clone();
            for value in values {
                let with = before.iter().cloned().map(|mut map| {
                    map.push((key.clone(), value.clone()));
                    map
                });
                maps.extend(with);
            }
        }
        if maps.len() == 1 {
            return;
        }
        let choice = |mut map: Vec<(String, String)>| {
            map.sort();
            let shown = map.iter().map(|(k, v)| (format!("{path}.{k}"), v.clone())).collect();
            Choice { values: vec![(slot, Stored::Map(map))], shown }
        };
        space.axes.push(Axis { choices: maps.into_iter().map(choice).collect() });
    }

    /// Lists of texts whose items are tested. What `all` and `exists` say of a list hangs on which
    /// classes of text are in it, so there is one list for every set of them.
    fn lists(&self, tests: &Tests, space: &mut Space<'b>) {
        for (path, slot, of) in &self.leaves {
            let slot = u16::try_from(*slot).unwrap_or(u16::MAX);
            let Some(items) = tests.get(&Subject::Item(slot)) else { continue };
            let whole = tests.get(&Subject::Slot(slot)).is_some_and(|t| t.contains(&Test::Whole));
            let classes = texts(items, "example").filter(|c| c.len() <= MAX_CLASSES && !whole);
            let (Some(classes), Type::Optional(_)) = (classes, of) else {
                space.unsplit.push(path.clone());
                continue;
            };
            let mut choices =
                vec![Choice { values: vec![(slot, Stored::Null)], shown: Vec::new() }];
            for chosen in 1..1u32 << classes.len() {
                let of_class = classes.iter().enumerate().filter(|(n, _)| chosen & (1 << n) != 0);
                let list: Vec<String> = of_class.map(|(_, text)| text.clone()).collect();
                let shown = vec![(path.clone(), serde_json::Value::from(list.clone()).to_string())];
                choices.push(Choice { values: vec![(slot, Stored::List(list))], shown });
            }
            space.axes.push(Axis { choices });
        }
    }

    /// Every other field that is tested, on its own.
    fn scalars(&self, tests: &Tests, space: &mut Space<'b>) {
        let taken: BTreeSet<u16> = space.axes.iter().flat_map(Axis::slots).collect();
        for (path, slot, of) in &self.leaves {
            let slot = u16::try_from(*slot).unwrap_or(u16::MAX);
            let tests = tests.get(&Subject::Slot(slot));
            let Some(tests) = tests.filter(|_| !taken.contains(&slot) && !is_risk(path)) else {
                continue;
            };
            let Some(values) = values_of(of, tests, path) else {
                space.unsplit.push(path.clone());
                continue;
            };
            let choice = |(n, value): (usize, Stored)| {
                let shown =
                    if n == 0 { Vec::new() } else { vec![(path.clone(), word_of(&value, of))] };
                Choice { values: vec![(slot, value)], shown }
            };
            let choices = values.into_iter().enumerate().map(choice).collect();
            space.axes.push(Axis { choices });
        }
    }
}

/// Every choice of one with every choice of the other.
fn product(left: &[Choice], right: &[Choice]) -> Vec<Choice> {
    let both = |a: &Choice, b: &Choice| Choice {
        values: a.values.iter().chain(&b.values).cloned().collect(),
        shown: a.shown.iter().chain(&b.shown).cloned().collect(),
    };
    left.iter().flat_map(|a| right.iter().map(move |b| both(a, b))).collect()
}

/// Risk follows from the rest and has no axis of its own.
pub(super) fn is_risk(path: &str) -> bool {
    path.starts_with("risk.")
}

fn required(of: &Type) -> &Type {
    match of {
        Type::Optional(inner) => inner,
        other => other,
    }
}

/// A value of every class, the plain one first; `None` when the classes can't be listed.
fn values_of(of: &Type, tests: &BTreeSet<Test>, path: &str) -> Option<Vec<Stored>> {
    let full = crate::expr::IntRange::FULL;
    let plain = if path == "change.artifact_count" { 1 } else { 0 };
    let mut values: Vec<Stored> = match required(of) {
        Type::Bool => vec![Stored::Bool(false), Stored::Bool(true)],
        Type::Int(range) => {
            numbers(tests, *range, plain.max(range.min)).into_iter().map(Stored::Int).collect()
        }
        Type::Timestamp => numbers(tests, full, 0).into_iter().map(Stored::Time).collect(),
        Type::Duration => numbers(tests, full, 0).into_iter().map(Stored::Span).collect(),
        Type::Enum(of) => {
            let all = (0..of.variants().len()).filter_map(|n| u8::try_from(n).ok());
            let first = if path == "service.criticality" { Criticality::Medium as u8 } else { 0 };
            std::iter::once(first).chain(all.filter(|n| *n != first)).map(Stored::Enum).collect()
        }
        Type::String => texts(tests, "example")?.into_iter().map(Stored::Text).collect(),
        Type::List(_) | Type::Map | Type::Record(_) | Type::Optional(_) => return None,
    };
    if matches!(of, Type::Optional(_)) {
        values.insert(0, Stored::Null);
    }
    Some(values)
}

/// A value as people write it.
fn word_of(value: &Stored, of: &Type) -> String {
    match (value, required(of)) {
        (Stored::Enum(index), Type::Enum(of)) => {
            of.variants().get(usize::from(*index)).cloned().unwrap_or_default()
        }
        (Stored::Bool(value), _) => value.to_string(),
        (Stored::Time(ms), _) => jiff::Timestamp::from_millisecond(*ms)
            .map_or_else(|_| ms.to_string(), |t| t.to_string()),
        (Stored::Int(value) | Stored::Span(value), _) => value.to_string(),
        (Stored::Text(text), _) => text.clone(),
        (Stored::Null | Stored::Enum(_) | Stored::Map(_) | Stored::List(_), _) => {
            "absent".to_owned()
        }
    }
}
