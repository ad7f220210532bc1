//! All runbooks in one HTML file, their checksums, and the day that they bear.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::runbooks;
use crate::tools::succeed;

/// Every element that a page has, with the attributes that it may have.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("a", &["class", "href"]),
    ("article", &["id"]),
    ("blockquote", &[]),
    ("br", &[]),
    ("code", &["data-command"]),
    ("div", &["class", "tabindex"]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &["class"]),
    ("h1", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["class", "id"]),
    ("h5", &["id"]),
    ("header", &["class"]),
    ("input", &["type", "aria-label"]),
    ("label", &[]),
    ("li", &["class"]),
    ("main", &[]),
    ("ol", &["start"]),
    ("p", &["class"]),
    ("pre", &[]),
    ("span", &["class"]),
    ("strong", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &[]),
    ("th", &["scope"]),
    ("thead", &[]),
    ("tr", &[]),
    ("ul", &[]),
];

/// Every tag in the body is one that we write, closed where it has to be, and leads nowhere but into the page.
pub(crate) fn only_our_html(page: &str) {
    let (_, body) = page.split_once("<body>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    let mut open: Vec<&str> = Vec::new();
    for part in body.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("<{part} does not end"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "</{name}>");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let known = ELEMENTS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("<{tag}>"));
        for (at, part) in attributes.split('"').enumerate() {
            match at % 2 {
                0 if part.is_empty() => {}
                0 => assert!(known.1.contains(&part.trim().trim_end_matches('=')), "<{tag}>"),
                _ => assert!(
                    !attributes.contains("href=") || part == "skip" || part == "screen" || part.starts_with('#'),
                    "<{tag}>"
                ),
            }
        }
        if !matches!(name, "br" | "input") {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    let ids: Vec<&str> = body.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let links = body.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap());
    links.for_each(|link| assert!(ids.contains(&link), "#{link} leads nowhere"));
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id twice");
}

/// The digest that the policy names is that of the block, as a browser computes it.
fn policy_fits(page: &str) {
    for (name, tag) in [("style-src", "style"), ("script-src", "script")] {
        let block = page.split_once(&format!("<{tag}>")).unwrap().1.split_once(&format!("</{tag}>")).unwrap().0;
        let ruby = "require 'digest'; print [Digest::SHA256.digest(STDIN.binmode.read)].pack('m0')";
        let base64 = succeed("ruby", "ruby", &["-e", ruby], block);
        assert!(page.contains(&format!("{name} 'sha256-{base64}'")), "{name}");
    }
    assert!(page.contains("default-src 'none'; "), "everything else is forbidden");
}

#[test]
fn the_bundle_is_one_closed_page() {
    let files = runbooks::generate(crate::puppet_emit::EVERYTHING);
    let page = String::from_utf8(files.get("runbooks.html").unwrap().contents.clone()).unwrap();
    only_our_html(&page);
    policy_fits(&page);
    for (path, _) in files.iter().filter(|(path, _)| path.as_str().ends_with(".md")) {
        let anchor = if path.as_str() == "README.md" {
            "index".to_owned()
        } else {
            path.as_str().trim_end_matches(".md").replace('/', "-")
        };
        assert!(page.contains(&format!("<article id=\"{anchor}\">")), "{path}");
    }
}

/// A spec of one component.
fn spec(start: &str) -> String {
    format!(
        "drplan: 1\nsystem: {{name: plan}}\nlocations: {{here: {{kind: site}}, spare: {{kind: site}}}}\ncomponents:\n\
         \x20 app: {{technology: systemd-service, instances: {{a: {{at: here}}}}, recovery: {{to: [spare], detect: 2m, provision: 10m, start: {start}, verify: 4m, cutover: 3m}}}}\n"
    )
}

/// What drplan prints on a day, and its exit code.
fn on(day: &str, folder: &Path, more: &[&str]) -> (String, i32) {
    let out = Command::new(env!("CARGO_BIN_EXE_drplan"))
        .args(["generate", "runbooks", "spec", "-o", "out", "--as-of", day])
        .args(more)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    (text, out.status.code().unwrap())
}

#[test]
fn the_day_is_that_of_the_last_change() {
    let folder = tempfile::tempdir().unwrap();
    let date = || fs::read_to_string(folder.path().join("out/runbooks/DATE")).unwrap();
    fs::create_dir(folder.path().join("spec")).unwrap();
    fs::write(folder.path().join("spec/drplan.yaml"), spec("1m")).unwrap();
    assert_eq!(on("2026-01-01", folder.path(), &[]).1, 0);
    assert_eq!(date(), "2026-01-01\n");
    let (text, code) = on("2026-02-02", folder.path(), &["--check"]);
    assert_eq!(code, 0, "another day is no change: {text}");
    let (text, _) = on("2026-02-02", folder.path(), &[]);
    assert!(text.contains("0 created, 0 updated, 0 removed"), "{text}");

    fs::write(folder.path().join("spec/drplan.yaml"), spec("5m")).unwrap();
    let (text, code) = on("2026-03-03", folder.path(), &["--check"]);
    assert_eq!(code, 1, "the spec moved and the runbooks did not: {text}");
    for name in ["DATE", "README.md", "SHA256SUMS", "runbooks.html", "scenarios/lose_here.md"] {
        assert!(text.contains(&format!("runbooks/{name} is out of date")), "{name}: {text}");
    }
    assert_eq!(on("2026-03-03", folder.path(), &[]).1, 0);
    assert_eq!(date(), "2026-03-03\n");
}

#[test]
fn the_checksums_tell_a_damaged_copy() {
    let folder = tempfile::tempdir().unwrap();
    crate::puppet_emit::write(&runbooks::generate(crate::puppet_emit::EVERYTHING), folder.path());
    let check = || {
        Command::new("sha256sum").args(["--strict", "-c", "SHA256SUMS"]).current_dir(folder.path()).output().unwrap()
    };
    assert!(check().status.success());
    let page = folder.path().join("runbooks.html");
    fs::write(&page, fs::read_to_string(&page).unwrap().replace("T+", "T-")).unwrap();
    let out = check();
    assert!(!out.status.success() && String::from_utf8_lossy(&out.stdout).contains("runbooks.html: FAILED"));
}
