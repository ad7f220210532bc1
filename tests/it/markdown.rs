//! Generated Markdown held against a renderer: a value shows as itself and is nothing but text, wherever it stands.

use crate::hostile::texts;
use drplan::diag::visible::{one_line, visible};
use drplan::emit::quote::{fence, md_code, md_code_cell, md_text};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag};

/// Places where a template may put a text, with `@` for the text.
const PLACES: &[&str] = &[
    "@\n",
    "before @ after\n",
    "a\n@\nb\n",
    "- @\n- next\n",
    "1. @\n",
    "> @\n",
    "# @\n",
    "## A @ b\n",
    "**@**\n",
    "*@*\n",
    "[@](x)\n",
    "| a | b |\n|---|---|\n| @ | @ |\n",
    "| @ |\n|---|\n| x |\n",
    "- a\n\n  @\n",
    "a\n\n@\n\nb\n",
    "Term: @.\n",
    "(@)\n",
    "\"@\"\n",
    "x @\n===\n",
    "- [ ] @\n",
    "@[link](x)\n",
    "[link](x)@\n",
];

/// Whatever a reader of Markdown may know.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SUPERSCRIPT
        | Options::ENABLE_SUBSCRIPT
        | Options::ENABLE_WIKILINKS
}

/// The structure of a page with all text taken out, and its text.
fn read(page: &str) -> (Vec<String>, String) {
    let (mut structure, mut text) = (Vec::new(), String::new());
    for event in Parser::new_ext(page, options()) {
        match event {
            Event::Text(part) => text.push_str(&part),
            Event::Code(part) => {
                structure.push("code".to_owned());
                text.push_str(&part);
            }
            Event::SoftBreak => text.push('\n'),
            other => structure.push(format!("{other:?}")),
        }
    }
    (structure, text)
}

#[test]
fn text_is_text_in_every_place() {
    for text in texts(3000) {
        let shown = one_line(&text).into_owned();
        if shown.is_empty() {
            continue;
        }
        for place in PLACES {
            let page = place.replace('@', &md_text(&text));
            let (structure, plain) = read(&page);
            let (expected_structure, expected) = read(&place.replace('@', "QQQ"));
            assert_eq!(structure, expected_structure, "{text:?} in {place:?}: {page}");
            assert_eq!(plain, expected.replace("QQQ", &shown), "{text:?} in {place:?}: {page}");
        }
    }
}

#[test]
fn code_shows_its_text_and_nothing_else() {
    for text in texts(3000) {
        let shown = visible(&text);
        let expected = if shown.is_empty() { "  ".into() } else { shown };
        let page = format!("before {} after\n", md_code(&text));
        let (structure, plain) = read(&page);
        assert_eq!(plain, format!("before {expected} after"), "{text:?}: {page}");
        assert_eq!(structure.iter().filter(|part| *part == "code").count(), 1, "{page}");
        assert_eq!(structure.len(), 3, "{page}");

        let page = format!("| a | b |\n|---|---|\n| {} | end |\n", md_code_cell(&text));
        let (structure, plain) = read(&page);
        assert_eq!(plain, format!("ab{expected}end"), "{text:?}: {page}");
        let allowed = |part: &String| !part.contains("Html") || part.contains("<code>") || part.contains("</code>");
        assert!(structure.iter().all(allowed), "{structure:?}");
    }
}

#[test]
fn a_fence_ends_where_it_should() {
    for text in texts(3000) {
        let page = format!("before\n\n{}\nafter\n", fence(&format!("x\n{text}\nx"), "bash").unwrap());
        let mut blocks = Parser::new_ext(&page, options()).filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => Some(language.to_string()),
            Event::Html(_) | Event::InlineHtml(_) => panic!("{page}"),
            _ => None,
        });
        assert_eq!((blocks.next().as_deref(), blocks.next()), (Some("bash"), None), "{page}");
        assert!(read(&page).1.ends_with("x\nafter"), "{page}");
    }
}
