//! Templates: what they pre-authorise, and within which limits.

use super::order::{need_in_words, only, uncovered};
use super::{Pair, Reasons};
use crate::bundle::{Parameter, Template};

/// Without its template a standard change is refused, so one that is gone is not missed.
pub(super) fn compare(pair: &Pair<'_>, found: &mut Reasons) {
    for after in &pair.after.templates {
        match pair.before.templates.iter().find(|template| template.name == after.name) {
            Some(before) => template(after, before, found),
            None => found.add(format!("template `{}` is new", after.name)),
        }
    }
}

fn template(after: &Template, before: &Template, found: &mut Reasons) {
    let Template {
        name,
        version: _,
        title: _,
        description: _,
        services,
        labels,
        environments,
        up_to,
        parameters,
        replaces,
        needs,
        nobody,
        bulk,
        success_percent,
        source: _,
    } = after;
    let mut say = |weaker: bool, words: &str| {
        found.when(weaker, || format!("template `{name}` {words}"));
    };
    let wider = before
        .services
        .as_ref()
        .is_some_and(|known| services.as_ref().is_none_or(|services| !only(services, known)));
    let freed = before.labels.iter().any(|(key, value)| labels.get(key) != Some(value));
    say(wider || freed, "is for more services");
    say(!only(environments, &before.environments), "is for more environments");
    say(*up_to > before.up_to, "is for stricter tiers");
    let same_keys = parameters.keys().eq(before.parameters.keys());
    let narrow = |(after, before)| narrower(after, before);
    let within = same_keys && parameters.values().zip(before.parameters.values()).all(narrow);
    say(!within, "takes other parameters, or other values");
    say(!only(replaces, &before.replaces), "takes the place of more rules");
    for need in uncovered(needs, &before.needs) {
        say(true, &need_in_words(needs, need));
    }
    say(*nobody && !before.nobody, "exempts from every approval");
    say(*bulk && !before.bulk, "lets several changes be approved in one step");
    let failing = *success_percent < before.success_percent;
    say(failing, "stays in use though more of its deployments fail");
}

/// Whether every value that is let through now was before.
fn narrower(after: &Parameter, before: &Parameter) -> bool {
    let Parameter { kind, title: _, optional, one_of, pattern, matcher: _, min, max } = after;
    let listed = before.one_of.is_empty() || (!one_of.is_empty() && only(one_of, &before.one_of));
    *kind == before.kind
        && (!optional || before.optional)
        && listed
        && (before.pattern.is_none() || *pattern == before.pattern)
        && before.min.is_none_or(|least| min.is_some_and(|min| min >= least))
        && before.max.is_none_or(|most| max.is_some_and(|max| max <= most))
}
