//! Needs of rules that may not be met by the people there are, from one night to the next (M5.5).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{PersonId, ServiceName};
use crate::moved::{Moved, moved};

/// New links that one night records at most; the worst first, the others the nights after.
pub const BEGUN_MAX: usize = 1_000;

/// How bad a weak link is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeaknessKind {
    /// Fewer people than needed hold the roles: nothing under this rule can be approved.
    Nobody,
    /// A change can expire before enough people work at all.
    Expires,
    /// Just as many people as needed: one who is away or had a hand in it stops everything.
    NobodyToSpare,
    /// An answer can be due before enough people work.
    Late,
}

impl WeaknessKind {
    /// Whether changes get stuck by it, and not only late.
    #[must_use]
    pub const fn blocks(self) -> bool {
        matches!(self, Self::Nobody | Self::Expires)
    }

    /// Whether people are told when it is new: changes get stuck by it, or by one person who is away.
    /// What only makes an answer late, every weekend, stands on the page.
    #[must_use]
    pub const fn is_told(self) -> bool {
        self.blocks() || matches!(self, Self::NobodyToSpare)
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Nobody => "nobody can meet it",
            Self::Expires => "changes can expire first",
            Self::NobodyToSpare => "nobody to spare",
            Self::Late => "answers can be late",
        }
    }
}

/// A need that may not be met. It names no person, and neither time nor number, so that it is the same
/// link every night.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakLink {
    /// How bad it is.
    pub kind: WeaknessKind,
    /// The need: `rule/role`.
    pub need: String,
    /// For changes of this service; `None` for all, when nobody knows for which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceName>,
}

impl WeakLink {
    /// What is weak, however bad it is.
    const fn place(&self) -> (&String, &Option<ServiceName>) {
        (&self.need, &self.service)
    }
}

/// A weak link with what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FoundLink {
    /// The link.
    pub link: WeakLink,
    /// Roles, hours and numbers, in a sentence; times are in UTC and say so.
    pub message: String,
    /// What would help.
    pub help: String,
    /// The people who are left, where there are no more than needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub who: Vec<PersonId>,
}

/// A need that has become weak: where first, and for how many more services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeakNeed<L> {
    /// The first link of the need.
    pub first: L,
    /// Links of the same need and kind beside it.
    pub more: u32,
}

/// Links by need and kind, in their order: who is missing for one service is often missing for all.
pub fn by_need<'a, L: Clone + 'a>(
    links: impl IntoIterator<Item = &'a L>,
    link: impl Fn(&L) -> &WeakLink,
) -> Vec<WeakNeed<L>> {
    let mut needs: Vec<WeakNeed<L>> = Vec::new();
    for one in links {
        let same = |known: &&mut WeakNeed<L>| {
            let (known, one) = (link(&known.first), link(one));
            known.need == one.need && known.kind == one.kind
        };
        match needs.iter_mut().find(same) {
            Some(known) => known.more += 1,
            None => needs.push(WeakNeed { first: one.clone(), more: 0 }),
        }
    }
    needs
}

/// What a night records: new links with what was found out, and links that are over. `None` when it is
/// all known.
#[must_use]
pub fn recorded(
    known: &BTreeMap<WeakLink, Timestamp>,
    found: &[FoundLink],
) -> Option<(Vec<FoundLink>, Vec<WeakLink>)> {
    let known = known.keys().cloned().collect();
    let links: BTreeSet<WeakLink> = found.iter().map(|found| found.link.clone()).collect();
    let Moved { mut begun, mut ended } = moved(&known, &links)?;
    // What got worse is no longer as it was, and not mended: both wait for the same night.
    let later = begun.split_off(begun.len().min(BEGUN_MAX));
    let later: BTreeSet<_> = later.iter().map(WeakLink::place).collect();
    ended.retain(|link| !later.contains(&link.place()));
    let by_link: BTreeMap<_, _> = found.iter().map(|found| (&found.link, found)).collect();
    let begun = begun.iter().filter_map(|link| by_link.get(link).map(|found| (*found).clone()));
    Some((begun.collect(), ended))
}

