//! A policy bundle: files, checked and compiled together.
//!
//! [`Bundle::load`] accepts a set of files or says everything that is wrong with them. A bundle is
//! immutable and identified by the digest of its files. Loading does no IO; files come as text.

mod board;
mod calendars;
mod cases;
mod digest;
mod files;
pub(crate) mod gate_mode;
mod load;
mod measures;
mod model;
mod reference;
mod response;
mod timetable;
mod unknown_groups;
mod weaker;
mod windows;
pub(crate) mod yaml;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use domain::change::{Level as Grade, OverrideTerms};
use domain::event::PolicyFile;
use domain::freeze::FreezeTerms;
use domain::ids::TemplateName;
use domain::organisation::{AutomationTerms, Directory, RoleBinding};
use domain::requirement::AcceptanceTerms;

pub use self::board::Board;
pub use self::calendars::{Calendars, NamedPlace};
pub use self::cases::{CaseResult, TestReport};
pub(crate) use self::cases::{facts as facts_of, requirements_by_role};
pub(crate) use self::files::GivenText;
pub(crate) use self::model::competence;
pub use self::model::{
    Automation, Automations, Control, Enforced, Environment, EvidenceNeed, Factor, Guarantee,
    Level, Matrix, Need, Parameter, ParameterType, Role, Rule, Template, Tier, Unclassified,
};
pub use self::reference::{json_schema, schema_reference};
pub use self::response::Plan;
pub use self::unknown_groups::UnknownGroup;
pub use crate::assess::{Assessed, AssessmentFacts, History};

use crate::assess::facts::FactSchema;
use crate::diagnostic::Diagnostic;
use crate::drill::Drill;

/// A bundle that was loaded, and what is worth a second look.
#[derive(Debug)]
pub struct Loaded {
    /// The bundle.
    pub bundle: Bundle,
    /// Warnings, in the order of files and lines.
    pub warnings: Vec<Diagnostic>,
}

/// A parsed, checked and compiled policy bundle.
#[derive(Debug)]
pub struct Bundle {
    name: String,
    description: String,
    digest: String,
    files: Vec<PolicyFile>,
    // INVARIANT: tier n stands at index n.
    tiers: [Tier; 5],
    environments: Vec<Environment>,
    unclassified: Unclassified,
    enforced: Vec<Enforced>,
    roles: Vec<Role>,
    mapping: Vec<RoleBinding>,
    matrix: Matrix,
    factors: Vec<Factor>,
    // INVARIANT: never empty; the first begins at 0; sorted.
    levels: Vec<Level>,
    rules: Vec<Rule>,
    plans: Vec<Plan>,
    templates: Vec<Template>,
    controls: Vec<Control>,
    calendars: Calendars,
    guarantees: Vec<Guarantee>,
    // One entry a tier at most.
    overrides: Vec<(u8, OverrideTerms)>,
    automations: Automations,
    freezes: load::Freezes,
    maintenance: Vec<windows::RecurringWindow>,
    board: Option<Board>,
    cases: Vec<cases::Case>,
    drills: Vec<Drill>,
    weaker_after_minutes: u32,
    schema: Arc<FactSchema>,
    /// Looked up once: it is asked for at every question.
    reads: OnceLock<Reads>,
}

/// What its conditions read that is not always at hand.
#[derive(Debug, Clone, Copy, Default)]
struct Reads {
    clock: bool,
    history: bool,
    exposure: bool,
}

