//! Whether a bundle may ask for less than another one, and why (D06).
//!
//! The two are compared part by part, and every comparison errs to one side: what can't be shown to ask
//! for no less counts as weaker, with the reason in words. Nothing is evaluated, so it holds for changes
//! that nobody has thought of. Every part is taken apart by name and without `..`: one that is added does
//! not compile until somebody has said here what makes it weaker.

mod automation;
mod order;
mod roles;
mod rules;
mod templates;
mod tiers;
mod times;
mod vocabulary;

use jiff::Timestamp;

use super::Bundle;
use vocabulary::Vocabulary;

/// Why one bundle may ask for less than another.
#[derive(Debug, Default)]
struct Reasons(Vec<String>);

impl Reasons {
    fn add(&mut self, words: impl Into<String>) {
        let words = words.into();
        if !self.0.contains(&words) {
            self.0.push(words);
        }
    }

    fn when(&mut self, weaker: bool, words: impl FnOnce() -> String) {
        if weaker {
            self.add(words());
        }
    }
}

/// The bundle that would come, the one there is, and how far conditions of both mean the same.
struct Pair<'b> {
    after: &'b Bundle,
    before: &'b Bundle,
    vocabulary: Vocabulary,
}

impl Bundle {
    /// Why this bundle may ask for less than `before`, in words for people; empty when it was shown to
    /// ask for no less. Freezes that ended before `now` are not missed. Takes up to seconds.
    #[must_use]
    pub fn weaker_than(&self, before: &Self, now: Timestamp) -> Vec<String> {
        let Self {
            // What it is called, what all the rest was read from, and labels.
            name: _,
            description: _,
            digest,
            files: _,
            controls: _,
            // They try a bundle and decide nothing.
            cases: _,
            drills: _,
            // It is only told of what waits.
            board: _,
            // Made of names that are compared.
            schema: _,
            reads: _,
            tiers: _,
            environments: _,
            unclassified: _,
            enforced: _,
            roles: _,
            mapping: _,
            matrix: _,
            factors: _,
            levels: _,
            rules: _,
            plans: _,
            templates: _,
            calendars: _,
            guarantees: _,
            overrides: _,
            automations: _,
            freezes: _,
            maintenance: _,
            weaker_after_minutes,
        } = self;
        let mut found = Reasons::default();
        if *digest == before.digest {
            return found.0;
        }
        let pair = Pair { after: self, before, vocabulary: Vocabulary::of(self, before) };
        tiers::compare(&pair, &mut found);
        roles::compare(&pair, &mut found);
        rules::compare(&pair, &mut found);
        templates::compare(&pair, &mut found);
        automation::compare(&pair, &mut found);
        times::compare(&pair, now, &mut found);
        found.when(*weaker_after_minutes < before.weaker_after_minutes, || {
            "policy that asks for less would go live sooner".to_owned()
        });
        // What is weaker anyway need not be proven to be.
        if found.0.is_empty() {
            rules::gaps(&pair, &mut found);
        }
        found.0
    }
}
