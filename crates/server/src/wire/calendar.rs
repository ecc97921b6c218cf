//! The change calendar on the wire.

use api_types::calendar as wire;
use app::change::Planned;
use domain::change::Change;
use domain::freeze::Freeze;
use domain::maintenance::MaintenanceWindow;
use domain::organisation::KnownAlignment;
use jiff::Timestamp;

use super::Names;
use super::change::reference;
use super::material::state;
use super::text::time;

impl Names<'_> {
    /// What is planned in a time.
    #[must_use]
    pub fn calendar(&self, planned: &Planned, from: Timestamp, until: Timestamp) -> wire::Calendar {
        let freezes = planned.freezes.iter().map(freeze);
        let maintenance = planned.maintenance.iter().filter_map(opening);
        let windows = planned.changes.iter().filter_map(|c| {
            let conflicts = planned.conflicts.get(&c.number).map(|c| self.conflicts(c));
            let conflicts = conflicts.unwrap_or_default();
            Some(wire::CalendarEntry { conflicts, ..window(c)? })
        });
        let sessions = planned.held_sessions().map(session);
        wire::Calendar {
            from: time(from),
            until: time(until),
            entries: freezes.chain(maintenance).chain(windows).chain(sessions).collect(),
        }
    }
}

fn freeze(from: &Freeze) -> wire::CalendarEntry {
    wire::CalendarEntry {
        kind: wire::CalendarKind::Freeze,
        title: from.title.text().to_owned(),
        from: time(from.from),
        until: time(from.until),
        about: from.scope.to_string(),
        environment: None,
        change: None,
        state: None,
        freeze: Some(from.id.clone()),
        alignment: None,
        conflicts: Vec::new(),
    }
}

fn session(known: &KnownAlignment) -> wire::CalendarEntry {
    let opened = &known.opened;
    wire::CalendarEntry {
        kind: wire::CalendarKind::Session,
        title: opened.title.text().to_owned(),
        from: time(opened.from),
        until: time(opened.until),
        about: opened.numbers(),
        environment: None,
        change: None,
        state: None,
        freeze: None,
        alignment: Some(opened.id.to_string()),
        conflicts: Vec::new(),
    }
}

fn opening(from: &MaintenanceWindow) -> Option<wire::CalendarEntry> {
    let opening = from.opening?;
    Some(wire::CalendarEntry {
        kind: wire::CalendarKind::Maintenance,
        title: from.title.clone(),
        from: time(opening.from),
        until: time(opening.until),
        about: from.scope.to_string(),
        environment: None,
        change: None,
        state: None,
        freeze: None,
        alignment: None,
        conflicts: Vec::new(),
    })
}

fn window(change: &Change) -> Option<wire::CalendarEntry> {
    let material = &change.revision().material;
    let window = material.window.as_ref()?;
    Some(wire::CalendarEntry {
        kind: wire::CalendarKind::Window,
        title: material.title.text().to_owned(),
        from: time(window.from),
        until: time(window.until),
        about: material.service.to_string(),
        environment: Some(material.environment.to_string()),
        change: Some(reference(change)),
        state: Some(state(change.state.name())),
        freeze: None,
        alignment: None,
        conflicts: Vec::new(),
    })
}
