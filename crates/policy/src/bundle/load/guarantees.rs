//! Guarantees: what the policy's author says holds for every change.

use super::{Complaints, rule_ref};
use crate::bundle::Guarantee;
use crate::bundle::files::GuaranteeText;
use crate::bundle::yaml::Text;
use crate::expr::Schema;

pub(super) fn build(
    guarantees: Vec<(Text<'_>, GuaranteeText)>,
    schema: &Schema,
    complaints: &mut Complaints,
) -> Vec<Guarantee> {
    let mut built: Vec<Guarantee> = Vec::new();
    for (text, guarantee) in guarantees {
        if built.iter().any(|known| known.id == *guarantee.id) {
            let message = format!("guarantee `{}` stands here twice", guarantee.id.value);
            complaints.error(text, "duplicate_id", guarantee.id.span, &message);
        }
        let when = complaints.condition(text, &guarantee.when, schema);
        let holds = complaints.condition(text, &guarantee.holds, schema);
        let source = rule_ref(text, &guarantee.id, guarantee.id.span);
        built.extend(when.zip(holds).map(|(when, holds)| Guarantee {
            id: guarantee.id.value.clone(),
            title: guarantee.title,
            when,
            holds,
            source,
        }));
    }
    built
}
