//! Whose time a span of policy is counted in, as it is written.

use domain::asking::ResponseClock;
use schemars::JsonSchema;
use serde::Deserialize;

/// Whose time a span is counted in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SpanClockText {
    /// Real time, day and night.
    #[default]
    Wall,
    /// Working time of the organisation's default place.
    Organisation,
}

impl From<SpanClockText> for ResponseClock {
    fn from(text: SpanClockText) -> Self {
        match text {
            SpanClockText::Wall => Self::Wall,
            SpanClockText::Organisation => Self::Organisation,
        }
    }
}
