//! Who is on call: turns of so many days from a morning on, on one zone's clock.

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::asking::{number, people};
use super::text;

/// A rota.
#[derive(Debug, Clone)]
pub struct Rota {
    /// The role.
    pub role: String,
    /// `organisation`, `domain:NAME` or `service:NAME`.
    pub scope: String,
    zone: String,
    first: String,
    days: u64,
    people: Vec<String>,
}

impl Rota {
    /// As recorded.
    #[must_use]
    pub fn of(data: &Value) -> Self {
        Self {
            role: text(data, "/role").to_owned(),
            scope: text(data, "/scope").to_owned(),
            zone: text(data, "/time_zone").to_owned(),
            first: text(data, "/first").to_owned(),
            days: number(data, "days"),
            people: people(data, "people").map(str::to_owned).collect(),
        }
    }

    /// Whose turn it is, and who comes next in their place: counted day by day, since a day has not
    /// always as many hours.
    #[must_use]
    pub fn on_call(&self, at: i64) -> Option<impl Iterator<Item = &str>> {
        let zoned = Timestamp::from_millisecond(at).ok()?.in_tz(&self.zone).ok()?;
        let first: DateTime = self.first.parse().ok()?;
        let mut day = zoned.date();
        if zoned.time() < first.time() {
            day = day.yesterday().ok()?;
        }
        let passed = (day - first.date()).get_days();
        let turn = u64::try_from(passed).ok()?.checked_div(self.days)?;
        let many = u64::try_from(self.people.len()).ok()?;
        let place = usize::try_from(turn.checked_rem(many)?).ok()?;
        let (before, from) = self.people.split_at_checked(place)?;
        Some(from.iter().chain(before).map(String::as_str))
    }
}
