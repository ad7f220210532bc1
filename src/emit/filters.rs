//! The filters, tests and functions that templates may use: a closed list, so that a new version of the engine cannot
//! open a way around the quoting. `safe`, `escape`, `tojson` and `format` are not on it.
//!
//! A quoting filter takes text and gives what is already quoted; applied to what is quoted it quotes once more, which is
//! right for a command inside a command. `join` builds plain text that is still to be quoted, `join_quoted` a list of
//! quoted values.

use std::collections::BTreeMap;

use super::data::Data;
use super::hiera::hiera_str;
use super::quote::{self, QuoteError};
use super::templates::text;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, State, Value, filters as builtin, functions, tests};

const MAX_DEPTH: usize = 64;

/// Puts all of them into an empty environment.
pub(super) fn register(env: &mut Environment<'static>) {
    register_quoting(env);
    register_plain(env);
    register_tests(env);
    env.add_function("range", functions::range);
    env.add_function("dict", functions::dict);
    env.add_function("fail", |message: String| -> Result<Value, Error> { Err(invalid(message)) });
}

fn register_quoting(env: &mut Environment<'static>) {
    env.add_filter("pp", |value: &Value| Ok::<_, Error>(quoted(quote::pp(&data(value)?))));
    env.add_filter("pp_lines", |value: &Value, indent: Option<usize>| {
        Ok::<_, Error>(quoted(quote::pp_lines(&data(value)?, indent.unwrap_or(0).min(80))))
    });
    env.add_filter("pp_name", |value: &Value| try_of_text(value, quote::pp_name));
    env.add_filter("pp_str", |value: &Value| of_text(value, quote::pp_str));
    env.add_filter("sh_arg", |value: &Value| try_of_text(value, quote::sh_arg));
    env.add_filter("bash_arg", |value: &Value| try_of_text(value, quote::bash_arg));
    env.add_filter("md_text", |value: &Value| of_text(value, quote::md_text));
    env.add_filter("md_code", |value: &Value| of_text(value, quote::md_code));
    env.add_filter("md_code_cell", |value: &Value| of_text(value, quote::md_code_cell));
    env.add_filter("md_url", |value: &Value| try_of_text(value, quote::md_url));
    env.add_filter("fence", |value: &Value, language: Option<String>| {
        try_of_text(value, |text| quote::fence(text, language.as_deref().unwrap_or("")))
    });
    env.add_filter("html_text", |value: &Value| of_text(value, quote::html_text));
    env.add_filter("html_address", |value: &Value| of_text(value, quote::html_address));
    env.add_filter("html_attr", |value: &Value| of_text(value, quote::html_attr));
    env.add_filter("html_message", |value: &Value| of_text(value, quote::html_message));
    env.add_filter("html_fragment", |value: &Value| of_text(value, |id| quote::html_attr(&format!("#{id}"))));
    env.add_filter("script_json", |value: &Value| of_text(value, quote::script_json));
    env.add_filter("ps_str", |value: &Value| of_text(value, |text| quote::ps(&Data::from(text))));
    env.add_filter("yaml_str", |value: &Value| of_text(value, quote::yaml_str));
    env.add_filter("hiera_str", |value: &Value| of_text(value, hiera_str));
    env.add_filter("json_str", |value: &Value| of_text(value, quote::json_str));
    env.add_filter("json", |value: &Value| Ok::<_, Error>(quoted(quote::json(&data(value)?))));
    env.add_filter("toml_str", |value: &Value| of_text(value, quote::toml_str));
    env.add_filter("ruby_str", |value: &Value| of_text(value, quote::ruby_str));
    env.add_filter("sql_str", |value: &Value| try_of_text(value, quote::sql_str));
    env.add_filter("comment", |value: &Value, max: Option<usize>| {
        of_text(value, |text| quote::comment(text, max.unwrap_or(usize::MAX)))
    });
    env.add_filter("comment_lines", |value: &Value, prefix: Option<String>, width: Option<usize>| {
        of_text(value, |text| quote::comment_lines(text, prefix.as_deref().unwrap_or("# "), width.unwrap_or(100)))
    });
    env.add_filter("join_quoted", join_quoted);
}

fn register_plain(env: &mut Environment<'static>) {
    env.add_filter("join", join);
    env.add_filter("default", builtin::default);
    env.add_filter("length", builtin::length);
    env.add_filter("first", builtin::first);
    env.add_filter("last", builtin::last);
    env.add_filter("sort", builtin::sort);
    env.add_filter("unique", builtin::unique);
    env.add_filter("reverse", builtin::reverse);
    env.add_filter("min", builtin::min);
    env.add_filter("max", builtin::max);
    env.add_filter("sum", builtin::sum);
    env.add_filter("items", builtin::items);
    env.add_filter("list", builtin::list);
    env.add_filter("dictsort", builtin::dictsort);
    env.add_filter("groupby", builtin::groupby);
    env.add_filter("map", builtin::map);
    env.add_filter("select", builtin::select);
    env.add_filter("reject", builtin::reject);
    env.add_filter("selectattr", builtin::selectattr);
    env.add_filter("rejectattr", builtin::rejectattr);
    env.add_filter("lower", builtin::lower);
    env.add_filter("upper", builtin::upper);
    env.add_filter("capitalize", builtin::capitalize);
    env.add_filter("trim", builtin::trim);
    env.add_filter("replace", builtin::replace);
    env.add_filter("indent", builtin::indent);
    env.add_filter("given", given);
}

