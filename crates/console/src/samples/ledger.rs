//! Samples of the ledger pages, for tests and the gallery. Invented data only.

use super::{Samples, add as put, at, layout, machine, person, proof};
use crate::pages::ledger::{Copy, Head, Page, Row};
use crate::pages::ledger_entry::{self, Disclosed, ServerCheck};
use crate::view::{Badge, Choice, Digest, Icon, Link, Paging, Section, Tone};

fn checkpoint() -> String {
    format!(
        "northwind.example/countersign\n{}\n{}\n\n— northwind.example/countersign 7oXb9hQm1Y5vQk0mDk1o8cH1d0w3mF1o6rUe0Oe0yYd7n6hXy\n",
        proof::TREE_SIZE,
        proof::ROOT
    )
}

fn row(index: u64, who: crate::view::Who, kind: &str, summary: &str) -> Row {
    Row {
        index,
        at: at(&format!("22T09:{:02}", index % 60)),
        stream: "change/chg_01jd8w0mz5c5g0x2d1n7w4s0pq".to_owned(),
        actor: who,
        kind: kind.to_owned(),
        summary: summary.to_owned(),
        hash: Digest::new(proof::HASH),
    }
}

fn head() -> Head {
    let copy = |place: &str, size, state| Copy {
        place: place.to_owned(),
        size,
        at: at("22T09:55"),
        state,
    };
    Head {
        size: proof::TREE_SIZE,
        root: proof::ROOT.to_owned(),
        origin: "northwind.example/countersign".to_owned(),
        key: "northwind.example/countersign+ee85dbf6+AUk0mDk1o8cH1d0w3mF1o6rUe0Oe0yYd7n6hXyQm1Y"
            .to_owned(),
        checkpoint: checkpoint(),
        signed: at("22T09:58"),
        copies: vec![
            copy(
                "/var/lib/countersign-head/checkpoint",
                proof::TREE_SIZE,
                Badge::new(Tone::Good, Icon::Check, "Current"),
            ),
            copy(
                "https://witness.example/northwind",
                4698,
                Badge::new(Tone::Warn, Icon::Clock, "15 behind"),
            ),
        ],
    }
}

pub(super) fn add(list: &mut Samples) {
    let any = |label: &str, values: &[&str]| {
        let mut list = vec![Choice { selected: true, ..Choice::new("", label) }];
        list.extend(Choice::list(values, "?"));
        list
    };
    let page = Page {
        layout: layout("Ledger", Section::Ledger),
        head: head(),
        streams: any("Any stream", &["organisation", "policy", "access"]),
        kinds: any("Any kind", &["vote_recorded", "grant_issued"]),
        entries: vec![
            row(
                4712,
                machine("ci-checkout"),
                "gate_answered",
                "was told to wait: 1 service owner is missing",
            ),
            row(
                4711,
                person("Mara Lindqvist"),
                "vote_recorded",
                "approved CHG-1042 as service owner",
            ),
            row(4710, person("Aiko Tanaka"), "vote_recorded", "approved CHG-1042 as security"),
            row(4709, person("Tomás Herrera"), "revision_submitted", "made revision 3 of CHG-1042"),
        ],
        paging: Paging {
            next: Some("/ledger?before=4709".to_owned()),
            summary: "4709–4712 of 4713 entries".to_owned(),
            ..Paging::default()
        },
        ..Page::default()
    };
    put(list, "ledger", &page);
    let entry = entry();
    put(list, "ledger_entry", &entry);
    let broken = ledger_entry::Page {
        server_check: ServerCheck {
            ok: false,
            statement: "The leaf's hash is not the one the tree was built with.".to_owned(),
        },
        root: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
        ..entry
    };
    put(list, "ledger_entry_broken", &broken);
}

fn entry() -> ledger_entry::Page {
    let disclosed = |path: &str, value: Option<&str>, withheld: &str| Disclosed {
        path: path.to_owned(),
        value: value.map(str::to_owned),
        withheld: withheld.to_owned(),
        commitment: "5vQk0mDk1o8cH1d0w3mF1o6rUe0Oe0yYd7n6hXyQm1Y=".to_owned(),
    };
    ledger_entry::Page {
        layout: layout("Entry 4711", Section::Ledger),
        index: proof::INDEX,
        at: at("22T09:41"),
        stream: "change/chg_01jd8w0mz5c5g0x2d1n7w4s0pq".to_owned(),
        subject: Some(Link::new("CHG-1042", "/changes/CHG-1042")),
        actor: person("Mara Lindqvist"),
        kind: "vote_recorded".to_owned(),
        summary: "approved CHG-1042 as service owner of checkout".to_owned(),
        leaf_pretty: proof::LEAF_PRETTY.to_owned(),
        leaf_base64: proof::LEAF.to_owned(),
        disclosed: vec![
            disclosed("/data/justification", Some("\"Canary clean for 24 h <b>really</b>\""), ""),
            disclosed("/data/note", None, "Erased on request, 3 Nov 2026"),
        ],
        leaf_hash: proof::HASH.to_owned(),
        tree_size: proof::TREE_SIZE,
        root: proof::ROOT.to_owned(),
        proof: super::strings(proof::PROOF),
        checkpoint: checkpoint(),
        server_check: ServerCheck {
            ok: true,
            statement: "Leaf hash, inclusion in the tree of 4713 entries and the checkpoint's signature hold."
                .to_owned(),
        },
        previous: Some("/ledger/entries/4710".to_owned()),
        next: Some("/ledger/entries/4712".to_owned()),
        downloads: vec![
            Link::new("Receipt (JSON)", "/v1/ledger/entries/4711/receipt"),
            Link::new("tlog-proof", "/v1/ledger/entries/4711/receipt?format=tlog-proof"),
        ],
    }
}
