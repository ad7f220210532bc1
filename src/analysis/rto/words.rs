//! The steps that decide, in words.

use super::PathStep;
use crate::model::{ComponentId, Model};
use crate::units::Seconds;

/// More terms than anybody reads one by one.
const READABLE: usize = 12;

/// Each step with what it takes, as `detect 5 m` or, of another component, `db transfer 1 h 50 m`. Of many steps those
/// that do the same one after the other, as where one team works off a long list, are told together:
/// `provision of 82 components 41 h`.
pub fn path_terms(model: &Model, component: ComponentId, path: &[PathStep]) -> Vec<String> {
    let one = |step: &PathStep| {
        let whose = &model.components[step.component].name;
        let whose = if step.component == component { String::new() } else { format!("{whose} ") };
        format!("{whose}{} {}", step.kind, length(step).human())
    };
    if path.len() <= READABLE {
        return path.iter().map(one).collect();
    }
    let alike = path.chunk_by(|a, b| a.kind == b.kind);
    let terms = alike.flat_map(|steps| match steps {
        [first, _, _, ..] => {
            let time = steps.iter().map(length).fold(Seconds::ZERO, |sum, time| Seconds(sum.0 + time.0));
            vec![format!("{} of {} components {}", first.kind, steps.len(), time.human())]
        }
        few => few.iter().map(one).collect(),
    });
    terms.collect()
}

fn length(step: &PathStep) -> Seconds {
    Seconds(step.to.0 - step.from.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Id;
    use crate::terms::StepKind;

    fn step(component: usize, kind: StepKind, from: u64, to: u64) -> PathStep {
        PathStep { component: ComponentId::from_index(component), kind, from: Seconds(from), to: Seconds(to) }
    }

    #[test]
    fn tells_a_long_list_together() {
        let sources = crate::diag::SourceMap::default();
        let (spec, _) = crate::spec::Spec::read(&sources, crate::text::Limits::default());
        let (model, _) = crate::model::resolve(&spec, &crate::tech::built_in().0);
        let path: Vec<PathStep> =
            (0..20).map(|number| step(0, StepKind::Provision, number * 60, 60 + number * 60)).collect();
        assert_eq!(path_terms(&model, ComponentId::from_index(0), &path), ["provision of 20 components 20 m"]);
    }
}
