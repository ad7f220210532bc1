//! The form for everything else: one value a row, which any script can print.
//!
//! ```json
//! {"address": "components.shop-db.instances.db1", "field": "role", "value": "primary", "at": "2026-11-20T22:29:04Z", "source": "patroni"}
//! ```
//!
//! Rows stand one after another or in a list. `at` may be left out (the output was taken then), and so may `source`.
//! Values are as in a file of observations; a duration or a size may also be a number, of seconds or bytes.

use serde::Deserialize;
use serde_json::Value as Json;

use std::sync::Arc;

use super::super::address::Address;
use super::super::field::Field;
use super::super::names::Names;
use super::super::state::Observed;
use super::super::value::{Form, Seen, Value};
use super::input::{self, Input, Refusal};
use super::interval;
use super::sink::Sink;
use crate::diag::nearest;
use crate::diag::visible::one_line;

const FORM: &str = r#"{"address": "...", "field": "...", "value": ..., "at": "...", "source": "..."}"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    address: String,
    field: String,
    value: Json,
    at: Option<String>,
    source: Option<String>,
}

pub(super) fn read(input: &Input<'_>, _: &Names, sink: &mut Sink) -> Result<(), Refusal> {
    let rows: Vec<Row> = input::json_values(input.text, FORM)?;
    let unnamed: Arc<str> =
        Arc::from(input.whose.map_or_else(|| "rows".to_owned(), |whose| format!("rows {}", one_line(whose))));
    for (number, row) in rows.iter().enumerate() {
        let (address, field, seen) = one(row, &unnamed, sink).map_err(|refusal| {
            let message = format!("row {}: {}", number + 1, refusal.message);
            Refusal { message, ..refusal }
        })?;
        let mut observed = Observed::default();
        observed.set(address, field, seen);
        sink.absorb(observed);
    }
    Ok(())
}

fn one(row: &Row, unnamed: &Arc<str>, sink: &Sink) -> Result<(Address, Field, Seen), Refusal> {
    let address = Address::parse(&row.address).ok_or_else(|| {
        Refusal::new(format!("`{}` is no address", one_line(&row.address)))
            .help("an address is `components.C.instances.I`, `components.C.data.D.copies.K`, `stores.S`, `hosts.H` and the like")
    })?;
    let field = Field::of(address.kind(), &row.field).ok_or_else(|| {
        let known = Field::ALL.iter().filter(|field| field.kinds().contains(&address.kind())).map(|field| field.key());
        let refusal = Refusal::new(format!("`{address}` has no field `{}`", one_line(&row.field)));
        match nearest(&row.field, known.clone()) {
            Some(near) => refusal.help(format!("did you mean `{near}`?")),
            None => refusal.help(format!("its fields are {}", known.collect::<Vec<_>>().join(", "))),
        }
    })?;
    let value = value(&row.value, field.form()).ok_or_else(|| {
        let shown = row.value.to_string();
        Refusal::new(format!("`{}` is no value of `{}`", one_line(&shown), field.key())).help(field.meaning())
    })?;
    let at = row.at.as_deref().map(input::instant).transpose()?.unwrap_or(sink.taken());
    let source = row.source.as_deref().map_or_else(|| Arc::clone(unnamed), |source| Arc::from(one_line(source)));
    Ok((address, field, Seen { value, at, source, span: None }))
}

fn value(json: &Json, form: Form) -> Option<Value> {
    match (json, form) {
        (Json::Array(items), Form::List) => {
            let items = items.iter().map(|item| item.as_str().map(str::to_owned));
            items.collect::<Option<_>>().map(Value::List)
        }
        (Json::Bool(flag), Form::Flag) => Some(Value::Flag(*flag)),
        (Json::Number(number), Form::Count) => number.as_u64().map(Value::Count),
        (Json::Number(number), Form::Size) => number.as_u64().map(|bytes| Value::Size(crate::units::Bytes(bytes))),
        (Json::Number(number), Form::Duration) => number.as_f64().and_then(interval::seconds).map(Value::Duration),
        (Json::Number(number), Form::Instant) => number
            .as_f64()
            .and_then(|seconds| input::epoch_fraction(seconds).ok())
            .map(|instant| Value::Instant(Some(instant))),
        (Json::Null, Form::Instant) => Some(Value::Instant(None)),
        (Json::String(text), Form::Instant) if text == "never" => Some(Value::Instant(None)),
        (Json::String(text), Form::Instant) => input::instant(text).ok().map(|instant| Value::Instant(Some(instant))),
        (Json::String(text), Form::Text | Form::Word(_) | Form::Duration | Form::Size) => Value::parse(text, form),
        _ => None,
    }
}
