//! Rows of the list of changes, and its filter.

use app::change::{Duplicates, Troubles};
use console::pages::changes::{Filter, Row, View};
use console::view::Choice;
use domain::change::StateName;
use domain::organisation::Directory;
use policy::Bundle;
use store::ChangeSummary;

use super::reader::{Reader, counted, sentence};
use super::status;

/// What the list is narrowed to, as sent in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Narrowed {
    pub(crate) query: String,
    pub(crate) state: String,
    pub(crate) service: String,
    pub(crate) environment: String,
    pub(crate) kind: String,
    pub(crate) risk: String,
    pub(crate) mine: bool,
}

impl Narrowed {
    /// The fields that narrow, by their names in the address.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("q", self.query.as_str()),
            ("state", &self.state),
            ("service", &self.service),
            ("environment", &self.environment),
            ("type", &self.kind),
            ("risk", &self.risk),
            ("mine", if self.mine { "true" } else { "" }),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether anything is narrowed.
    pub(crate) fn is_active(&self) -> bool {
        !self.fields().is_empty()
    }

    /// The list's address with these fields, and below a number if one is given.
    pub(crate) fn href(&self, before: Option<u64>) -> String {
        let before = before.map(|n| n.to_string());
        let fields = self.fields();
        let pairs = fields.into_iter().chain(before.as_deref().map(|n| ("before", n)));
        let query: Vec<String> = pairs
            .map(|(name, value)| format!("{name}={}", crate::wire::text::percent_encode(value)))
            .collect();
        if query.is_empty() {
            "/changes".to_owned()
        } else {
            format!("/changes?{}", query.join("&"))
        }
    }
}

/// One row.
pub(crate) fn row(
    reader: &Reader<'_>,
    from: &ChangeSummary,
    bundle: Option<&Bundle>,
    (plans, same): (&Troubles, &Duplicates),
) -> Row {
    Row {
        number: from.number.to_string(),
        title: from.title.clone(),
        href: format!("/changes/{}", from.number),
        service: from.service.clone(),
        environment: from.environment.clone(),
        tier: tier(from, bundle),
        change_type: from.kind.clone(),
        state: status::state_word(&from.state),
        held: from.held,
        trouble: plans.get(&from.id).cloned(),
        duplicates: same.get(&from.id).into_iter().flatten().map(ToString::to_string).collect(),
        risk: status::risk(from.risk_level.as_deref().unwrap_or_default(), bundle),
        missing: match from.missing {
            0 => String::new(),
            n => counted(n as usize, "requirement", "requirements"),
        },
        requester: reader.principal(&from.requester),
        updated: reader.moment(from.updated_at),
    }
}

/// The tier of the record; before there is one, of the live bundle.
fn tier(from: &ChangeSummary, bundle: Option<&Bundle>) -> String {
    let live = || bundle?.tier_of(&from.environment).map(|tier| tier.number);
    let number = if from.risk_score.is_some() { None } else { live() };
    format!("T{}", number.unwrap_or(from.tier))
}

/// The filter form.
pub(crate) fn filter(from: &Narrowed, directory: &Directory, bundle: Option<&Bundle>) -> Filter {
    let states = StateName::ALL.map(|s| (s.as_str().replace('_', "-"), sentence(s.title())));
    let services = directory.services().map(|s| (s.name.to_string(), s.name.to_string()));
    let environments = bundle.map(Bundle::environments).unwrap_or_default();
    let environments = environments.iter().map(|e| (e.name.to_string(), e.name.to_string()));
    let kinds = ["standard", "normal", "emergency"].map(|k| (k.to_owned(), sentence(k)));
    let levels = bundle.map(Bundle::levels).unwrap_or_default();
    let levels = levels.iter().map(|l| (l.name.clone(), l.title.clone()));
    Filter {
        query: from.query.clone(),
        states: choices("Any state", &from.state, states),
        services: choices("Any service", &from.service, services),
        environments: choices("Anywhere", &from.environment, environments),
        types: choices("Any type", &from.kind, kinds),
        risks: choices("Any risk", &from.risk, levels),
        mine: from.mine,
        is_active: from.is_active(),
    }
}

/// Choices with "any" first; what is chosen but unknown stays choosable.
pub(crate) fn choices(
    any: &str,
    chosen: &str,
    known: impl IntoIterator<Item = (String, String)>,
) -> Vec<Choice> {
    let mut list = vec![Choice { selected: chosen.is_empty(), ..Choice::new("", any) }];
    list.extend(known.into_iter().map(|(value, label)| Choice {
        selected: value == chosen,
        value,
        label,
    }));
    if !list.iter().any(|choice| choice.selected) {
        list.push(Choice { selected: true, ..Choice::new(chosen, chosen) });
    }
    list
}

/// Shortcuts above the list.
pub(crate) fn views(from: &Narrowed) -> Vec<View> {
    let state = |label: &str, state: &str| {
        (label.to_owned(), Narrowed { state: state.to_owned(), ..Narrowed::default() })
    };
    let views = [
        ("All".to_owned(), Narrowed::default()),
        state("Awaiting approval", "awaiting-approval"),
        state("Approved", "approved"),
        state("Implementing", "implementing"),
        ("Mine".to_owned(), Narrowed { mine: true, ..Narrowed::default() }),
    ];
    let view = |(label, to): (String, Narrowed)| View {
        label,
        href: to.href(None),
        count: None,
        current: *from == to,
    };
    views.into_iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_exactly_what_is_narrowed() {
        assert_eq!(Narrowed::default().href(None), "/changes");
        let some = Narrowed {
            query: "a&b=c".to_owned(),
            state: "approved".to_owned(),
            ..Narrowed::default()
        };
        assert_eq!(some.href(Some(1042)), "/changes?q=a%26b%3Dc&state=approved&before=1042");
    }

    #[test]
    fn a_choice_that_is_not_known_stays_chosen() {
        let list = choices("Any", "gone", [("here".to_owned(), "here".to_owned())]);
        assert!(list.iter().any(|c| c.selected && c.value == "gone"));
    }
}
