//! The files of a bundle as they are written: the one source of the parser and of its JSON Schema.
//!
//! Field comments become the descriptions editors show. Must hold no logic; what the parts mean is
//! decided in [`super::load`].

mod automation;
mod board;
mod calendars;
mod cases;
mod clock;
mod drills;
mod groups;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::yaml::At;

pub(crate) use self::automation::{AutomationFile, AutomationText, ReviewText};
pub(crate) use self::board::BoardFile;
pub(crate) use self::calendars::{CalendarsFile, DayText, PlaceText};
pub(crate) use self::cases::{CaseText, ExpectText, GivenHistory, GivenText, TestsFile};
pub(crate) use self::clock::SpanClockText;
pub(crate) use self::drills::{DrillExpectText, DrillPeopleText, DrillText, DrillsFile};
pub(crate) use self::groups::GroupRoleText;

/// `bundle.yaml`: what the bundle is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BundleFile {
    /// Version of the file format; 1.
    pub(crate) format: At<u32>,
    /// A short name.
    pub(crate) name: At<String>,
    /// What it is for, in a sentence or two.
    #[serde(default)]
    pub(crate) description: String,
    /// How long a bundle that may ask for less than this one waits after a second person made it live,
    /// such as `4h`; or `none`. 24 hours unless said otherwise.
    pub(crate) weaker_after: Option<At<String>>,
}

/// `environments.yaml`: tiers, and which environment belongs to which.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnvironmentsFile {
    /// The five tiers, from least to most strict.
    pub(crate) tiers: TiersText,
    /// Tier of each environment by name.
    pub(crate) environments: BTreeMap<String, At<String>>,
    /// What happens to an environment that is not listed: its tier, or `refuse`. The strictest
    /// tier unless said otherwise.
    pub(crate) unclassified: Option<At<String>>,
    /// Where the gate blocks whatever the tier says: each entry by services, labels, environments, or
    /// several of them together.
    #[serde(default)]
    pub(crate) enforce: Vec<At<EnforceText>>,
}

/// Where the gate blocks. All that is given has to fit.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnforceText {
    /// One of these services.
    #[serde(default)]
    pub(crate) services: Vec<At<String>>,
    /// Services that have all these labels, such as `sox: "true"`.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// One of these environments.
    #[serde(default)]
    pub(crate) environments: Vec<At<String>>,
}

/// One entry per tier.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the keys are the names of the tiers")]
pub(crate) struct TiersText {
    /// Sandboxes and development.
    pub(crate) T0: TierText,
    /// Shared test environments.
    pub(crate) T1: TierText,
    /// Staging, or production of little weight.
    pub(crate) T2: TierText,
    /// Production.
    pub(crate) T3: TierText,
    /// Production under regulation, and everything unclassified.
    pub(crate) T4: TierText,
}

/// What holds for all environments of a tier.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TierText {
    /// What people call it.
    pub(crate) title: String,
    /// `enforce` blocks; `observe` only records.
    pub(crate) gate: GateText,
    /// How long a change waits undecided before it expires, such as `5d`.
    pub(crate) pending: At<String>,
    /// How long an approval stands, such as `3d`.
    pub(crate) approval: At<String>,
    /// Whose time `pending` and `approval` are counted in: `wall` (the default), or `organisation` for
    /// the working time of the default place.
    #[serde(default)]
    pub(crate) clock: SpanClockText,
    /// How long a grant can be redeemed, such as `30m`.
    pub(crate) grant: At<String>,
    /// How often a deployment may be run again after it failed, on the same approval.
    #[serde(default)]
    pub(crate) reruns_after_failure: u32,
    /// Whether every contributor has to be a known person.
    pub(crate) known_contributors: bool,
    /// What an approval asks of how the voter signed in.
    #[serde(default)]
    pub(crate) step_up: Option<At<StepUpText>>,
}

