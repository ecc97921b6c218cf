//! Samples of the pages of policy windows. Invented data only.

use super::{Samples, add as put, at, layout, person, strings};
use crate::pages::policy_replay::{Example, Progress};
use crate::pages::policy_windows::{Change, Page, Window, WindowPage};
use crate::view::{Badge, Digest, Icon, Link, Section, Tone};

pub(super) fn add(list: &mut Samples) {
    let page = Page {
        layout: layout("Policy windows", Section::Policy),
        windows: vec![window()],
        older: Some(Link::new("Older windows", "/policy/windows?before=7")),
    };
    put(list, "policy_windows", &page);
    put(list, "policy_windows_none", &Page { windows: Vec::new(), older: None, ..page });
    put(list, "policy_window", &one());
}

fn window() -> Window {
    Window {
        href: "/policy/windows/7".to_owned(),
        number: "7".to_owned(),
        digest: Digest::new(
            "sha256:aa1e8cd98f00b204e9800998ecf8427e41d8cd98f00b204e9800998ecf8427e5",
        ),
        proposed_by: person("Tom\u{e1}s Herrera"),
        activated_by: person("Joan Okafor"),
        reason: "Patch releases wait on the second owner.".to_owned(),
        began: at("22T07:00"),
        ended: Some(at("22T09:00")),
        lasted: "2 hours".to_owned(),
        state: Badge::new(Tone::Quiet, Icon::Archive, "Replaced"),
        before: strings(&["rule `production-two-owners` asks for 1 of service-owner instead of 2"]),
        after: strings(&["rule `production-two-owners` asks for 1 of service-owner instead of 2"]),
    }
}

fn one() -> WindowPage {
    WindowPage {
        layout: layout("Policy window 7", Section::Policy),
        window: window(),
        counts: "1 of 3 changes approved in this part was easier to approve.".to_owned(),
        changes: vec![Change {
            example: Example {
                change: Link::new("CHG-1042", "/changes/CHG-1042"),
                service: "ledger-core".to_owned(),
                moves: "the bundle before: 1 more of service-owner".to_owned(),
            },
            environment: "production".to_owned(),
            approved: at("22T07:20"),
            deployed: Some(at("22T07:31")),
        }],
        progress: Some(Progress { entries: 5_000, of: 12_000, percent: 41 }),
        next: Some(Link::new("Go on", "/policy/windows/7?cursor=e9120")),
    }
}
