//! Tests of the template engine: what a value may and may not do in each kind of file.

use super::*;
use serde_json::json;

fn render(name: &str, source: &str, view: serde_json::Value) -> Result<String, TemplateError> {
    Templates::new([(name, source)])?.render(name, &view)
}

fn message(name: &str, source: &str, view: serde_json::Value) -> String {
    render(name, source, view).unwrap_err().to_string()
}

#[test]
fn a_value_is_a_literal_of_the_target() {
    let view = json!({"x": "it's ${a} `b`", "list": ["a b", 2, true], "none": null, "map": {"k": "v"}});
    let cases = [
        (
            "a.pp.j2",
            "$a = {{ x }}, {{ list }}, {{ none }}, {{ map }}",
            r#"$a = "it's \${a} `b`", ['a b', 2, true], undef, { 'k' => 'v' }"#,
        ),
        ("a.sh.j2", "run {{ x }} {{ list }}", r"run 'it'\''s ${a} `b`' 'a b' 2 true"),
        ("a.md.j2", "- {{ x }}, {{ list.1 }}", r"- it's \$\{a\} \`b\`, 2"),
        ("a.yaml.j2", "a: {{ x }}\nb: {{ list }}\n", "a: \"it's ${a} `b`\"\nb: [\"a b\", 2, true]\n"),
        ("a.json.j2", "{{ map }}", r#"{"k": "v"}"#),
        ("a.toml.j2", "a = {{ x }}", r#"a = "it's ${a} `b`""#),
        ("a.html.j2", "<p>{{ x }}</p>", "<p>it&#39;s ${a} `b`</p>"),
        ("a.ps1.j2", "& {{ x }} {{ none }}", "& 'it''s ${a} `b`' $null"),
        ("a.sql.j2", "SELECT {{ x }}, {{ none }}", "SELECT 'it''s ${a} `b`', NULL"),
        ("a.rb.j2", "x = {{ x }}", "x = \"it's ${a} `b`\""),
        ("a.epp.j2", "<%- $x = {{ x }} -%>", r#"<%- $x = "it's \${a} `b`" -%>"#),
    ];
    for (name, source, expected) in cases {
        assert_eq!(render(name, source, view.clone()).unwrap(), expected, "{name}");
    }
    assert_eq!(cases.len(), TARGETS.len());
}

#[test]
fn what_a_place_cannot_hold_is_an_error() {
    assert!(message("a.md.j2", "{{ x }}", json!({"x": null})).contains("Markdown text cannot hold nothing"));
    assert!(message("a.sh.j2", "{{ x }}", json!({"x": "a\u{0}"})).contains("NUL"));
    assert!(message("a.sh.j2", "{{ x }}", json!({"x": {"a": 1}})).contains("cannot hold a map"));
    assert!(message("a.pp.j2", "{{ x }}", json!({"x": 1.5})).contains("not a whole number"));
    assert!(message("a.pp.j2", "{{ x }}", json!({"x": u64::MAX})).contains("64 bits"));
    assert!(message("a.toml.j2", "{{ x }}", json!({"x": [null]})).contains("TOML cannot hold"));
}

#[test]
fn a_file_type_without_a_rule_is_refused() {
    for name in ["a.txt.j2", "a.j2", "a.pp", "a", "a.conf.j2"] {
        assert!(message(name, "x", json!({})).contains("no rule how to quote"), "{name}");
    }
}

#[test]
fn undefined_names_are_errors_with_their_place() {
    for source in
        ["\n{{ y }}", "\n{{ x.y }}", "\n{% if y %}{% endif %}", "\n{% for a in y %}{% endfor %}", "\n{{ y|pp_str }}"]
    {
        let error = render("a.pp.j2", source, json!({"x": {}})).unwrap_err();
        assert_eq!((error.template.as_str(), error.line), ("a.pp.j2", Some(2)), "{source}: {error}");
        assert!(error.message.contains("undefined"), "{error}");
    }
    let error = render("a.pp.j2", "a\n{% if %}", json!({})).unwrap_err();
    assert_eq!(error.line, Some(2));
}

#[test]
fn there_is_no_way_to_write_raw() {
    let view = || json!({"x": "'; exec {'evil':}"});
    for source in ["{{ x|safe }}", "{{ x|tojson }}", "{{ x|e }}", "{{ x|escape }}", "{{ x|format }}", "{{ x|string }}"]
    {
        assert!(message("a.pp.j2", source, view()).contains("unknown filter"), "{source}");
    }
    for mode in ["false", "true and false", "\"none\"", "\"html\"", "\"json\""] {
        let source = format!("{{% autoescape {mode} %}}{{{{ x }}}}{{% endautoescape %}}");
        assert!(render("a.pp.j2", &source, view()).is_err(), "{source}");
    }
    let quoted = r"'\'; exec {\'evil\':}'";
    for source in [
        "{{ x }}",
        "{% set y = x %}{{ y }}",
        "{% set y %}{{ x }}{% endset %}{{ y }}",
        "{% macro m(y) %}{{ y }}{% endmacro %}{{ m(x) }}",
        "{{ x|pp_str }}",
        "{{ x|replace('z', '') }}",
        "{{ x|trim }}",
        "{{ [x]|first }}",
        "{% for y in [x] %}{{ y }}{% endfor %}",
        "{% autoescape true %}{{ x }}{% endautoescape %}",
        "{{ [x]|join_quoted(', ') }}",
        "{{ [x]|join }}",
    ] {
        assert_eq!(render("a.pp.j2", source, view()).unwrap(), quoted, "{source}");
    }
    assert_eq!(render("a.pp.j2", "{{ 'a' }}", json!({})).unwrap(), "'a'");
    // Gluing something onto a literal makes a plain text again, which is quoted as a whole.
    assert_eq!(render("a.pp.j2", "{{ 'a'|pp_str ~ 'b' }}", json!({})).unwrap(), r"'\'a\'b'");
}

#[test]
fn quoting_twice_nests() {
    let source = "{% set command %}rm {{ x }}{% endset %}ssh {{ host }} {{ command|sh_arg }}";
    let view = json!({"x": "a b", "host": "db1"});
    assert_eq!(render("a.sh.j2", source, view).unwrap(), r"ssh db1 'rm '\''a b'\'''");
}

#[test]
fn commands_in_a_page() {
    let source = "{% filter fence('bash') %}\nrestore {{ x|bash_arg }}\n{% endfilter %}\n";
    let view = json!({"x": "a\n```\n# b"});
    assert_eq!(render("a.md.j2", source, view).unwrap(), "````bash\nrestore $'a\\n```\\n# b'\n````\n");
    let list = render("a.md.j2", "{{ xs|map('md_code')|join_quoted(', ') }}", json!({"xs": ["a", "b`"]}));
    assert_eq!(list.unwrap(), "`a`, `` b` ``");
}

#[test]
fn plain_and_quoted_lists_are_kept_apart() {
    let view = || json!({"xs": ["a", "b c"]});
    assert_eq!(render("a.sh.j2", "--hosts {{ xs|join(',') }}", view()).unwrap(), "--hosts 'a,b c'");
    assert_eq!(render("a.sh.j2", "{{ xs|join_quoted(' ') }}", view()).unwrap(), "a 'b c'");
    assert!(message("a.sh.j2", "{{ xs|map('sh_arg')|join(' ') }}", view()).contains("use `join_quoted`"));
    assert!(message("a.sh.j2", "{{ xs|join_quoted('; rm -rf') }}", view()).contains("separator"));
}

#[test]
fn includes_stay_within_one_language() {
    let sources = [
        ("a.pp.j2", "{% include 'b.pp.j2' %}"),
        ("b.pp.j2", "# b\n{{ x }}\n"),
        ("c.pp.j2", "{% include 'd.md.j2' %}"),
        ("d.md.j2", "{{ x }}"),
        ("e.pp.j2", "{% from 'd.md.j2' import y %}"),
    ];
    let templates = Templates::new(sources).unwrap();
    assert_eq!(templates.render("a.pp.j2", &json!({"x": 1})).unwrap(), "# b\n1\n");
    for name in ["c.pp.j2", "e.pp.j2"] {
        let error = templates.render(name, &json!({"x": 1})).unwrap_err().to_string();
        assert!(error.contains("only templates of its own language"), "{error}");
    }
    let error = templates.render("a.pp.j2", &json!({})).unwrap_err();
    assert_eq!((error.template.as_str(), error.line), ("b.pp.j2", Some(2)));
}

#[test]
fn rendering_ends() {
    let stopped = |source: &str| {
        let limits = Limits { steps: 100_000, bytes: 100_000 };
        Templates::limited([("a.pp.j2", source)], limits)
            .unwrap()
            .render("a.pp.j2", &json!({}))
            .unwrap_err()
            .to_string()
    };
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
    assert!(stopped(loops).contains("out of fuel"));
    assert!(stopped("{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}").contains("recursion"));
    assert!(stopped("{% set x = 'x' * 9999 %}{% for a in range(11) %}{{ x }}{% endfor %}").contains("longer than"));
}

#[test]
fn blocks_leave_no_blank_lines() {
    let source = "a\n{% for x in xs %}\n  {% if x %}\n- {{ x }}\n  {% endif %}\n{% endfor %}\nb\n";
    assert_eq!(render("a.yaml.j2", source, json!({"xs": [1, 0, 2]})).unwrap(), "a\n- 1\n- 2\nb\n");
}

#[test]
fn a_template_can_refuse() {
    assert_eq!(
        message("a.pp.j2", "\n{{ fail('no such case') }}", json!({})),
        "a.pp.j2:2: invalid operation: no such case"
    );
}

#[test]
fn variables_are_listed() {
    let templates = Templates::new([("a.pp.j2", "{{ job.name }}{% for x in hosts %}{{ x }}{% endfor %}")]).unwrap();
    let variables: Vec<String> = templates.variables("a.pp.j2").unwrap().into_iter().collect();
    assert_eq!(variables, ["hosts", "job.name"]);
    assert_eq!(templates.names().collect::<Vec<_>>(), ["a.pp.j2"]);
}