/// What an approval must show of who gave it to count. At least one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepUpText {
    /// They proved who they are at most so long before the vote, such as `15m`.
    pub(crate) max_age: Option<At<String>>,
    /// In one of these context classes (OIDC `acr`).
    #[serde(default)]
    pub(crate) acr: Vec<String>,
    /// By at least one of these methods (OIDC `amr`, RFC 8176), such as `mfa` or `hwk`.
    #[serde(default)]
    pub(crate) amr: Vec<String>,
    /// They signed the vote itself, with a passkey or an SSH key of theirs.
    #[serde(default)]
    pub(crate) signature: Option<SignatureText>,
}

/// Whether a vote must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignatureText {
    /// An approval without the voter's signature does not count.
    Required,
}

/// How the gate acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GateText {
    /// Blocks what is not approved.
    Enforce,
    /// Records what is not approved and lets it pass.
    Observe,
}

/// `roles.yaml`: the roles that rules may name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolesFile {
    /// The roles.
    pub(crate) roles: Vec<RoleText>,
    /// Roles that everybody in a group holds while this bundle is live.
    #[serde(default)]
    pub(crate) groups: Vec<GroupRoleText>,
}

/// A role. Which people hold it is no part of policy.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleText {
    /// Its name in rules.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// What its holders answer for.
    #[serde(default)]
    pub(crate) description: String,
    /// Where it has to be held to count, unless a rule says otherwise.
    pub(crate) reach: ReachText,
    /// What an approval by this role states.
    pub(crate) meaning: Option<String>,
    /// Lets its holders delegate it for a time. Without it nobody can.
    pub(crate) delegation: Option<DelegationText>,
    /// What its holders are shown in plain words, and confirm.
    pub(crate) briefing: Option<BriefingText>,
}

/// How a role may be delegated.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DelegationText {
    /// For how long at most, such as `14d`.
    pub(crate) longest: At<String>,
    /// Roles of which the delegate must hold one where they answer, such as the same role or that of its
    /// deputies; anybody when left out.
    #[serde(default)]
    pub(crate) competence: Vec<At<String>>,
}

/// How the holders of a role are briefed before they decide.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BriefingText {
    /// `stakeholder` for people outside IT: their inbox leads to the briefing.
    #[serde(default)]
    pub(crate) audience: AudienceText,
    /// A sentence that they confirm before they approve.
    pub(crate) acknowledgement: Option<At<String>>,
    /// Whether an approval counts only after opening and confirming.
    #[serde(default)]
    pub(crate) required: bool,
    /// The least time between opening and approving, in seconds.
    #[serde(default)]
    pub(crate) dwell_seconds: u32,
    /// Whether an approval within two seconds of opening needs another person's beside it.
    #[serde(default)]
    pub(crate) second_if_rapid: bool,
}

/// For whom a briefing is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AudienceText {
    /// People who work in IT.
    #[default]
    It,
    /// People who don't.
    Stakeholder,
}

/// Where a role has to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReachText {
    /// On the organisation: central authority.
    Organisation,
    /// On the service or its domain: the authority of its owners.
    Domain,
    /// On the service itself.
    Service,
    /// On any of the three.
    Covering,
}

/// `risk.yaml`: how the risk score is made and what it means.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RiskFile {
    /// Points by impact, then urgency, then complexity.
    pub(crate) matrix: ThreeText<ThreeText<ThreeText<At<i64>>>>,
    /// Named contributions on top of the matrix.
    #[serde(default)]
    pub(crate) factors: Vec<FactorText>,
    /// Approval levels with the score each begins at; the first begins at 0.
    pub(crate) levels: Vec<LevelText>,
}

/// One value for each of low, medium and high.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreeText<T> {
    /// For low.
    pub(crate) low: T,
    /// For medium.
    pub(crate) medium: T,
    /// For high.
    pub(crate) high: T,
}

/// A named contribution to the score.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FactorText {
    /// Its name.
    pub(crate) name: At<String>,
    /// The condition under which it counts.
    pub(crate) when: At<String>,
    /// Points it adds; negative ones lower the score.
    pub(crate) points: At<i64>,
    /// Why, in a sentence.
    pub(crate) why: String,
}

/// An approval level.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelText {
    /// Its name, such as `peer-review` or `cab`.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: Option<String>,
    /// The lowest score that falls into it.
    pub(crate) from: At<i64>,
}

