//! The timeline of a change: its entries in the journal, in order.

use domain::event::ChangeEvent;
use domain::event::{Envelope, Event, GateEvent};
use domain::ids::ChangeId;
use store::{Entry, Stream};

use crate::journal::open;
use crate::{App, AppError};

const SHOWN: usize = 500;

/// One entry about a change.
#[derive(Debug, Clone)]
pub struct TimelineItem {
    /// Its place in the log.
    pub index: u64,
    /// The event.
    pub envelope: Envelope<Event>,
}

/// A timeline and whether it was cut.
#[derive(Debug, Clone, Default)]
pub struct Readings {
    /// In the order of the log.
    pub items: Vec<TimelineItem>,
    /// Whether there are more entries than shown.
    pub cut: bool,
}

impl App {
    /// The timeline of a change: material facts and questions to the gate, merged by index.
    ///
    /// # Errors
    /// The journal can't be read.
    pub async fn timeline(&self, id: &ChangeId) -> Result<Readings, AppError> {
        let change = self.store.stream(&Stream::change(id), 0, SHOWN).await?;
        let gate_size = self.store.versions(&[Stream::gate(id)]).await?;
        let total = gate_size.first().copied().unwrap_or(0);
        let from = total.saturating_sub(SHOWN as u64);
        let gate = self.store.stream(&Stream::gate(id), from, SHOWN).await?;
        let cut = change.len() == SHOWN || from > 0;
        let mut items = Vec::with_capacity(change.len() + gate.len());
        for entry in &change {
            items.push(item(entry, |e| open::<ChangeEvent>(e).map(widen))?);
        }
        for entry in &gate {
            items.push(item(entry, |e| open::<GateEvent>(e).map(widen))?);
        }
        items.sort_by_key(|i| i.index);
        Ok(Readings { items, cut })
    }

    /// One entry as an event, whatever its stream.
    ///
    /// # Errors
    /// Its bytes don't match their commitments, or are no event.
    pub fn read_entry(entry: &Entry) -> Result<Envelope<Event>, AppError> {
        open(entry)
    }
}

fn item(
    entry: &Entry,
    read: impl Fn(&Entry) -> Result<Envelope<Event>, AppError>,
) -> Result<TimelineItem, AppError> {
    Ok(TimelineItem { index: entry.index, envelope: read(entry)? })
}

fn widen<E: Into<Event>>(envelope: Envelope<E>) -> Envelope<Event> {
    Envelope {
        v: envelope.v,
        time: envelope.time,
        stream: envelope.stream,
        actor: envelope.actor,
        event: envelope.event.into(),
    }
}