fn register_tests(env: &mut Environment<'static>) {
    env.add_test("defined", tests::is_defined);
    env.add_test("undefined", tests::is_undefined);
    env.add_test("none", tests::is_none);
    env.add_test("string", tests::is_string);
    env.add_test("number", tests::is_number);
    env.add_test("boolean", tests::is_boolean);
    env.add_test("sequence", tests::is_sequence);
    env.add_test("mapping", tests::is_mapping);
    env.add_test("eq", tests::is_eq);
    env.add_test("ne", tests::is_ne);
    env.add_test("gt", tests::is_gt);
    env.add_test("ge", tests::is_ge);
    env.add_test("lt", tests::is_lt);
    env.add_test("le", tests::is_le);
    env.add_test("in", tests::is_in);
    env.add_test("odd", tests::is_odd);
    env.add_test("even", tests::is_even);
    env.add_test("startingwith", tests::is_startingwith);
    env.add_test("endingwith", tests::is_endingwith);
}

/// A template value as neutral data. Undefined values, fractions, bytes and callables have no place in generated text.
pub(super) fn data(value: &Value) -> Result<Data, Error> {
    data_at(value, 0)
}

fn data_at(value: &Value, depth: usize) -> Result<Data, Error> {
    if depth > MAX_DEPTH {
        return Err(invalid("the value is nested too deeply"));
    }
    match value.kind() {
        ValueKind::Undefined => Err(Error::from(ErrorKind::UndefinedError)),
        ValueKind::None => Ok(Data::Undef),
        ValueKind::Bool => Ok(Data::Bool(value.is_true())),
        ValueKind::Number => integer(value),
        ValueKind::String => Ok(Data::Str(value.as_str().unwrap_or_default().to_owned())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter()?.checked().map(|item| data_at(&item?, depth + 1));
            Ok(Data::List(items.collect::<Result<_, _>>()?))
        }
        ValueKind::Map => {
            let entries = value.try_iter()?.checked().map(|key| {
                let key = key?;
                let name = text("a key", &data_at(&key, depth + 1)?).map_err(refuse)?;
                Ok::<_, Error>((name, data_at(&value.get_item(&key)?, depth + 1)?))
            });
            Ok(Data::Map(entries.collect::<Result<_, _>>()?))
        }
        other => Err(invalid(format!("{other} has no place in generated text"))),
    }
}

fn integer(value: &Value) -> Result<Data, Error> {
    let number = value.is_integer().then(|| value.as_i64()).flatten();
    number.map(Data::Int).ok_or_else(|| invalid(format!("{value} is not a whole number of 64 bits")))
}

pub(super) fn refuse(error: QuoteError) -> Error {
    invalid(error.to_string())
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

fn quoted(text: String) -> Value {
    Value::from_safe_string(text)
}

fn of_text(value: &Value, quote: impl Fn(&str) -> String) -> Result<Value, Error> {
    try_of_text(value, |text| Ok(quote(text)))
}

fn try_of_text(value: &Value, quote: impl Fn(&str) -> Result<String, QuoteError>) -> Result<Value, Error> {
    let plain = text("a quoting filter", &data(value)?).map_err(refuse)?;
    quote(&plain).map(quoted).map_err(refuse)
}

fn join(items: &Value, separator: Option<String>) -> Result<String, Error> {
    let mut parts = Vec::new();
    for item in items.try_iter()?.checked() {
        let item = item?;
        if item.is_safe() {
            return Err(invalid("`join` makes plain text of plain text; use `join_quoted` for what is quoted"));
        }
        parts.push(text("`join`", &data(&item)?).map_err(refuse)?);
    }
    Ok(parts.join(separator.as_deref().unwrap_or("")))
}

/// The entries of a map that have a value.
fn given(map: &Value) -> Result<Value, Error> {
    let mut entries = BTreeMap::new();
    for key in map.try_iter()?.checked() {
        let key = key?;
        let value = map.get_item(&key)?;
        if !value.is_none() {
            entries.insert(text("a key", &data(&key)?).map_err(refuse)?, value);
        }
    }
    Ok(Value::from(entries))
}

fn join_quoted(state: &mut State, items: &Value, separator: String) -> Result<Value, Error> {
    if separator.contains(|c: char| !matches!(c, ' ' | ',' | ';' | '\n')) {
        return Err(invalid("the separator of `join_quoted` is made of blanks, commas, semicolons and newlines"));
    }
    let mut parts = Vec::new();
    for item in items.try_iter()?.checked() {
        parts.push(state.format(item?)?);
    }
    Ok(quoted(parts.join(&separator)))
}