/// `rules/*.yaml`: who has to approve what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RulesFile {
    /// The rules. All that apply count.
    pub(crate) rules: Vec<RuleText>,
}

/// A rule: when it applies, apart from what it needs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    /// Unique in the bundle; a slug.
    pub(crate) id: At<String>,
    /// One line for people.
    pub(crate) title: String,
    /// The condition under which it applies.
    pub(crate) when: At<String>,
    /// Who has to approve.
    #[serde(default)]
    pub(crate) needs: Vec<NeedText>,
    /// Evidence that has to be there.
    #[serde(default)]
    pub(crate) evidence: Vec<EvidenceText>,
    /// Says explicitly that nobody has to approve. Only below tier T2.
    #[serde(default)]
    pub(crate) nobody: Option<At<bool>>,
    /// `central` asks for roles held on the organisation, `owners` for roles held on the service
    /// or its domain.
    pub(crate) authority: Option<AuthorityText>,
    /// Compliance controls it serves, from `controls.yaml`.
    #[serde(default)]
    pub(crate) controls: Vec<At<String>>,
    /// `required`: an alignment session about exactly this revision comes before it is handed in. It
    /// is no approval.
    #[serde(default, deserialize_with = "said")]
    pub(crate) alignment: Option<AlignmentText>,
    /// Who may accept the risk of going off this rule for a service. Nobody when left out.
    pub(crate) acceptable: Option<AcceptableText>,
}

/// A key that stands there says something: left empty it is a mistake, and not the same as left out.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<AlignmentText>, D::Error> {
    AlignmentText::deserialize(from).map(Some)
}

/// Whether a change is aligned before it is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AlignmentText {
    /// It can't be handed in without a closed session in which it was aligned.
    Required,
}

/// Whose authority a rule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthorityText {
    /// Roles held on the organisation.
    Central,
    /// Roles held on the service or its domain.
    Owners,
}

/// So many distinct people of a role.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NeedText {
    /// The role.
    pub(crate) role: Option<At<String>>,
    /// Any of these roles.
    #[serde(default)]
    pub(crate) any_of: Vec<At<String>>,
    /// How many distinct people; 1 unless said otherwise.
    pub(crate) count: Option<At<i64>>,
    /// Why, in a sentence for the approver.
    pub(crate) why: String,
    /// By when after submission an answer is due, such as `4h`.
    pub(crate) due: Option<At<String>>,
    /// Whose time that is: `wall` (the default), or `organisation` for the working time of the default
    /// place.
    pub(crate) clock: Option<At<SpanClockText>>,
    /// Where the role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
}

/// Evidence about every artifact.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EvidenceText {
    /// `tests`, `scan`, …, or what this product saw itself: `deployment:ENVIRONMENT` for a success in
    /// another environment, `approved_before` when people approved exactly this before for the same
    /// environment, it went well, and nothing spoke against it since.
    pub(crate) kind: At<String>,
    /// Whose word counts. Left out only for what this product saw itself.
    #[serde(default)]
    pub(crate) issuers: Vec<At<String>>,
    /// Older evidence does not count, such as `7d`. `approved_before` needs it.
    pub(crate) max_age: Option<At<String>>,
    /// Why, in a sentence.
    pub(crate) why: String,
}

/// `templates/*.yaml`: standard changes, authorised in advance within limits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplatesFile {
    /// The templates.
    pub(crate) templates: Vec<TemplateText>,
}

