//! A sandbox with its clock.

use super::{Samples, add as put, at, layout};
use crate::pages::sandbox::Page;
use crate::view::{Layout, Link, Section};

pub(super) fn add(list: &mut Samples) {
    let page = Page {
        layout: Layout {
            banner: Some(
                "Sandbox: a copy of countersign-1f2e3d4c (84120 entries). Nothing here is real or reaches \
                 anybody. Its clock stands at 2026-11-22 10:00 UTC"
                    .to_owned(),
            ),
            banner_link: Some(Link::new("Move the clock", "/sandbox")),
            ..layout("Sandbox", Section::None)
        },
        origin: "countersign-1f2e3d4c".to_owned(),
        entries: 84_120,
        now: at("22T10:00"),
    };
    put(list, "sandbox", &page);
}
