//! How long policy that asks for less waits before it is live (D06).

use super::Complaints;
use crate::bundle::yaml::{At, Text};
use crate::diagnostic::Finding;

/// What holds where nothing is said.
const DAY: u32 = 24 * 60;
/// A slip here would lock everybody out of correcting it.
const MOST: u32 = 30 * DAY;

pub(super) fn minutes(
    text: Text<'_>,
    said: Option<&At<String>>,
    complaints: &mut Complaints,
) -> u32 {
    let Some(said) = said else { return DAY };
    if said.value == "none" {
        let message = "policy that asks for less is live at once, before anybody can stop it";
        let finding = Finding::warning("weaker_at_once", said.span, message.to_owned());
        complaints.add(text, finding.help("give a span of time, such as `weaker_after: 4h`"));
        return 0;
    }
    let minutes = complaints.minutes(text, said).unwrap_or(DAY);
    if minutes > MOST {
        let message = format!("`{}` is longer than anybody can wait for a correction", said.value);
        let finding = Finding::error("out_of_range", said.span, message);
        complaints.add(text, finding.help("30 days, `30d`, are the most"));
    }
    minutes
}
