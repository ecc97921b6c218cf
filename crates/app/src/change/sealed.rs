//! Sealed overrides: issuing and revoking them while all is well, and what a machine tells of their use
//! once this server answers again (G03).

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::change::{
    Change, ChangeEvent, ChangeType, Level, Material, Override, Revision, SealedUse,
};
use domain::ids::{
    AccountId, ChangeId, EnvironmentName, FindingId, OverrideId, PersonId, RoleName,
    SealedOverrideId, ServiceName,
};
use domain::organisation::{
    FINDING_DUE, Finding, FindingFact, FindingKind, Holder, KnownSealed, OrganisationEvent,
    RegisteredOverride, SealedClaim, SealedOverride, SealedRevocation, access,
};
use domain::private::Private;
use domain::refusal::Refusal;
use domain::requirement::{Reach, RuleRef};
use domain::sealed::{LINES_MAX, Record, Use, commitment, in_groups, problems, proof};
use jiff::{SignedDuration, Timestamp};
use store::{StoreError, Stream};

use super::overriding::registered;
use crate::journal::{OrganisationPlan, Plan, fold};
use crate::notify::What;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, Live, Recorded};

/// So often another number is tried while others are faster.
const ATTEMPTS: usize = 8;
/// So many artifacts stand in the evidence of a finding.
const EVIDENCE_MAX: usize = 20;
/// Minutes for the review of a use whose terms nobody knows any more.
const REVIEW_MINUTES: u32 = 24 * 60;

/// A sealed override as it is asked for.
#[derive(Debug, Clone)]
pub struct SealedDraft {
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who gets a half each.
    pub holders: [PersonId; 2],
    /// For how many minutes; as long as policy allows when left out.
    pub minutes: Option<u32>,
}

/// A sealed override with both halves of its code, which nobody sees again.
#[derive(Clone)]
pub struct IssuedSealed {
    /// As it is on record.
    pub sealed: SealedOverride,
    /// The halves, in the order of the holders.
    pub halves: [String; 2],
}

/// One use that was told.
#[derive(Debug, Clone)]
pub struct Reconciled {
    /// The override that tells of it.
    pub registered: RegisteredOverride,
    /// What is wrong with it, as codes; empty when the seal allowed it.
    pub problems: Vec<String>,
    /// Whether it was told before.
    pub known: bool,
}

impl Live {
    /// The terms for overrides in an environment, as policy has them now.
    pub(crate) fn sealed_terms(
        &self,
        environment: &EnvironmentName,
    ) -> Option<&domain::change::OverrideTerms> {
        let bundle = self.policy.live()?;
        bundle.override_terms(bundle.tier_of(environment.as_str())?.number)
    }
}

impl App {
    /// Issues a sealed override. The entry is the first of the commit, so that its receipt proves it.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::issue_sealed`]; or a machine asks.
    pub async fn issue_sealed(
        &self,
        principal: &Principal,
        draft: &SealedDraft,
    ) -> Result<Recorded<IssuedSealed>, AppError> {
        let (person, account) = principal.acting_account("issue a sealed override")?;
        let id = SealedOverrideId::new(self.ports.now(), self.ports.random());
        let [(first, one), (second, other)] = draft.holders.clone().map(|person| {
            let half = self.ports.random_hex::<16>();
            let commitment = commitment(&proof(&id, &person, &half));
            (Holder { person, commitment }, in_groups(&half))
        });
        let halves = [one, other];
        self.organisation_action(&principal.actor, |live, now| {
            let claim = SealedClaim {
                id: id.clone(),
                service: draft.service.clone(),
                environment: draft.environment.clone(),
                person: person.clone(),
                account: account.clone(),
                holders: [first.clone(), second.clone()],
                minutes: draft.minutes,
                policy: live.policy_digest(),
            };
            let terms = live.sealed_terms(&draft.environment);
            let sealed = live.directory.issue_sealed(claim, terms, now)?;
            let event = OrganisationEvent::SealedOverrideIssued(Box::new(sealed.clone()));
            let what = What::SealedOverrideIssued { sealed: id.clone() };
            let by = (&principal.actor, now);
            let writes = self.tell_of_sealed(&sealed, &live.directory, by, what);
            let events = vec![(Stream::organisation(), event.into())];
            let value = IssuedSealed { sealed, halves: halves.clone() };
            Ok(OrganisationPlan { events, writes, value })
        })
        .await
    }

