//! Briefings and read receipts on the wire.

use api_types::briefings as wire;
use app::change::Briefed;
use domain::change::Informed;

use super::material::window;
use super::text::time;

/// A briefing for the one who asked.
#[must_use]
pub fn briefing(from: &Briefed) -> wire::Briefing {
    let briefing = &from.briefing;
    let ask = |a: &domain::change::Ask| wire::BriefingAsk {
        role: a.role.to_string(),
        why: a.why.clone(),
        meaning: a.meaning.clone(),
        acknowledgement: a.acknowledgement.clone(),
        required: a.required,
    };
    let informed = from.informed.as_ref();
    wire::Briefing {
        number: briefing.number.clone(),
        revision: briefing.revision,
        revision_digest: briefing.revision_digest.to_string(),
        title: briefing.title.text().to_owned(),
        plain_summary: briefing.plain_summary.as_ref().map(|t| t.text().to_owned()),
        reason: briefing.reason.text().to_owned(),
        window: briefing.window.as_ref().map(window),
        risk_level: briefing.risk_level.clone(),
        asks: briefing.asks.iter().map(ask).collect(),
        shown: from.shown.to_string(),
        opened_at: informed.map(|i| time(i.opened_at)),
        acknowledged: informed
            .map(|i| i.acknowledged.iter().map(|a| a.role.to_string()).collect())
            .unwrap_or_default(),
    }
}

/// What a vote rested on.
#[must_use]
pub fn informed(from: &Informed) -> wire::Informed {
    let sentence = |a: &domain::change::Acknowledged| wire::Acknowledged {
        role: a.role.to_string(),
        text: a.text.clone(),
    };
    wire::Informed {
        shown: from.shown.to_string(),
        opened_at: time(from.opened_at),
        seconds: from.seconds,
        acknowledged: from.acknowledged.iter().map(sentence).collect(),
        rapid: from.rapid,
    }
}
