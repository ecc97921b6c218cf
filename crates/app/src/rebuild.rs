//! Making the read models again from the journal (I9).

use std::collections::{BTreeMap, BTreeSet};

use domain::change::{Change, ChangeEvent};
use domain::event::{GateEvent, OrganisationEvent};
use domain::ids::ChangeId;
use domain::organisation::Directory;
use store::{Entry, Write};

use crate::journal::open;
use crate::{App, AppError, projection};

const PAGE: usize = 2_000;

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Entries read.
    pub entries: u64,
    /// Changes made again.
    pub changes: usize,
    /// Rows that were not what the journal says, `-` for what was stored and `+` for what is right.
    pub differences: Vec<String>,
}

/// The fold of the whole journal as far as it was read.
#[derive(Default)]
struct Fold {
    directory: Directory,
    changes: BTreeMap<ChangeId, (Change, u64)>,
    /// Changes whose rows are behind.
    touched: BTreeSet<ChangeId>,
}

impl App {
    /// Drops every read model, makes it again from the journal, and says which rows differed.
    ///
    /// # Errors
    /// The journal can't be read, or an entry is damaged.
    pub async fn rebuild_read_models(
        &self,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Rebuilt, AppError> {
        let before = self.store().dump_read_models().await?;
        self.store().clear_read_models().await?;
        let mut fold = Fold::default();
        let mut next = 0;
        loop {
            let page = self.store().entries(next, PAGE).await?;
            let Some(last) = page.last() else { break };
            next = last.index + 1;
            let mut writes = Vec::new();
            for entry in &page {
                fold.entry(entry, &mut writes)?;
            }
            fold.rows(&mut writes)?;
            self.store().write(writes).await?;
            progress(next);
        }
        let after = self.store().dump_read_models().await?;
        Ok(Rebuilt {
            entries: next,
            changes: fold.changes.len(),
            differences: differences(&before, &after),
        })
    }
}

impl Fold {
    /// Folds one entry in and adds the writes that follow. Rows are made with the directory as of
    /// the last entry about the change, as they were when it was recorded.
    fn entry(&mut self, entry: &Entry, writes: &mut Vec<Write>) -> Result<(), AppError> {
        let stream = entry.stream.as_str();
        if stream == "organisation" {
            self.rows(writes)?;
            self.directory.apply(&open::<OrganisationEvent>(entry)?.event);
        } else if stream.starts_with("change/") {
            self.change(entry)?;
        } else if stream.starts_with("gate/") {
            let GateEvent::GateAnswered { grant, .. } = open::<GateEvent>(entry)?.event;
            if let Some(grant) = grant {
                writes.push(Write::GrantAt { grant: grant.id.clone(), index: entry.index });
            }
        }
        Ok(())
    }

    fn change(&mut self, entry: &Entry) -> Result<(), AppError> {
        let envelope = open::<ChangeEvent>(entry)?;
        let version = entry.version + 1;
        let id: ChangeId = entry
            .stream
            .as_str()
            .trim_start_matches("change/")
            .parse()
            .map_err(AppError::damaged)?;
        if let Some((change, known)) = self.changes.get_mut(&id) {
            change.apply(&envelope.event, envelope.time)?;
            *known = version;
        } else {
            let change = Change::begin(&envelope.event, envelope.time)?;
            self.changes.insert(id.clone(), (change, version));
        }
        self.touched.insert(id);
        Ok(())
    }

    /// The rows of all changes that moved since the last time: once each, however often they moved.
    fn rows(&mut self, writes: &mut Vec<Write>) -> Result<(), AppError> {
        for id in std::mem::take(&mut self.touched) {
            if let Some((change, version)) = self.changes.get(&id) {
                writes.extend(projection::writes(change, *version, &self.directory)?);
            }
        }
        Ok(())
    }
}

/// Lines only in `before` and only in `after`; both are sorted.
fn differences(before: &[String], after: &[String]) -> Vec<String> {
    let gone = before.iter().filter(|l| after.binary_search(l).is_err());
    let new = after.iter().filter(|l| before.binary_search(l).is_err());
    gone.map(|l| format!("- {l}")).chain(new.map(|l| format!("+ {l}"))).collect()
}
