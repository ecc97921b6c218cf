//! What the gate says of maintenance windows.

use jiff::Timestamp;

use super::satisfied;
use crate::explanation::{Edge, Explanation, Outcome};
use crate::maintenance::{MaintenanceWindow, closes_at, next};

/// Where any window covers the change, one of them has to be open.
pub(super) fn check(windows: &[MaintenanceWindow], now: Timestamp) -> Explanation {
    let Some(first) = windows.first() else {
        return satisfied("maintenance_window", "policy asks for no maintenance window");
    };
    if let Some(at) = closes_at(windows, now) {
        let open = windows.iter().find(|w| w.is_open(now)).unwrap_or(first);
        let mut node = satisfied("maintenance_window", "a maintenance window is open");
        node.detail = Some(format!("“{}”", open.title));
        node.rule = Some(open.rule.clone());
        node.next = Some(Edge { at, what: "the maintenance window closes".to_owned() });
        return node;
    }
    let mut node = match next(windows, now) {
        Some((window, opening)) => {
            let title = format!("its maintenance window opens at {:.0}", opening.from);
            let mut node = Explanation::new(Outcome::Missing, "outside_maintenance_window", title)
                .detail(format!("“{}”; ask again then", window.title));
            node.rule = Some(window.rule.clone());
            let what = format!("the maintenance window `{}` opens", window.title);
            node.next = Some(Edge { at: opening.from, what });
            return node;
        }
        None => Explanation::new(
            Outcome::Denied,
            "no_maintenance_window",
            "no maintenance window that it has to keep to opens any more",
        ),
    };
    node.detail = Some(format!(
        "“{}” is over, or its times can't be told; a policy author gives it new times",
        first.title
    ));
    node.rule = Some(first.rule.clone());
    node
}
