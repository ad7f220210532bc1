//! The Markdown of a page as HTML: what our templates write and nothing else.
//!
//! Elements are a closed list. Raw HTML is shown as text, a link that leads to no page of ours is its text, so that this
//! holds even for a text that passed the quoting of Markdown. Ids are made of the page's anchor and numbers.
//!
//! Three forms of our pages get more than Markdown has: the heading of a step, a command with its host, and a task.

use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::emit::quote::html_text;

/// What the writer knows besides the text.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Anchor of the page; a word.
    pub anchor: &'a str,
    /// Anchors of all pages by their files.
    pub anchors: &'a BTreeMap<String, String>,
}

/// A page as HTML, its headings one level deeper.
pub(super) fn render(markdown: &str, place: Place<'_>) -> String {
    let events: Vec<Event<'_>> =
        Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS).collect();
    let steps = events.iter().enumerate().filter_map(|(at, _)| step(&events[at..])).map(|step| step.number.to_owned());
    let mut writer = Writer {
        place,
        steps: steps.collect(),
        out: String::new(),
        headings: 0,
        in_head: false,
        of_steps: false,
        in_link: Vec::new(),
    };
    let mut at = 0;
    while at < events.len() {
        at += writer.write(&events[at..]);
    }
    writer.out
}

/// The text of the first heading, as text.
pub(super) fn title(markdown: &str) -> String {
    let mut title = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Text(text) | Event::Code(text) => title.push_str(&text),
            Event::SoftBreak => title.push(' '),
            Event::End(TagEnd::Heading(_)) => break,
            _ => {}
        }
    }
    title
}

/// The heading of a step: `Step 5, T+0:20: shop-db, promote (2 m)`.
struct Step<'e> {
    number: &'e str,
    mark: &'e str,
    rest: &'e str,
}

fn step<'e>(events: &'e [Event<'_>]) -> Option<Step<'e>> {
    let [Event::Start(Tag::Heading { level: HeadingLevel::H3, .. }), Event::Text(text), ..] = events else {
        return None;
    };
    let (number, after) = text.strip_prefix("Step ")?.split_once(", ")?;
    let (mark, rest) = after.split_once(": ")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && mark.starts_with("T+")).then_some(Step { number, mark, rest })
}

/// A command with where it is given: the paragraph ``On `host`, as root:`` or ``On each of `a`, `b`, as root:``, and the block
/// after it.
struct Command<'e> {
    hosts: Vec<&'e str>,
    who: &'e str,
    code: String,
    language: &'e str,
    /// How many events it is.
    length: usize,
}

fn command<'e>(events: &'e [Event<'_>]) -> Option<Command<'e>> {
    let [Event::Start(Tag::Paragraph), Event::Text(on), Event::Code(host), rest @ ..] = events else { return None };
    let mut hosts = vec![host.as_ref()];
    let mut rest = rest;
    while let [Event::Text(comma), Event::Code(host), more @ ..] = rest {
        if comma.as_ref() != ", " {
            return None;
        }
        hosts.push(host);
        rest = more;
    }
    let [
        Event::Text(who),
        Event::End(TagEnd::Paragraph),
        Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))),
        rest @ ..,
    ] = rest
    else {
        return None;
    };
    if on.as_ref() != if hosts.len() == 1 { "On " } else { "On each of " } {
        return None;
    }
    let who = who.strip_prefix(", ")?.strip_suffix(':')?;
    let lines = rest.iter().take_while(|event| matches!(event, Event::Text(_))).count();
    let code = rest[..lines].iter().map(|event| if let Event::Text(text) = event { text } else { "" }).collect();
    Some(Command { who, code, language, length: 5 + 2 * hosts.len() - 1 + lines + 1, hosts })
}

struct Writer<'a> {
    place: Place<'a>,
    /// Numbers of the steps of the page, which its table leads to.
    steps: Vec<String>,
    out: String,
    headings: usize,
    in_head: bool,
    /// Whether the table has numbers of steps in its first column.
    of_steps: bool,
    /// For each open link, whether it was written.
    in_link: Vec<bool>,
}

