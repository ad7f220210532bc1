//! Values of a technology's own parameters: known, of the right type, defaults applied.

use super::{Resolver, code, lookup};
use crate::diag::Diagnostic;
use crate::spec::Text;
use crate::tech::Technology;
use crate::text::Map;

impl Resolver<'_> {
    /// The parameters of `technology` in the order of the catalogue, from what is written and from its defaults.
    pub(super) fn parameters(
        &mut self,
        technology: &Technology,
        written: Option<&Map<Text<'_>, &str>>,
        address: &str,
    ) -> Vec<(String, String)> {
        for (name, value) in written.into_iter().flat_map(Map::iter) {
            let Some(parameter) = technology.parameters.get(name.value) else {
                let known = technology.parameters.keys().map(String::as_str);
                let what = format!("parameter of {}", technology.name);
                let diagnostic = lookup::unknown(&what, *name, known, &format!("{address}.{}", name.value));
                self.push(diagnostic);
                continue;
            };
            if !parameter.accepts(value.value) {
                let message = format!("`{}` is not {}", value.value, parameter.kind.expected());
                let address = format!("{address}.{}", name.value);
                let diagnostic = Diagnostic::error(code::INVALID_VALUE, message).at(value.span).about(address);
                self.push(diagnostic.help(parameter.description.clone()));
            }
        }
        let value_of = |name: &str| written.and_then(|map| map.get(name)).map(|value| value.value.to_owned());
        let all = technology.parameters.iter();
        all.filter_map(|(name, parameter)| {
            value_of(name).or_else(|| parameter.default.clone()).map(|value| (name.clone(), value))
        })
        .collect()
    }
}
