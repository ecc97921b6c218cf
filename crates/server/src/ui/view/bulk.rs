//! Several changes of one template before, and after, they are approved in one step.

use app::change::{BulkItem, Standing as Stands};
use console::pages::bulk_approval::{Item, Standing};
use console::view::Digest;
use domain::change::Artifact;
use domain::ids::ChangeNumber;
use policy::Bundle;

use super::inbox;
use super::reader::{Reader, sentence};

/// What a form and an address name a change and the revision that was looked at by.
pub(crate) fn value(number: ChangeNumber, revision: u32) -> String {
    format!("{number}@{revision}")
}

/// One change.
pub(crate) fn item(reader: &Reader<'_>, from: &BulkItem, bundle: Option<&Bundle>) -> Item {
    let change = &from.facts.change;
    let material = &change.revision().material;
    let artifact = |a: &Artifact| (a.name.clone(), Digest::new(a.digest.to_string()));
    Item {
        subject: inbox::subject(change, bundle),
        value: value(change.number, from.expected_revision),
        revision: change.revision().number,
        requester: reader.who(&change.requester),
        reason: material.reason.text().to_owned(),
        parameters: material.parameters.clone().into_iter().collect(),
        artifacts: material.artifacts.iter().map(artifact).collect(),
        standing: standing(reader, &from.standing),
    }
}

fn standing(reader: &Reader<'_>, from: &Stands) -> Standing {
    match from {
        Stands::Open(vote) => Standing::Open {
            counts_as: inbox::in_roles(reader, &vote.roles, vote.on_behalf_of.as_ref()),
            meaning: vote.meaning.clone().unwrap_or_default(),
            chosen: true,
        },
        Stands::Approved(vote) => Standing::Approved { at: reader.moment(vote.at) },
        Stands::Refused(refusal) => Standing::Refused {
            why: sentence(&reader.named(&refusal.to_string())),
            next: sentence(refusal.next_action()),
        },
    }
}
