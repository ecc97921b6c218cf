//! From facts to what policy asks for: risk, then rules, then one explanation tree.
//!
//! Pure: the same bundle and the same facts give the same bytes. Nothing that could not be found
//! out is ever a yes; it is [`Assessed::Undecided`] with the reason.

mod automation;
pub(crate) mod declared;
mod evaluate;
mod explain;
pub(crate) mod facts;
mod fields;
pub(crate) mod template;

use domain::actor::Actor;
use domain::change::{Assessment, MaterialError, Revision};
use domain::explanation::{Explanation, Outcome};
use domain::organisation::{Directory, Status};
use domain::service_history::ServiceHistory;
use jiff::Timestamp;

pub(crate) use self::evaluate::{NO_EXEMPTION_FROM_TIER, follow, no_answer};
use self::facts::{Facts, suspension};
use crate::bundle::Bundle;
use crate::expr::closest;

/// Everything an assessment may look at.
#[derive(Debug, Clone, Copy)]
pub struct AssessmentFacts<'a> {
    /// What would be done.
    pub revision: &'a Revision,
    /// Who asks for it.
    pub requester: &'a Actor,
    /// The organisation as of now.
    pub directory: &'a Directory,
    /// The time it is evaluated at.
    pub now: Timestamp,
    /// What our record says of the service's past in this environment; `None` is nothing.
    pub history: History<'a>,
}

/// What our record says of a service in the environment it would be deployed to.
pub type History<'a> = Option<&'a ServiceHistory>;

/// What policy says about a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assessed {
    /// It says what is needed.
    Assessed {
        /// What is needed, for the record.
        assessment: Box<Assessment>,
        /// Every rule, applied or not, and why.
        explanation: Explanation,
    },
    /// It can't say. Never a yes (I7, D02).
    Undecided {
        /// Stable code: `no_rule`, `rule_error`, `factor_error`, `exempt_above_tier`.
        code: String,
        /// Why.
        explanation: Explanation,
    },
    /// The revision can't be accepted as it is.
    Refused {
        /// The fields, each with its fix.
        fields: Vec<MaterialError>,
        /// Why.
        explanation: Explanation,
    },
}

impl Assessed {
    /// The explanation, whatever came out.
    #[must_use]
    pub const fn explanation(&self) -> &Explanation {
        match self {
            Self::Assessed { explanation, .. }
            | Self::Undecided { explanation, .. }
            | Self::Refused { explanation, .. } => explanation,
        }
    }

    /// The assessment, if there is one.
    #[must_use]
    pub fn assessment(&self) -> Option<&Assessment> {
        match self {
            Self::Assessed { assessment, .. } => Some(assessment),
            Self::Undecided { .. } | Self::Refused { .. } => None,
        }
    }

    /// Adds what went before all else to the explanation.
    fn note(&mut self, node: Explanation) {
        match self {
            Self::Assessed { explanation, .. }
            | Self::Undecided { explanation, .. }
            | Self::Refused { explanation, .. } => explanation.children.insert(0, node),
        }
    }

    pub(crate) fn refused(fields: Vec<MaterialError>, mut children: Vec<Explanation>) -> Self {
        let node = |field: &MaterialError| {
            Explanation::new(Outcome::Denied, "field_refused", field.message.clone())
                .detail(format!("field `{}`", field.field))
        };
        children.extend(fields.iter().map(node));
        let title = match fields.as_slice() {
            [only] => only.message.clone(),
            many => format!("{} fields can't be accepted", many.len()),
        };
        let explanation = Explanation::new(Outcome::Denied, "refused", title).children(children);
        Self::Refused { fields, explanation }
    }
}

pub(crate) fn refusal(field: &str, message: impl Into<String>) -> MaterialError {
    MaterialError { field: field.to_owned(), message: message.into() }
}

impl Bundle {
    /// What this policy asks for before a revision may be deployed.
    #[must_use]
    pub fn assess(&self, facts: &AssessmentFacts<'_>) -> Assessed {
        let material = &facts.revision.material;
        let Some(service) = facts.directory.service(&material.service) else {
            let names = facts.directory.services().map(|service| service.name.as_str());
            let help = match closest(material.service.as_str(), names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "an admin registers it first".to_owned(),
            };
            let message = format!("there is no service `{}`; {help}", material.service);
            return Assessed::refused(vec![refusal("service", message)], Vec::new());
        };
        if service.status != Status::Active {
            let message = format!("service `{}` is retired", service.name);
            return Assessed::refused(vec![refusal("service", message)], Vec::new());
        }
        let version = material.template.as_ref().map(|template| template.version);
        let values = Facts::of(facts, service, self.mapping());
        let mut assessed = self.assess_facts(&values, version, facts.revision.number);
        if let Assessed::Assessed { assessment, .. } = &mut assessed {
            assessment.history = facts.history.filter(|_| self.reads_history()).cloned();
            if let Some(history) = assessment.history.as_mut().filter(|_| !self.reads_exposure()) {
                history.exposure = None;
            }
        }
        if let Some(stop) = suspension(facts) {
            let title = format!("assessed as a normal change: {} are stopped", stop.scope.title());
            let node = Explanation::new(Outcome::Info, "template_suspended", title);
            let why = stop.reason.text();
            assessed.note(node.detail(format!("{why}; a person lets the template go on")));
        }
        assessed
    }
}
