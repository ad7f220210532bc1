//! All pages in one HTML file: to be kept where nothing of the plan reaches, opened without a network, and printed.

use std::collections::BTreeMap;

use super::html::{self, Place};
use crate::assets;
use crate::emit::quote::html_text;
use crate::html::{Document, css_string};

/// Where a plan's pages come from and of when they are.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub plan: &'a str,
    pub digest: &'a str,
    pub version: &'a str,
    pub date: &'a str,
}

/// The file of all pages, the first of which is the index. Each is given as its path and its Markdown.
pub(super) fn bundle(label: Label<'_>, pages: &[(&str, &str)]) -> String {
    let anchors: BTreeMap<String, String> = pages.iter().map(|(path, _)| ((*path).to_owned(), anchor(path))).collect();
    let mut style = format!("{}{}", text("base.css"), text("runbooks.css"));
    let mut body = top(label);
    for (path, markdown) in pages {
        let (anchor, title) = (anchor(path), html::title(markdown));
        style.push_str(&sheet(label, &anchor, &title));
        let html = html::render(markdown, Place { anchor: &anchor, anchors: &anchors });
        body.push_str(&article(label, &anchor, &html));
    }
    body.push_str("</main>\n");
    let title = format!("Runbooks of {}", label.plan);
    Document { title: &title, style: &style, script: text("runbooks.js"), body: &body }.render()
}

fn text(name: &str) -> &'static str {
    assets::below("html").into_iter().find(|asset| asset.path == name).map_or("", |asset| asset.text())
}

/// `scenarios/lose_main.md` is found at `scenarios-lose_main`, the index at `index`.
fn anchor(path: &str) -> String {
    match path {
        "README.md" => "index".to_owned(),
        _ => path.trim_end_matches(".md").replace('/', "-"),
    }
}

fn top(label: Label<'_>) -> String {
    format!(
        "<a class=\"skip\" href=\"#index\">To the index</a>\n<header class=\"top\"><h1>Disaster recovery</h1>\n{}</header>\n<main>\n",
        line(label, "")
    )
}

fn article(label: Label<'_>, anchor: &str, html: &str) -> String {
    let line = match anchor {
        "index" => String::new(),
        _ => line(label, "<a class=\"screen\" href=\"#index\">Index: what is gone?</a>"),
    };
    format!("<article id=\"{anchor}\">\n{line}{html}</article>\n")
}

/// What every page says of itself.
fn line(label: Label<'_>, first: &str) -> String {
    let Label { plan, digest, version, date } = label;
    format!(
        "<p class=\"sheet\">{first}<span>Plan {}</span><span>spec <code>{}</code></span><span>of {}</span><span>drplan {}</span></p>\n",
        html_text(plan),
        html_text(digest),
        html_text(date),
        html_text(version)
    )
}

/// The head and foot of the printed sheets of a page.
fn sheet(label: Label<'_>, anchor: &str, title: &str) -> String {
    let head = css_string(&shortened(title, 70));
    let plan = css_string(&format!("{} · {} · {}", shortened(label.plan, 40), label.digest, label.date));
    format!(
        "@media print {{ #{anchor} {{ page: {anchor}; }} }}\n@page {anchor} {{ font: 9pt sans-serif; @top-left {{ content: {head}; }} \
         @bottom-left {{ content: {plan}; }} @bottom-right {{ content: counter(page) \" / \" counter(pages); }} }}\n"
    )
}

fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}