impl Bundle {
    /// Parses, checks and compiles a bundle.
    ///
    /// # Errors
    /// Every error and warning, in the order of files and lines.
    pub fn load(files: &[PolicyFile]) -> Result<Loaded, Vec<Diagnostic>> {
        load::load(files)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// `sha256:` and hex over the canonical JSON of its `[path, text]` pairs, sorted by path.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Its files, sorted by path.
    #[must_use]
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// How many minutes a bundle that may ask for less than this one waits before it is live; 0 is not at
    /// all.
    #[must_use]
    pub const fn weaker_after_minutes(&self) -> u32 {
        self.weaker_after_minutes
    }

    /// Whether no condition reads the clock. What it says of a revision then moves with the facts
    /// only, and may be kept as long as they stay.
    #[must_use]
    pub fn is_timeless(&self) -> bool {
        !self.reads().clock
    }

    /// Whether some condition reads the past of a service, so that it has to be looked up.
    #[must_use]
    pub fn reads_history(&self) -> bool {
        self.reads().history
    }

    /// Whether some condition reads how much risk was let through lately.
    #[must_use]
    pub fn reads_exposure(&self) -> bool {
        self.reads().exposure
    }

    fn reads(&self) -> &Reads {
        self.reads.get_or_init(|| {
            let mut reads = Reads::default();
            for field in self.read_fields() {
                let of_history = field == "history" || field.starts_with("history.");
                reads.clock |= matches!(field, "now" | "history.days_without_failure");
                reads.history |= of_history || field == "change.version_step";
                reads.exposure |= field == "history.exposure";
            }
            reads
        })
    }

    /// The facts that decide what it says of a revision.
    fn read_fields(&self) -> impl Iterator<Item = &str> {
        let conditions = self.rules.iter().map(|r| &r.when);
        conditions
            .chain(self.factors.iter().map(|f| &f.when))
            .chain(self.plans.iter().filter_map(|p| p.when.as_ref()))
            .chain(self.automations().iter().flat_map(|a| std::iter::once(&a.scope).chain(&a.when)))
            .flat_map(crate::expr::Condition::fields)
    }

    /// The five tiers, from T0 to T4.
    #[must_use]
    pub const fn tiers(&self) -> &[Tier; 5] {
        &self.tiers
    }

    /// A tier by number; numbers above 4 are the strictest.
    #[must_use]
    pub fn tier(&self, number: u8) -> &Tier {
        let [t0, t1, t2, t3, t4] = &self.tiers;
        match number {
            0 => t0,
            1 => t1,
            2 => t2,
            3 => t3,
            _ => t4,
        }
    }

    /// The classes (`acr`) that any tier asks of how a voter signed in, each once.
    #[must_use]
    pub fn step_up_classes(&self) -> Vec<String> {
        let asked = (0..=4).filter_map(|n| self.tier(n).step_up.as_ref()).flat_map(|s| &s.acr);
        let classes: std::collections::BTreeSet<&String> = asked.collect();
        classes.into_iter().cloned().collect()
    }

    /// The environments that are classified, by name.
    #[must_use]
    pub fn environments(&self) -> &[Environment] {
        &self.environments
    }

    /// An environment by name, if it is classified.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        let found = self.environments.binary_search_by(|known| known.name.as_str().cmp(name));
        found.ok().and_then(|index| self.environments.get(index))
    }

    /// The tier an environment is treated as; `None` when it is refused (D08).
    #[must_use]
    pub fn tier_of(&self, environment: &str) -> Option<&Tier> {
        match (self.environment(environment), self.unclassified) {
            (Some(environment), _) => Some(self.tier(environment.tier)),
            (None, Unclassified::Tier(tier)) => Some(self.tier(tier)),
            (None, Unclassified::Refuse) => None,
        }
    }

    /// Where the gate blocks although its tier only records.
    #[must_use]
    pub fn enforced(&self) -> &[Enforced] {
        &self.enforced
    }

    /// What happens to an environment that is not classified.
    #[must_use]
    pub const fn unclassified(&self) -> Unclassified {
        self.unclassified
    }

    /// The roles that rules name.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// A role by name.
    #[must_use]
    pub fn role(&self, name: &domain::ids::RoleName) -> Option<&Role> {
        self.roles.iter().find(|role| role.name == *name)
    }

    /// The roles that it gives to groups, each a binding of a group.
    #[must_use]
    pub fn mapping(&self) -> &[RoleBinding] {
        &self.mapping
    }