    /// Revokes a sealed override. Again changes nothing.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::check_sealed_revocation`]; or a machine asks.
    pub async fn revoke_sealed(
        &self,
        principal: &Principal,
        id: &SealedOverrideId,
        reason: &str,
    ) -> Result<Recorded<KnownSealed>, AppError> {
        let (by, account) = principal.acting_account("revoke a sealed override")?;
        self.organisation_action(&principal.actor, |live, now| {
            let revocation = SealedRevocation {
                sealed: id.clone(),
                by: by.clone(),
                account: account.clone(),
                reason: Private::from(reason),
                at: now,
            };
            let is_new = live.directory.check_sealed_revocation(&revocation)?;
            let known = live.directory.sealed_override(id).cloned();
            let missing = || Refusal::NotFound { entity: "sealed override", id: id.to_string() };
            let mut value = known.ok_or_else(missing)?;
            if !is_new {
                return Ok(OrganisationPlan { events: Vec::new(), writes: Vec::new(), value });
            }
            value.revoked = Some(revocation.clone());
            let by = (&principal.actor, now);
            let what = What::SealedOverrideRevoked { sealed: id.clone() };
            let writes = self.tell_of_sealed(&value.issued, &live.directory, by, what);
            let event = OrganisationEvent::SealedOverrideRevoked(Box::new(revocation));
            let events = vec![(Stream::organisation(), event.into())];
            Ok(OrganisationPlan { events, writes, value })
        })
        .await
    }

    /// Records what a machine did with sealed overrides while this server did not answer: a change for
    /// each use, which no one approved, with the review and the finding that follow. A use that was
    /// told before is given back as it is on record.
    ///
    /// # Errors
    /// Somebody asks who may not ask for changes, the credential does not reach the target, or a line
    /// tells of what can't be on record at all.
    pub async fn reconcile_sealed(
        &self,
        principal: &Principal,
        lines: &[String],
    ) -> Result<(Vec<Reconciled>, bool), AppError> {
        let action = "hand in a record of sealed overrides";
        let teller = principal.acting_account(action)?;
        principal.with_role(access::REQUESTER, action, &self.live().directory)?;
        if lines.is_empty() || lines.len() > LINES_MAX {
            return Err(Refusal::field("lines", "hand in 1 to 2,000 lines of the record").into());
        }
        let record = Record::read(lines.iter().map(String::as_str));
        self.refresh().await?;
        let mut told = Vec::new();
        for one in &record.uses {
            let Use { opened, .. } = one;
            if !principal.reaches(&opened.service, &opened.environment) {
                return Err(AppError::OutOfScope { action: "tell of this target" });
            }
            told.push(self.reconcile_use(principal, teller, one, record.intact).await?);
        }
        Ok((told, record.intact))
    }