impl Writer<'_> {
    /// Writes what the events begin with, and says how many they were.
    fn write(&mut self, events: &[Event<'_>]) -> usize {
        if let Some(step) = step(events) {
            self.step(&step);
            return 2;
        }
        if let Some(command) = command(events) {
            self.command(&command);
            return command.length;
        }
        if let [Event::Start(Tag::Item), rest @ ..] = events {
            let loose = usize::from(matches!(rest.first(), Some(Event::Start(Tag::Paragraph))));
            if let Some(Event::TaskListMarker(_)) = rest.get(loose) {
                self.out.push_str("<li class=\"task\">");
                self.out.push_str(if loose == 1 { "<p>" } else { "" });
                self.out.push_str("<input type=\"checkbox\" aria-label=\"done\">");
                return 2 + loose;
            }
        }
        if let [Event::Start(Tag::TableHead), Event::Start(Tag::TableCell), Event::Text(first), ..] = events {
            self.of_steps = first.as_ref() == "step";
        }
        if let [Event::Start(Tag::TableRow), Event::Start(Tag::TableCell), Event::Text(text), ..] = events
            && self.of_steps
            && self.steps.iter().any(|number| *number == **text)
        {
            let (anchor, number) = (self.place.anchor, html_text(text));
            self.out.push_str(&format!("<tr><td><a href=\"#{anchor}-step-{number}\">{number}</a>"));
            return 3;
        }
        if let Some(event) = events.first() {
            self.one(event);
        }
        1
    }

    fn one(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) => self.text(text),
            Event::Html(text) | Event::InlineHtml(text) => self.raw(text),
            Event::Code(text) => self.out.push_str(&format!("<code>{}</code>", html_text(text))),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            // None of our pages has others; what they hold is text all the same.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => self.text(text),
            Event::TaskListMarker(_) => {}
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        let Step { number, mark, rest } = step;
        let anchor = self.place.anchor;
        self.out.push_str(&format!(
            "<h4 class=\"step\" id=\"{anchor}-step-{number}\"><span class=\"number\">Step {number}</span> \
             <span class=\"mark\">{}</span> {}",
            html_text(mark),
            html_text(rest)
        ));
    }

    fn command(&mut self, command: &Command<'_>) {
        let Command { hosts, who, code, language, .. } = command;
        // Each host has its own tick.
        let label = |before: &str, host: &str, after: &str| {
            format!("<label><input type=\"checkbox\"> {before}<code>{}</code>{after}</label>", html_text(host))
        };
        let caption = match hosts[..] {
            [host] => label("On ", host, &format!(", {}", html_text(who))),
            _ => {
                let labels: Vec<String> = hosts.iter().map(|host| label("", host, "")).collect();
                format!("<span>On each of {}, {}</span>", labels.join(", "), html_text(who))
            }
        };
        self.out.push_str(&format!(
            "<figure class=\"command\"><figcaption>{caption}</figcaption>\n\
             <pre><code data-command=\"{}\">{}</code></pre></figure>\n",
            html_text(language),
            html_text(code.trim_end_matches('\n'))
        ));
    }

    /// Text; a run of dots is a blank to fill in.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find("………") {
            let dots = rest[start..].chars().take_while(|c| *c == '…').count() * '…'.len_utf8();
            let (before, after) = rest[start..].split_at(dots);
            self.out.push_str(&html_text(&rest[..start]));
            self.out.push_str(&format!("<span class=\"blank\">{before}</span>"));
            rest = after;
        }
        self.out.push_str(&html_text(rest));
    }

    /// `md_code_cell` writes a code span as an element where Markdown has no other way; all else is text.
    fn raw(&mut self, text: &CowStr<'_>) {
        match text.as_ref() {
            "<code>" | "</code>" => self.out.push_str(text),
            other => self.out.push_str(&html_text(other)),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.headings += 1;
                let (deeper, anchor, number) = (deeper(*level), self.place.anchor, self.headings);
                self.out.push_str(&format!("<h{deeper} id=\"{anchor}-{number}\">"));
            }
            Tag::Link { dest_url, .. } => {
                let known = self.place.anchors.get(dest_url.trim_start_matches("../"));
                if let Some(anchor) = known {
                    self.out.push_str(&format!("<a href=\"#{anchor}\">"));
                }
                self.in_link.push(known.is_some());
            }
            Tag::CodeBlock(_) => self.out.push_str("<pre><code>"),
            Tag::List(Some(first)) if *first != 1 => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            Tag::List(Some(_)) => self.out.push_str("<ol>\n"),
            Tag::Table(_) => self.out.push_str("<div class=\"wide\" tabindex=\"0\"><table>\n"),
            Tag::TableHead => {
                self.in_head = true;
                self.out.push_str("<thead><tr>");
            }
            Tag::TableCell if self.in_head => self.out.push_str("<th scope=\"col\">"),
            other => self.out.push_str(element(&other.to_end()).0),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.out.push_str(&format!("</h{}>\n", deeper(level))),
            TagEnd::Link => {
                if self.in_link.pop() == Some(true) {
                    self.out.push_str("</a>");
                }
            }
            TagEnd::CodeBlock => self.out.push_str("</code></pre>\n"),
            TagEnd::List(true) => self.out.push_str("</ol>\n"),
            TagEnd::Table => self.out.push_str("</tbody></table></div>\n"),
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.push_str("</tr></thead><tbody>\n");
            }
            TagEnd::TableCell if self.in_head => self.out.push_str("</th>"),
            other => self.out.push_str(element(&other).1),
        }
    }
}