    /// The organisation as it would be with this bundle live.
    #[must_use]
    pub fn mapped<'d>(&self, directory: &'d Directory) -> Cow<'d, Directory> {
        if directory.mapped().eq(&self.mapping) {
            return Cow::Borrowed(directory);
        }
        let mut directory = directory.clone();
        directory.set_mapping(&self.mapping);
        Cow::Owned(directory)
    }

    /// The risk matrix.
    #[must_use]
    pub const fn matrix(&self) -> &Matrix {
        &self.matrix
    }

    /// The risk factors.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The approval levels, from the lowest score to the highest.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The level a score falls into.
    #[must_use]
    pub fn level_of(&self, score: i64) -> &Level {
        let above = self.levels.partition_point(|level| level.from <= score.max(0));
        // INVARIANT: the first level begins at 0, so at least one is not above.
        &self.levels[above.saturating_sub(1)]
    }

    /// The rules, in the order of files and lines.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The response plans, most pressing first.
    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// The templates of standard changes.
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// A template by name.
    #[must_use]
    pub fn template(&self, name: &TemplateName) -> Option<&Template> {
        self.templates.iter().find(|template| template.name == *name)
    }

    /// The compliance controls.
    #[must_use]
    pub fn controls(&self) -> &[Control] {
        &self.controls
    }

    /// Where people are and when they work there.
    #[must_use]
    pub const fn calendars(&self) -> &Calendars {
        &self.calendars
    }

    /// What its author says holds for every change.
    #[must_use]
    pub fn guarantees(&self) -> &[Guarantee] {
        &self.guarantees
    }

    /// On which terms approvals may be overridden in a tier, if at all.
    #[must_use]
    pub fn override_terms(&self, tier: u8) -> Option<&OverrideTerms> {
        self.overrides.iter().find(|(of, _)| *of == tier).map(|(_, terms)| terms)
    }

    /// Rules that approve by themselves.
    #[must_use]
    pub fn automations(&self) -> &[Automation] {
        &self.automations.list
    }

    /// Who may stop automatic approval and let it go on; `None` when there is none.
    #[must_use]
    pub const fn automation_terms(&self) -> Option<&AutomationTerms> {
        self.automations.terms.as_ref()
    }

    /// On which terms people may declare freezes at once, if at all.
    #[must_use]
    pub const fn freeze_terms(&self) -> Option<&FreezeTerms> {
        self.freezes.ad_hoc.as_ref()
    }

    /// On which terms the risk of going off a rule may be accepted in a tier, if at all.
    #[must_use]
    pub fn acceptance_terms(&self, rule: &str, tier: u8) -> Option<&AcceptanceTerms> {
        let found = self.rules.iter().find(|known| known.id == rule)?;
        found.acceptable.as_ref().filter(|(up_to, _)| tier <= *up_to).map(|(_, terms)| terms)
    }

    /// The situations in which its response plans have to work.
    #[must_use]
    pub fn drills(&self) -> &[Drill] {
        &self.drills
    }

    /// Runs the bundle's own test cases.
    #[must_use]
    pub fn test(&self) -> TestReport {
        cases::run(self)
    }

    pub(crate) fn schema(&self) -> &FactSchema {
        &self.schema
    }
}

impl Matrix {
    /// The points of one cell.
    #[must_use]
    pub const fn points(&self, impact: Grade, urgency: Grade, complexity: Grade) -> i64 {
        let [low, medium, high] = &self.points;
        let by_urgency = match impact {
            Grade::Low => low,
            Grade::Medium => medium,
            Grade::High => high,
        };
        let [low, medium, high] = by_urgency;
        let by_complexity = match urgency {
            Grade::Low => low,
            Grade::Medium => medium,
            Grade::High => high,
        };
        let [low, medium, high] = by_complexity;
        match complexity {
            Grade::Low => *low,
            Grade::Medium => *medium,
            Grade::High => *high,
        }
    }
}