    async fn reconcile_use(
        &self,
        principal: &Principal,
        teller: (&PersonId, &AccountId),
        told: &Use,
        intact: bool,
    ) -> Result<Reconciled, AppError> {
        let number = self.store.next_change_number().await?;
        let actor = &principal.actor;
        for _ in 0..ATTEMPTS {
            let live = self.live();
            if let Some(known) = live.directory.sealed_use(&told.record) {
                return self.told_before(known).await;
            }
            if live.directory.service(&told.opened.service).is_none() {
                let message = format!("there is no service `{}`", told.opened.service);
                return Err(Refusal::field("lines", &message).into());
            }
            let now = self.ports.now();
            let id = ChangeId::new(now, self.ports.random());
            let revision =
                Revision::new(1, material(told), self.ports.random(), actor.clone(), now)
                    .map_err(AppError::damaged)?;
            let created = Change::create(id, number, actor.clone(), revision)?;
            let draft = Arc::new(Change::begin(&created, now)?);
            let facts = self.facts_of_plan(draft, 0).await?;
            let override_id = OverrideId::new(now, self.ports.random());
            let opened = overriding(&facts, override_id, teller, told, intact)?;
            let registered = registered(&facts.change, &opened);
            let finding_id = FindingId::new(now, self.ports.random());
            let finding = finding(&facts, finding_id, &registered, used_of(&opened)?);
            let problems = used_of(&opened)?.problems.clone();
            let events = vec![created, ChangeEvent::OverrideOpened(Box::new(opened))];
            let after = fold(None, &events, facts.now)?;
            let mut plan = Plan::new(events, ());
            if let Some(after) = &after {
                plan.writes = self.tell_of_finding(&finding, after, actor);
            }
            let followed = [
                OrganisationEvent::OverrideRegistered(registered.clone()),
                OrganisationEvent::FindingRaised(Box::new(finding)),
            ];
            plan.others.extend(followed.map(|event| (Stream::organisation(), event.into())));
            match self.record(None, &facts, actor, plan).await {
                Err(AppError::Store(StoreError::Conflict { .. })) => self.refresh().await?,
                Ok(_) => return Ok(Reconciled { registered, problems, known: false }),
                Err(other) => return Err(other),
            }
        }
        Err(AppError::Contended)
    }

    async fn told_before(&self, known: &RegisteredOverride) -> Result<Reconciled, AppError> {
        let (change, _) = self.load_change(&known.change).await?;
        let found = change.overrides.iter().find(|o| o.id == known.id);
        let told = found.and_then(|o| o.sealed.as_ref());
        let problems = told.map(|told| told.problems.clone()).unwrap_or_default();
        Ok(Reconciled { registered: known.clone(), problems, known: true })
    }
}

/// What was deployed, as the record says.
fn material(told: &Use) -> Material {
    let opened = &told.opened;
    let title = format!("Sealed override: {} in {}", opened.service, opened.environment);
    Material {
        title: Private::new(title),
        description: Private::new(String::new()),
        reason: Private::new(opened.reason.clone()),
        plain_summary: None,
        kind: ChangeType::Emergency,
        template: None,
        service: opened.service.clone(),
        environment: opened.environment.clone(),
        artifacts: opened.artifacts.clone(),
        parameters: opened.parameters.clone(),
        plan: opened.plan.clone(),
        evidence: Vec::new(),
        window: None,
        contributors: Vec::new(),
        source: None,
        impact: Level::High,
        urgency: Level::High,
        complexity: Level::Medium,
        incident: Some(opened.incident.clone()),
        attributes: std::collections::BTreeMap::new(),
        version: None,
        paths: BTreeSet::new(),
    }
}

/// The override that tells of a use. It is by its first holder; where nobody knows the seal, by whoever
/// hands the record in. It opens nothing: it ends when it begins.
fn overriding(
    facts: &ChangeFacts,
    id: OverrideId,
    (person, account): (&PersonId, &AccountId),
    told: &Use,
    intact: bool,
) -> Result<Override, AppError> {
    let (directory, now, opened) = (&facts.live.directory, facts.now, &told.opened);
    let known = directory.sealed_override(&opened.sealed);
    let mut wrong: Vec<String> =
        problems(told, known, now).into_iter().map(str::to_owned).collect();
    if !intact {
        wrong.push("record_not_intact".to_owned());
    }
    let sealed = known.map(|known| &known.issued);
    let by = sealed.map_or(person, |sealed| &sealed.holders[0].person);
    let of_holder = directory.accounts().find(|a| a.person == *by).map(|a| &a.id);
    let terms = Terms::of(sealed, facts)?;
    let revision = facts.change.revision();
    let minutes = SignedDuration::from_mins(i64::from(terms.review_minutes));
    Ok(Override {
        id,
        by: by.clone(),
        account: of_holder.unwrap_or(account).clone(),
        role: terms.role,
        revision: revision.number,
        revision_digest: revision.digest.clone(),
        incident: opened.incident.clone(),
        reason: Private::new(opened.reason.clone()),
        policy: sealed.map_or_else(|| facts.policy_digest(), |sealed| sealed.policy.clone()),
        rule: terms.rule,
        opened_at: now,
        valid_until: now,
        review_due_at: now.checked_add(minutes).unwrap_or(Timestamp::MAX),
        review_roles: terms.review_roles,
        review_reach: terms.review_reach,
        used_by: None,
        escalated: 0,
        review: None,
        sealed: Some(Box::new(SealedUse {
            sealed: opened.sealed.clone(),
            holders: sealed.iter().flat_map(|s| &s.holders).map(|h| h.person.clone()).collect(),
            issued_by: sealed.map(|sealed| sealed.by.clone()),
            used_at: told.at,
            ended_at: told.ended.as_ref().map(|(at, _)| *at),
            ran_by: Private::new(opened.ran_by.clone()),
            outcome: told.ended.as_ref().map(|(_, ended)| ended.outcome),
            exit_code: told.ended.as_ref().and_then(|(_, ended)| ended.exit_code),
            record: told.record.clone(),
            problems: wrong,
        })),
    })
}