fn deeper(level: HeadingLevel) -> usize {
    (level as usize + 1).min(6)
}

/// The tags of a plain element; an element that is not of our pages has none, and what it holds is text.
fn element(tag: &TagEnd) -> (&'static str, &'static str) {
    match tag {
        TagEnd::Paragraph => ("<p>", "</p>\n"),
        TagEnd::Strong => ("<strong>", "</strong>"),
        TagEnd::Emphasis => ("<em>", "</em>"),
        TagEnd::BlockQuote(_) => ("<blockquote>\n", "</blockquote>\n"),
        TagEnd::List(false) => ("<ul>\n", "</ul>\n"),
        TagEnd::Item => ("<li>", "</li>\n"),
        TagEnd::TableRow => ("<tr>", "</tr>\n"),
        TagEnd::TableCell => ("<td>", "</td>"),
        _ => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        let anchors = [("scenarios/a.md".to_owned(), "scenario-a".to_owned())].into_iter().collect();
        render(markdown, Place { anchor: "p", anchors: &anchors })
    }

    #[test]
    fn our_forms_get_more_than_markdown_has() {
        assert_eq!(
            html("### Step 5, T+0:20: db, promote (2 m)\n"),
            "<h4 class=\"step\" id=\"p-step-5\"><span class=\"number\">Step 5</span> <span class=\"mark\">T+0:20</span> db, promote (2 m)</h4>\n"
        );
        assert_eq!(
            html("On `db1`, as root:\n\n```sh\necho \"<a>\"\n\nb\n```\n"),
            "<figure class=\"command\"><figcaption><label><input type=\"checkbox\"> On <code>db1</code>, as root</label></figcaption>\n\
             <pre><code data-command=\"sh\">echo &quot;&lt;a&gt;&quot;\n\nb</code></pre></figure>\n"
        );
        assert_eq!(
            html("On each of `a`, `<b>`, as root:\n\n```sh\nls\n```\n\n- c\n"),
            "<figure class=\"command\"><figcaption><span>On each of <label><input type=\"checkbox\"> <code>a</code></label>, \
             <label><input type=\"checkbox\"> <code>&lt;b&gt;</code></label>, as root</span></figcaption>\n\
             <pre><code data-command=\"sh\">ls</code></pre></figure>\n<ul>\n<li>c</li>\n</ul>\n"
        );
        assert_eq!(
            html("- [ ] begun ………, by ……\n"),
            "<ul>\n<li class=\"task\"><input type=\"checkbox\" aria-label=\"done\">begun <span class=\"blank\">………</span>, by ……</li>\n</ul>\n"
        );
    }

    #[test]
    fn nothing_but_our_elements_comes_out() {
        assert_eq!(html("a <b onclick=x>b</b>\n"), "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n");
        assert_eq!(html("<script>x</script>\n"), "&lt;script&gt;x&lt;/script&gt;\n");
        assert_eq!(html("[a](javascript:x) ![b](https://x/y.png)\n"), "<p>a b</p>\n");
        assert_eq!(html("[a](../scenarios/a.md)\n"), "<p><a href=\"#scenario-a\">a</a></p>\n");
    }

    #[test]
    fn tables_lead_to_the_steps() {
        let page = "| step | x |\n| ---: | --- |\n| 1 | 2 |\n\n### Step 1, T+0:00: a, detect (5 m)\n";
        let html = html(page);
        assert!(html.contains("<tr><td><a href=\"#p-step-1\">1</a></td><td>2</td></tr>"), "{html}");
        assert!(!html.contains("style="), "{html}");
        assert!(!self::html(&page.replace("step |", "people |")).contains("<a "), "only a column of steps does");
    }
}