/// A pre-authorised standard change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateText {
    /// Its name; a slug.
    pub(crate) name: At<String>,
    /// Grows with every edit.
    pub(crate) version: At<u32>,
    /// What people call it.
    pub(crate) title: String,
    /// What it is for and how it is done.
    #[serde(default)]
    pub(crate) description: String,
    /// Only these services; all when left out.
    pub(crate) services: Option<Vec<At<String>>>,
    /// Only services with these labels.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// Only these environments.
    pub(crate) environments: Vec<At<String>>,
    /// The highest tier it can be used in.
    pub(crate) up_to: At<String>,
    /// The parameters it takes. Others are refused.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, ParameterText>,
    /// Rules whose needs it takes the place of.
    #[serde(default)]
    pub(crate) replaces: Vec<At<String>>,
    /// Who still has to approve.
    #[serde(default)]
    pub(crate) needs: Vec<NeedText>,
    /// Says explicitly that nobody has to approve. Only up to T3.
    #[serde(default)]
    pub(crate) nobody: bool,
    /// Whether several of its changes may be approved in one step, up to T2. Each is decided on by
    /// itself unless this says so.
    #[serde(default)]
    pub(crate) bulk: bool,
    /// How many of 100 of its deployments have to succeed, 50 to 99; 90 when left out. A template that
    /// fails this is suspended by itself, and its changes are normal ones.
    pub(crate) success_percent: Option<At<u32>>,
}

/// A parameter of a template.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParameterText {
    /// `string`, `integer` or `boolean`.
    #[serde(rename = "type")]
    pub(crate) kind: ParameterKindText,
    /// What people call it.
    pub(crate) title: Option<String>,
    /// Whether it may be left out.
    #[serde(default)]
    pub(crate) optional: bool,
    /// Only these values.
    #[serde(default)]
    pub(crate) one_of: Vec<String>,
    /// A regular expression the whole value has to match.
    pub(crate) pattern: Option<At<String>>,
    /// Smallest integer.
    pub(crate) min: Option<i64>,
    /// Largest integer.
    pub(crate) max: Option<i64>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ParameterKindText {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
}

/// `controls.yaml`: the compliance controls rules may refer to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlsFile {
    /// The controls.
    pub(crate) controls: Vec<ControlText>,
}

/// A compliance control.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ControlText {
    /// Its id, such as `SOX-ITGC-CM-1`.
    pub(crate) id: At<String>,
    /// What it asks for.
    pub(crate) title: String,
}

/// `guarantees.yaml`: what holds for every change that can pass.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuaranteesFile {
    /// The guarantees. `policy check` proves each, or shows the smallest change that breaks it.
    pub(crate) guarantees: Vec<GuaranteeText>,
}

/// Something that holds for every change of a kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuaranteeText {
    /// Unique in the bundle; a slug.
    pub(crate) id: At<String>,
    /// What it says, in a sentence an auditor understands.
    pub(crate) title: String,
    /// The condition for the changes it speaks about.
    pub(crate) when: At<String>,
    /// What holds for each of them, over the same facts and `asks`.
    pub(crate) holds: At<String>,
}

/// `override.yaml`: who may open the gate for an emergency without its approvals, and who reviews
/// that. Without this file nobody may.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideFile {
    /// The terms, at most one entry a tier.
    pub(crate) overrides: Vec<OverrideText>,
}

/// On which terms an override may happen in some tiers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideText {
    /// The tiers, such as `[T2, T3]`.
    pub(crate) tiers: Vec<At<String>>,
    /// Any of these roles may.
    pub(crate) roles: Vec<At<String>>,
    /// Where the role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
    /// How long it opens the gate, such as `30m`; at most four hours.
    #[serde(rename = "for")]
    pub(crate) span: At<String>,
    /// How long after its approvers were first asked, such as `15m`; at most a day. At once when left
    /// out.
    pub(crate) after: Option<At<String>>,
    /// Who may not, whatever role they hold. Nobody is barred when left out.
    #[serde(default)]
    pub(crate) not_by: Vec<NotByText>,
    /// Who reviews it afterwards.
    pub(crate) review: OverrideReviewText,
    /// How long a sealed override is valid, such as `30d`, for when neither the identity provider nor
    /// the server answers; at most 90 days. Without it nobody issues one.
    pub(crate) sealed: Option<At<String>>,
}

/// Who may not override a change of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NotByText {
    /// Whoever asked for it; of a machine, whoever answers for it.
    Requester,
    /// Whoever made one of its revisions, or is named as having contributed.
    Contributors,
}