/// Those of the links that ended that are no weak link of another kind now.
pub fn mended<'a>(
    begun: &'a [FoundLink],
    ended: &'a [WeakLink],
) -> impl Iterator<Item = &'a WeakLink> {
    let begun: BTreeSet<_> = begun.iter().map(|found| found.link.place()).collect();
    ended.iter().filter(move |link| !begun.contains(&link.place()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(kind: WeaknessKind, service: &str) -> FoundLink {
        let need = "owners/service-owner".to_owned();
        let link = WeakLink { kind, need, service: service.parse().ok() };
        FoundLink { link, message: String::new(), help: String::new(), who: Vec::new() }
    }

    fn known(links: &[FoundLink]) -> BTreeMap<WeakLink, Timestamp> {
        links.iter().map(|found| (found.link.clone(), Timestamp::UNIX_EPOCH)).collect()
    }

    #[test]
    fn m5_5_a_weak_link_is_new_once_and_one_of_another_service_is_new_too() {
        let one = [found(WeaknessKind::NobodyToSpare, "checkout")];
        let two = [one[0].clone(), found(WeaknessKind::NobodyToSpare, "ledger")];
        assert_eq!(recorded(&known(&one), &one), None);
        let (begun, ended) = recorded(&known(&one), &two).unwrap();
        assert_eq!((begun.as_slice(), ended.len()), (&two[1..], 0));
        let (begun, ended) = recorded(&known(&two), &one).unwrap();
        assert_eq!((begun.len(), ended), (0, vec![two[1].link.clone()]));
    }

    #[test]
    fn m5_5_a_link_that_gets_worse_is_new_and_the_lesser_one_is_not_called_mended() {
        let spare = [found(WeaknessKind::NobodyToSpare, "checkout")];
        let nobody = [found(WeaknessKind::Nobody, "checkout")];
        let (begun, ended) = recorded(&known(&spare), &nobody).unwrap();
        assert_eq!(
            (begun.as_slice(), ended.as_slice()),
            (&nobody[..], &[spare[0].link.clone()][..])
        );
        assert_eq!(mended(&begun, &ended).count(), 0);
        assert_eq!(mended(&[], &ended).count(), 1);
    }

    #[test]
    fn m5_5_the_same_need_of_many_services_is_told_as_one() {
        let all = [
            found(WeaknessKind::Nobody, "checkout"),
            found(WeaknessKind::NobodyToSpare, "checkout"),
            found(WeaknessKind::NobodyToSpare, "ledger"),
        ];
        let needs = by_need(&all, |found| &found.link);
        let said: Vec<_> = needs.iter().map(|need| (need.first.link.kind, need.more)).collect();
        assert_eq!(said, [(WeaknessKind::Nobody, 0), (WeaknessKind::NobodyToSpare, 1)]);
    }

    #[test]
    fn m5_5_a_night_records_no_more_than_it_may_and_the_next_one_the_rest() {
        let many: Vec<_> =
            (0..=BEGUN_MAX).map(|n| found(WeaknessKind::Nobody, &format!("s-{n:04}"))).collect();
        let (first, _) = recorded(&BTreeMap::new(), &many).unwrap();
        assert_eq!(first.len(), BEGUN_MAX);
        let lesser: Vec<_> = (0..=BEGUN_MAX)
            .map(|n| found(WeaknessKind::NobodyToSpare, &format!("s-{n:04}")))
            .collect();
        let (worse, ended) = recorded(&known(&lesser), &many).unwrap();
        assert_eq!((worse.len(), ended.len()), (BEGUN_MAX, BEGUN_MAX), "the last is not over yet");
        assert_eq!(mended(&worse, &ended).count(), 0);
        let (second, ended) = recorded(&known(&first), &many).unwrap();
        assert_eq!((second.len(), ended.len()), (1, 0));
    }
}
