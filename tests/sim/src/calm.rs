//! When trouble ends, every change that can be decided is decided, by people who look at nothing but
//! their inbox; and what time has run out for is over.

use anyhow::{Result, bail};
use domain::organisation::{Member, RoleBinding, Status};
use jiff::SignedDuration;

use crate::act::{Action, Organise, question_about};
use crate::model::change::{Change, State};
use crate::model::quorum;
use crate::run::Run;

/// Rounds through all inboxes after which nothing should be left.
const ROUNDS: usize = 60;

impl Run {
    /// Lets everybody work off what waits for them, then lets time run out.
    pub(crate) async fn calm_down(&mut self) -> Result<()> {
        self.die().await?;
        self.fill_roles().await?;
        self.submit_drafts().await?;
        // Time runs out every second where a server runs, and no inbox holds what is over.
        while self.act(&Action::Tick).await? {}
        for _ in 0..ROUNDS {
            if !self.everybody_once().await? {
                break;
            }
        }
        self.ask_about_complete().await?;
        self.nothing_decidable_waits()?;
        self.world.pass(SignedDuration::from_hours(24 * 30));
        while self.act(&Action::Tick).await? {}
        let waits = |state| matches!(state, State::AwaitingApproval | State::Approved);
        if let Some(change) = self.model.changes.values().find(|change| waits(change.state)) {
            bail!("{} is {} long after its time ran out", change.id, change.state.word());
        }
        Ok(())
    }

    /// The admin brings everybody back, and enough people into every role.
    async fn fill_roles(&mut self) -> Result<()> {
        let cast = self.cast.clone();
        let who = || cast.admin.principal.clone();
        for someone in &cast.people {
            if !self.model.organisation.is_here(someone.person.as_str()) {
                let (person, status) = (someone.person.clone(), Status::Active);
                let back = Organise::Person { who: who(), person, status };
                self.act(&Action::Organise(back)).await?;
            }
            if !self.model.organisation.is_usable(someone.account.as_str()) {
                let (account, status) = (someone.account.clone(), Status::Active);
                let enabled = Organise::Account { who: who(), account, status };
                self.act(&Action::Organise(enabled)).await?;
            }
        }
        let roles = [
            ("service-owner", "domain:shop"),
            ("service-owner", "domain:finance"),
            ("security", "organisation"),
            ("release-manager", "domain:shop"),
            ("release-manager", "domain:finance"),
        ];
        for (n, someone) in cast.people.iter().enumerate() {
            let Some((role, scope)) = roles.get(n % roles.len()) else { continue };
            let member = Member::Person(someone.person.clone());
            let binding = RoleBinding { role: role.parse()?, scope: scope.parse()?, member };
            self.act(&Action::Organise(Organise::Bind { who: who(), binding })).await?;
        }
        Ok(())
    }

    async fn submit_drafts(&mut self) -> Result<()> {
        let drafts: Vec<(String, u64)> = self
            .model
            .changes
            .values()
            .filter(|change| matches!(change.state, State::Draft | State::Assessing))
            .map(|change| (change.id.clone(), change.number()))
            .collect();
        for (id, number) in drafts {
            let submit = Action::Submit {
                who: self.cast.admin.principal.clone(),
                change: id.parse()?,
                revision: u32::try_from(number)?,
            };
            self.act(&submit).await?;
        }
        Ok(())
    }

    /// Everybody answers what is most urgent in their inbox; whether anybody found something.
    async fn everybody_once(&mut self) -> Result<bool> {
        let cast = self.cast.clone();
        let mut any = false;
        for someone in &cast.people {
            any |= self.act(&Action::VoteFromInbox { who: someone.principal.clone() }).await?;
        }
        Ok(any)
    }

    /// Somebody came back, or policy got weaker, and so nothing is missing any more: that is recorded
    /// when it is asked for.
    async fn ask_about_complete(&mut self) -> Result<()> {
        let waits = |change: &&Change| change.state == State::AwaitingApproval;
        let complete: Vec<Action> = self
            .model
            .changes
            .values()
            .filter(waits)
            .filter(|change| quorum::missing(&self.model, change).is_none())
            .filter_map(|change| {
                let who = self.cast.machines.first()?.clone();
                Some(Action::Ask { who, question: Box::new(question_about(change)?) })
            })
            .collect();
        for action in complete {
            self.act(&action).await?;
        }
        Ok(())
    }

    fn nothing_decidable_waits(&self) -> Result<()> {
        let now = self.world.now().as_millisecond();
        for change in self.model.changes.values() {
            let waits = change.state == State::AwaitingApproval && now < change.until;
            let asked_for_changes =
                change.standing().values().any(|vote| vote.says == "request_changes");
            if waits && !asked_for_changes && quorum::is_possible(&self.model, change, now) {
                let why = quorum::missing(&self.model, change);
                bail!(
                    "{} could be decided and waits in nobody's inbox: {why:?}\n{:#?}",
                    change.id,
                    change.votes
                );
            }
        }
        Ok(())
    }
}
