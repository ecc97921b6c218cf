//! Policy windows on the wire.

use api_types::policy_windows as wire;
use api_types::replay::ReplayAsk;
use app::policies::{Neighbour, PolicyWindow, WindowChange, WindowChanges};

use super::Names;
use super::text::time;

impl Names<'_> {
    /// A window.
    #[must_use]
    pub fn policy_window(&self, from: &PolicyWindow) -> wire::PolicyWindow {
        let (bundle, ended_at) = (&from.bundle, from.ended_at());
        wire::PolicyWindow {
            number: from.number,
            digest: bundle.proposal.digest.clone(),
            proposed_by: self.principal(&bundle.proposal.by),
            activated_by: self.principal(&bundle.by),
            reason: bundle.reason.clone(),
            began_at: time(bundle.at),
            ended_at: ended_at.map(time),
            lasted_seconds: ended_at.map(|ended| ended.duration_since(bundle.at).as_secs()),
            replaced_by: from.replaced_by.as_ref().map(|next| next.proposal.digest.clone()),
            weaker_than_before: from.weaker_than_before.to_vec(),
            weaker_than_after: from.weaker_than_after.to_vec(),
        }
    }

    /// What a slice shows of it.
    #[must_use]
    pub fn policy_window_changes(&self, from: &WindowChanges) -> wire::PolicyWindowChanges {
        wire::PolicyWindowChanges {
            window: self.policy_window(&from.window),
            approved: from.approved,
            changes: from.changes.iter().map(change).collect(),
            entries: from.entries,
            of: from.of,
            next_cursor: from.next.map(|next| format!("e{next}")),
        }
    }
}

fn change(from: &WindowChange) -> wire::PolicyWindowChange {
    let material = &from.change.revision().material;
    let ask =
        |ask: &policy::replay::Ask| ReplayAsk { roles: ask.roles.clone(), people: ask.people };
    let stricter = from.moves.kinds.iter().filter(|kind| kind.is_stricter() == Some(true));
    wire::PolicyWindowChange {
        number: from.change.number.to_string(),
        service: material.service.to_string(),
        environment: material.environment.to_string(),
        approved_at: time(from.approved_at),
        deployed_at: from.deployed_at.map(time),
        than: match from.than {
            Neighbour::Before => wire::WindowNeighbour::Before,
            Neighbour::After => wire::WindowNeighbour::After,
        },
        differences: stricter.map(|kind| kind.code().to_owned()).collect(),
        added: from.moves.added.iter().map(ask).collect(),
    }
}
