//! The risk matrix, factors and levels.

use super::{Complaints, rule_ref};
use crate::bundle::files::{FactorText, LevelText, ThreeText};
use crate::bundle::yaml::{At, Text};
use crate::bundle::{Factor, Level, Matrix};
use crate::diagnostic::{Finding, Span};
use crate::expr::Schema;

/// Points a single factor may add or take: sums stay far from 64 bits.
const MAX_POINTS: i64 = 1_000_000;

pub(super) fn matrix(text: &ThreeText<ThreeText<ThreeText<At<i64>>>>) -> Matrix {
    let three = |text: &ThreeText<At<i64>>| [*text.low, *text.medium, *text.high].map(cut);
    let nine = |text: &ThreeText<ThreeText<At<i64>>>| {
        [three(&text.low), three(&text.medium), three(&text.high)]
    };
    Matrix { points: [nine(&text.low), nine(&text.medium), nine(&text.high)] }
}

fn cut(points: i64) -> i64 {
    points.clamp(-MAX_POINTS, MAX_POINTS)
}

/// Levels begin at 0 and rise, so every score falls into exactly one.
pub(super) fn levels(
    text: Text<'_>,
    levels: &[LevelText],
    complaints: &mut Complaints,
) -> Vec<Level> {
    let mut built: Vec<Level> = Vec::new();
    if levels.is_empty() {
        complaints.error(
            text,
            "no_levels",
            Span::default(),
            "there is no approval level, so no score would mean anything",
        );
    }
    for level in levels {
        let from = *level.from;
        let wrong = match built.last() {
            None if from != 0 => {
                Some("the first level begins at 0; scores below it would have none".to_owned())
            }
            Some(before) if from <= before.from => Some(format!(
                "it begins at {from}, and `{}` before it at {}",
                before.name, before.from
            )),
            _ => None,
        };
        if let Some(message) = wrong {
            let finding = Finding::error("level_order", level.from.span, message)
                .help("list the levels from the lowest score to the highest, the first `from: 0`");
            complaints.add(text, finding);
        }
        if built.iter().any(|known| known.name == *level.name) {
            let message = format!("level `{}` is declared twice", level.name.value);
            complaints.error(text, "duplicate_id", level.name.span, &message);
        }
        if let Some(before) = built.last_mut() {
            before.to = Some(from.saturating_sub(1));
        }
        let name = level.name.value.clone();
        let title = level.title.clone().unwrap_or_else(|| name.clone());
        built.push(Level { name, title, from, to: None });
    }
    built
}

pub(super) fn factors(
    text: Text<'_>,
    factors: &[FactorText],
    schema: &Schema,
    complaints: &mut Complaints,
) -> Vec<Factor> {
    let mut built: Vec<Factor> = Vec::new();
    for factor in factors {
        if built.iter().any(|known| known.name == *factor.name) {
            let message = format!("factor `{}` is declared twice", factor.name.value);
            complaints.error(text, "duplicate_id", factor.name.span, &message);
        }
        if factor.points.abs() > MAX_POINTS || *factor.points == 0 {
            let message = "a factor adds or takes between 1 and 1,000,000 points";
            complaints.error(text, "points_range", factor.points.span, message);
        }
        if let Some(when) = complaints.condition(text, &factor.when, schema) {
            built.push(Factor {
                name: factor.name.value.clone(),
                when,
                points: cut(*factor.points),
                why: factor.why.clone(),
                source: rule_ref(text, &factor.name, factor.name.span),
            });
        }
    }
    built
}
