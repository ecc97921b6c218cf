//! Shadows on the wire.

use api_types::replay::ReplayReproduced;
use api_types::shadow as wire;
use app::shadow::{Shadow, ShadowReport};
use policy::shadow::{MovedChange, Said, Tally};

use super::Names;
use super::replay::{ask, counts};
use super::text::time;

impl Names<'_> {
    /// A shadow.
    #[must_use]
    pub fn shadow(&self, of: &Shadow) -> wire::Shadow {
        wire::Shadow {
            digest: of.digest.clone(),
            started_by: self.principal(&of.by),
            started_at: time(of.at),
            ended: of.ended.as_ref().map(|end| wire::ShadowEnd {
                how: end.how.as_str().to_owned(),
                by: self.principal(&end.by),
                at: time(end.at),
            }),
        }
    }

    /// What a shadow found.
    #[must_use]
    pub fn shadow_report(&self, of: &ShadowReport) -> wire::ShadowReport {
        let tally = &of.tally;
        let again = &tally.reproduced;
        let uncompared = tally.uncompared_named.iter();
        wire::ShadowReport {
            shadow: self.shadow(&of.shadow),
            done: of.is_done(),
            entries: of.entries,
            of: of.of,
            base: of.base.digest().to_owned(),
            base_name: of.base.name().to_owned(),
            name: of.candidate.name().to_owned(),
            assessments: counts(&tally.assessments),
            differences: differences(tally),
            roles: roles(tally),
            verdicts: verdicts(tally),
            moved: u64::try_from(tally.moved()).unwrap_or(u64::MAX),
            changes: tally.changes().map(change).collect(),
            reproduced: ReplayReproduced {
                identical: again.identical,
                different: again.different,
                examples: again.examples.iter().map(ToString::to_string).collect(),
            },
            uncompared: tally.uncompared,
            uncompared_named: uncompared
                .map(|one| wire::ShadowUncompared { index: one.index, why: one.why.clone() })
                .collect(),
        }
    }
}

fn differences(tally: &Tally) -> Vec<wire::ShadowDifference> {
    let difference = |(kind, count): (&policy::replay::Kind, &u64)| wire::ShadowDifference {
        code: kind.code().to_owned(),
        title: kind.title().to_owned(),
        stricter: kind.is_stricter(),
        assessments: *count,
    };
    tally.kinds.iter().map(difference).collect()
}

fn roles(tally: &Tally) -> Vec<wire::ShadowRole> {
    let role = |(roles, moves): (&String, &policy::shadow::RoleMoves)| wire::ShadowRole {
        roles: roles.clone(),
        added: moves.added,
        removed: moves.removed,
    };
    tally.roles.iter().map(role).collect()
}

fn verdicts(tally: &Tally) -> wire::ShadowVerdicts {
    let counts = &tally.verdicts;
    let mut answers: Vec<_> = tally
        .answers
        .iter()
        .map(|((live, shadow), count)| wire::ShadowAnswers {
            live: said(live),
            shadow: said(shadow),
            verdicts: *count,
        })
        .collect();
    // The sort is stable: equal ones stay in the order of their answers.
    answers.sort_by_key(|of| std::cmp::Reverse(of.verdicts));
    wire::ShadowVerdicts {
        all: counts.all,
        same: counts.same,
        stopped: counts.stopped,
        opened: counts.opened,
        otherwise: counts.otherwise,
        answers,
    }
}

fn said(of: &Said) -> wire::ShadowSaid {
    wire::ShadowSaid {
        answer: of.answer.as_str().to_owned(),
        code: of.code.clone(),
        enforced: of.enforced,
    }
}

fn change(of: &MovedChange) -> wire::ShadowChange {
    wire::ShadowChange {
        number: of.subject.number.to_string(),
        service: of.subject.service.to_string(),
        environment: of.subject.environment.to_string(),
        at: time(of.subject.at),
        differences: of.kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        added: of.added.iter().map(ask).collect(),
        removed: of.removed.iter().map(ask).collect(),
        verdict: of.verdict.as_ref().map(|verdict| wire::ShadowVerdict {
            live: said(&verdict.live),
            shadow: said(&verdict.shadow),
            way: verdict.way.code().to_owned(),
        }),
    }
}