/// Who reviews an override afterwards, and by when.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideReviewText {
    /// Any of these roles; never the requester, who overrode, or anybody with a hand in the change.
    pub(crate) roles: Vec<At<String>>,
    /// Where the role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
    /// Within which time, such as `1d`; at most a week.
    pub(crate) within: At<String>,
}

/// `freezes.yaml`: times in which nothing is deployed somewhere, and who may declare others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreezesFile {
    /// Freezes known in advance.
    #[serde(default)]
    pub(crate) freezes: Vec<FreezeText>,
    /// Who may declare a freeze at once. Without it nobody may.
    pub(crate) ad_hoc: Option<AdHocText>,
}

/// A freeze known in advance.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FreezeText {
    /// Unique in the bundle; a slug.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// Why.
    pub(crate) reason: String,
    /// `organisation`, `domain:NAME` or `service:NAME`; the organisation when left out.
    pub(crate) scope: Option<At<String>>,
    /// Only in these environments.
    #[serde(default)]
    pub(crate) environments: Vec<At<String>>,
    /// Only in environments of these tiers.
    #[serde(default)]
    pub(crate) tiers: Vec<At<String>>,
    /// Types of changes it does not stop, such as `emergency`.
    #[serde(default)]
    pub(crate) lets_through: Vec<At<String>>,
    /// When it begins, with its offset: `2026-12-18T18:00:00+01:00`. One that comes again gives its
    /// first time on the clock of its zone: `2026-01-02T18:00`.
    pub(crate) from: At<String>,
    /// When it ends, written as `from` is.
    pub(crate) until: At<String>,
    /// How it comes again: a rule of RFC 5545, such as `FREQ=WEEKLY` or `FREQ=MONTHLY;BYDAY=-1FR`.
    pub(crate) every: Option<At<String>>,
    /// The IANA time zone on whose clock it comes again.
    pub(crate) zone: Option<At<String>>,
    /// Any of these roles may make an exception for a change, by a vote of its own.
    pub(crate) exception: Vec<At<String>>,
    /// Where that role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
}

/// `windows.yaml`: maintenance windows. What one covers is deployed in one only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowsFile {
    /// The windows. A change that several cover may use each.
    pub(crate) windows: Vec<WindowText>,
}

/// A maintenance window, which comes again by a rule.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowText {
    /// Unique in the bundle; a slug.
    pub(crate) name: At<String>,
    /// What people call it.
    pub(crate) title: String,
    /// `organisation`, `domain:NAME` or `service:NAME`; the organisation when left out.
    pub(crate) scope: Option<At<String>>,
    /// Only in these environments.
    #[serde(default)]
    pub(crate) environments: Vec<At<String>>,
    /// Only in environments of these tiers.
    #[serde(default)]
    pub(crate) tiers: Vec<At<String>>,
    /// Types of changes that need no window, such as `emergency`.
    #[serde(default)]
    pub(crate) lets_through: Vec<At<String>>,
    /// When it opens for the first time, on the clock of its zone: `2026-01-02T22:00`.
    pub(crate) from: At<String>,
    /// When it closes that time.
    pub(crate) until: At<String>,
    /// How it comes again: a rule of RFC 5545, such as `FREQ=WEEKLY;BYDAY=TU,TH`.
    pub(crate) every: At<String>,
    /// The IANA time zone of its clock.
    pub(crate) zone: At<String>,
}

/// Who may declare a freeze at once.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdHocText {
    /// Any of these roles, over all the freeze is about.
    pub(crate) roles: Vec<At<String>>,
    /// Any of these roles may make exceptions.
    pub(crate) exception: Vec<At<String>>,
    /// Where that role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
    /// How long one may last, such as `14d`.
    pub(crate) longest: At<String>,
}

/// Who may accept the risk of going off a rule, and how far.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptableText {
    /// Any of these roles may.
    pub(crate) by: Vec<At<String>>,
    /// Where the role has to be held; what the role says unless said otherwise.
    pub(crate) reach: Option<ReachText>,
    /// The strictest tier in which it counts; `T3` unless said otherwise.
    pub(crate) up_to: Option<At<String>>,
    /// How long an acceptance may stand, such as `90d`.
    pub(crate) longest: At<String>,
}
