//! The parameters of a technology as templates use them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::tech::{Parameter, ParameterType, Technology};

/// Every one that is declared is there.
pub(super) fn params(technology: &Technology, values: &[(String, String)]) -> BTreeMap<String, Value> {
    let value = |name: &str| values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let all = technology.parameters.iter();
    all.map(|(name, parameter)| (name.clone(), param(parameter, value(name)))).collect()
}

fn param(parameter: &Parameter, text: Option<&str>) -> Value {
    if parameter.list {
        let values = parameter.values(text.unwrap_or_default()).into_iter();
        return Value::Array(values.map(|value| scalar(parameter.kind, value)).collect());
    }
    text.map_or(Value::Null, |text| scalar(parameter.kind, text))
}

fn scalar(kind: ParameterType, text: &str) -> Value {
    match kind {
        ParameterType::Integer | ParameterType::Port => text.parse::<i64>().map_or(json!(text), Value::from),
        ParameterType::Boolean => json!(text == "true"),
        ParameterType::Command => json!(text.split_whitespace().collect::<Vec<_>>()),
        _ => json!(text),
    }
}