/// On which terms a use is reviewed: those of its seal; of one that nobody knows, those of today.
struct Terms {
    role: RoleName,
    rule: RuleRef,
    review_roles: Vec<RoleName>,
    review_reach: Reach,
    review_minutes: u32,
}

impl Terms {
    fn of(sealed: Option<&SealedOverride>, facts: &ChangeFacts) -> Result<Self, AppError> {
        if let Some(sealed) = sealed {
            return Ok(Self {
                role: sealed.role.clone(),
                rule: sealed.rule.clone(),
                review_roles: sealed.review_roles.clone(),
                review_reach: sealed.review_reach,
                review_minutes: sealed.review_minutes,
            });
        }
        let role: RoleName = access::SERVICE_OWNER.parse().map_err(AppError::damaged)?;
        let rule = || RuleRef { id: "none".to_owned(), file: "override.yaml".to_owned(), line: 0 };
        let terms = facts.live.sealed_terms(&facts.change.revision().material.environment);
        Ok(Self {
            rule: terms.map_or_else(rule, |terms| terms.rule.clone()),
            review_roles: terms.map_or_else(|| vec![role.clone()], |t| t.review_roles.clone()),
            review_reach: terms.map_or(Reach::Covering, |terms| terms.review_reach),
            review_minutes: terms.map_or(REVIEW_MINUTES, |terms| terms.review_minutes),
            role,
        })
    }
}

fn used_of(opened: &Override) -> Result<&SealedUse, AppError> {
    opened.sealed.as_deref().ok_or_else(|| AppError::damaged("no use in a sealed override"))
}

/// Every use is followed up; what is wrong with it is its code and its evidence.
fn finding(
    facts: &ChangeFacts,
    id: FindingId,
    registered: &RegisteredOverride,
    told: &SealedUse,
) -> Finding {
    let fact = |fact: &str, value: String| FindingFact { fact: fact.to_owned(), value };
    let mut evidence = vec![
        fact("sealed_override", told.sealed.to_string()),
        fact("used_at", format!("{:.3}", told.used_at)),
        fact("told_at", format!("{:.3}", registered.opened_at)),
        fact("record", told.record.to_string()),
        fact("outcome", told.outcome.map_or("unknown", |o| o.as_str()).to_owned()),
    ];
    let material = &facts.change.revision().material;
    evidence.extend(told.problems.iter().map(|code| fact("problem", code.clone())));
    let artifacts = material.artifacts.iter().take(EVIDENCE_MAX);
    evidence.extend(artifacts.map(|a| fact("artifact", a.digest.to_string())));
    let directory = &facts.live.directory;
    Finding {
        id,
        kind: FindingKind::SealedOverride,
        about: told.record.to_string(),
        service: material.service.clone(),
        environment: material.environment.clone(),
        change: (facts.change.id.clone(), facts.change.number),
        code: told.problems.first().map_or("sealed_override_used", String::as_str).to_owned(),
        evidence,
        subject: Some(registered.by.clone()),
        owner: directory.finding_owner_but(&material.service, Some(&registered.by)),
        raised_at: facts.now,
        due_at: facts.now.checked_add(FINDING_DUE).unwrap_or(facts.now),
    }
}
