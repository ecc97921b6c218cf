//! `board.yaml`: when the board meets.

use domain::ids::RoleName;

use super::Complaints;
use super::times::{Times, TimesText};
use crate::bundle::board::Board;
use crate::bundle::files::BoardFile;
use crate::bundle::model::Role;
use crate::bundle::yaml::Text;
use crate::diagnostic::Finding;

/// A day before, unless said otherwise.
const DIGEST_MINUTES: u32 = 24 * 60;
/// Thirty days.
const DIGEST_MINUTES_MAX: u32 = 30 * 24 * 60;

pub(super) fn build(
    file: Option<&(Text<'_>, BoardFile)>,
    roles: &[Role],
    complaints: &mut Complaints,
) -> Option<Board> {
    let (text, file) = file?;
    let text = *text;
    let role: Option<RoleName> = complaints.slug(text, &file.role, file.role.span);
    if let Some(name) = role.as_ref().filter(|name| !roles.iter().any(|role| role.name == **name)) {
        let message = format!("the role `{name}` is not in roles.yaml");
        complaints.error(text, "unknown_reference", file.role.span, &message);
    }
    let times = TimesText {
        from: &file.from,
        until: &file.until,
        zone: Some(&file.zone),
        every: Some(&file.every),
    };
    let times = times.build(text, complaints);
    let digest_minutes = match &file.digest {
        None => DIGEST_MINUTES,
        Some(said) => {
            let minutes = complaints.minutes(text, said)?;
            if minutes > DIGEST_MINUTES_MAX {
                let message = format!("`{}` is longer than 30 days", said.value);
                let finding = Finding::error("bad_duration", said.span, message);
                complaints.add(text, finding.help("the agenda moves: send it `24h` or `2d` ahead"));
            }
            minutes
        }
    };
    let Times::Again(times) = times? else { return None };
    Some(Board { role: role?, times: *times, digest_minutes })
}
