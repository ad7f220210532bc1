//! The specs that benchmarks measure are valid, linear in size, and read by the fast reader.

use drplan::diag::{FileId, SourceFile, SourceMap};
use drplan::spec::Spec;
use drplan::text::{Limits, parse_common};
use drplan::{model, tech};

#[path = "../support/spec_gen.rs"]
pub(crate) mod spec_gen;

#[test]
fn a_generated_spec_is_valid() {
    for components in [0, 1, 2, 50, 1_000] {
        let mut sources = SourceMap::default();
        sources.add(SourceFile::new("generated.yaml", spec_gen::spec(components)));
        let (spec, mut diagnostics) = Spec::read(&sources, Limits::default());
        let (catalogue, _) = tech::built_in();
        let (_, found) = model::resolve(&spec, &catalogue);
        diagnostics.append(found);
        let shown: Vec<_> = diagnostics
            .iter()
            .take(5)
            .map(|found| (found.primary.and_then(|span| sources.locate(span)), &found.message, &found.help))
            .collect();
        assert!(diagnostics.iter().next().is_none(), "{components}: {shown:#?}");
    }
}

#[test]
fn a_generated_spec_is_common_yaml() {
    assert!(parse_common(&spec_gen::spec(100), FileId(0), Limits::default()).is_some());
}

#[test]
fn generated_specs_are_the_same_everywhere_and_grow_linearly() {
    let (hundred, thousand) = (spec_gen::spec(100), spec_gen::spec(1_000));
    assert_eq!(hundred, spec_gen::spec(100));
    assert!((7 * hundred.len()..11 * hundred.len()).contains(&thousand.len()), "{} {}", hundred.len(), thousand.len());
}
