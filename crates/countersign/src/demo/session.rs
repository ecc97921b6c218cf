//! Alignment sessions: what policy wants talked over before it is handed in.

use std::collections::BTreeSet;

use anyhow::Result;
use app::AppError;
use app::change::NewChange;
use app::organisation::{AlignmentDraft, ConcernDraft};
use app::principal::Principal;
use domain::ids::{AlignmentId, ChangeId};
use domain::organisation::AlignmentOutcome;
use domain::refusal::Refusal;
use jiff::Timestamp;

use super::World;
use super::calendar::minutes;
use super::cast::Character;
use super::chance::Chance;
use super::text;
use super::wish::Wish;

/// Who leads the sessions. He asks for nothing and writes nothing, so he has a hand in no change.
const CHAIR: &str = "thomas.becker";
/// How long a session is.
const MINUTES: i64 = 45;

/// A change that is asked for: handed in, or kept as a draft because policy wants it talked over first.
pub enum Asked {
    /// Handed in.
    HandedIn(ChangeId),
    /// A draft that needs a session.
    ToAlign(ChangeId),
}

impl Asked {
    /// The change, either way.
    pub const fn change(&self) -> &ChangeId {
        match self {
            Self::HandedIn(id) | Self::ToAlign(id) => id,
        }
    }
}

/// Asks for a change.
///
/// # Errors
/// A use case refuses what it should not.
pub async fn ask(world: &World<'_>, requester: &Principal, wish: &Wish) -> Result<Asked> {
    let new = |submit| -> Result<NewChange> {
        Ok(NewChange { material: wish.material()?, submit, supersedes: None })
    };
    match world.app.create_change(requester, new(true)?).await {
        Ok(made) => Ok(Asked::HandedIn(made.value.id.clone())),
        Err(AppError::Refused(Refusal::NotAligned(_))) => {
            let draft = world.app.create_change(requester, new(false)?).await?;
            Ok(Asked::ToAlign(draft.value.id.clone()))
        }
        Err(other) => Err(other.into()),
    }
}

/// A session about one change, with its author and the owner of its service.
pub struct Session {
    id: AlignmentId,
    change: ChangeId,
    author: Character,
    words: [&'static str; 3],
    /// When it ends.
    pub until: Timestamp,
}

impl Session {
    /// Sets it up. The owner of the service has a concern, which the author is to answer.
    ///
    /// # Errors
    /// A use case refuses.
    pub async fn open(
        world: &World<'_>,
        wish: &Wish,
        (change, author): (&ChangeId, &Character),
        from: Timestamp,
        chance: &mut Chance,
    ) -> Result<Self> {
        let (chair, owner) = (world.cast.user(CHAIR)?, world.cast.user(wish.service.owner)?);
        let until = minutes(from, MINUTES);
        let draft = AlignmentDraft {
            title: format!("{}: {}", wish.service.title, wish.title),
            from,
            until,
            time_zone: chair.row.zone.to_owned(),
            chair: None,
            participants: BTreeSet::from([author.person.clone(), owner.person.clone()]),
            agenda: vec![change.clone()],
        };
        let opened = world.app.open_alignment(&chair.principal(), &draft).await?.value;
        let words = chance.pick(&text::CONCERNS).copied().unwrap_or_default();
        let concern = ConcernDraft {
            change: change.clone(),
            text: words[0].to_owned(),
            owner: Some(author.person.clone()),
        };
        let id = opened.opened.id;
        world.app.raise_concern(&owner.principal(), &id, &concern).await?;
        Ok(Self { id, change: change.clone(), author: author.clone(), words, until })
    }

    /// The author answers, the chair says what was agreed and closes it, and the change is handed in.
    ///
    /// # Errors
    /// A use case refuses.
    pub async fn agree(&self, world: &World<'_>, requester: &Principal) -> Result<()> {
        let (app, chair) = (world.app, world.cast.user(CHAIR)?.principal());
        let [_, answer, agreed] = self.words;
        app.answer_concern(&self.author.principal(), (&self.id, 1), answer).await?;
        let item = (&self.id, &self.change);
        app.conclude_alignment(&chair, item, AlignmentOutcome::Aligned, agreed).await?;
        app.close_alignment(&chair, &self.id).await?;
        let revision = app.load_change(&self.change).await?.0.revision().number;
        app.submit_change(requester, &self.change, revision).await?;
        Ok(())
    }
}
