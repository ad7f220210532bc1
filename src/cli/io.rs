//! Files in, text out: the only place besides `deploy` that touches files, clock, environment and streams.

use std::borrow::Cow;
use std::fs::{self, File, Metadata};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};

use super::args::Colour;
use super::exit::Failure;
use crate::diag::visible::visible;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceFile, SourceMap, Span};
use crate::report::{Screen, Style};
use crate::text::{self, Limits};

/// The name by which standard input is known.
pub(super) const STDIN: &str = "<stdin>";

/// Reads the files of a spec: one file, or every `drplan.yaml` and `*.drplan.yaml` directly in a folder.
///
/// Text that is not UTF-8 is reported as a finding; what cannot be read at all is a failure.
pub(super) fn read_spec(path: &Path, limits: Limits) -> Result<(SourceMap, Diagnostics), Failure> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Diagnostics::default();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return refuse_escape(path).and(Err(cannot("read", path, &error))),
    };
    let files = if metadata.is_dir() { spec_files(path)? } else { vec![path.to_path_buf()] };
    for file in files {
        let bytes = read_file(&file, limits)?;
        let name = file.strip_prefix("./").unwrap_or(&file).to_string_lossy().into_owned();
        add_source(name, &bytes, &mut sources, &mut diagnostics);
    }
    Ok((sources, diagnostics))
}

/// Adds a file of a spec; text that is not UTF-8 is reported as a finding.
pub(super) fn add_source(name: String, bytes: &[u8], sources: &mut SourceMap, diagnostics: &mut Diagnostics) {
    match text::decode(bytes) {
        Ok(text) => {
            sources.add(SourceFile::new(name, text));
        }
        Err(problem) => {
            let id = sources.add(SourceFile::new(name, text::decode_lossy(bytes)));
            let span = Span::new(id, problem.start, problem.end);
            let diagnostic = Diagnostic::error(Code(problem.name), problem.message).at(span);
            diagnostics.push(diagnostic.maybe_help(problem.help));
        }
    }
}

/// Whether a file of this name in a spec's folder belongs to the spec.
pub(super) fn is_spec_file(name: &str) -> bool {
    name == "drplan.yaml" || name.ends_with(".drplan.yaml")
}

/// The most files of one spec.
pub(super) const MOST_FILES: usize = 10_000;

pub(super) fn too_many(folder: &Path, files: usize) -> Failure {
    Failure::new(format!("the spec in {} has {files} files, and at most {MOST_FILES} are read", shown(folder)))
}

/// The files of a spec in a folder, by name.
pub(super) fn spec_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut below = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))? {
        let entry = entry.map_err(|error| cannot("read", folder, &error))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if is_spec_file(&name) {
            files.push(entry.path());
        } else if entry.path().join("drplan.yaml").is_file() {
            below.push(entry.path());
        }
    }
    files.sort();
    match files.len() {
        0 => {}
        1..=MOST_FILES => return Ok(files),
        many => return Err(too_many(folder, many)),
    }
    below.sort();
    let failure = Failure::new(format!("there is no spec in {}", shown(folder)));
    Err(match below.first() {
        Some(first) => failure.help(format!("there is one in {}: name that folder", shown(first))),
        None => {
            failure.help("a spec is named `drplan.yaml` or `*.drplan.yaml`; `drplan init` writes one to start from")
        }
    })
}

/// The bytes of a regular file within the limit. A link may not lead out of the folder that it stands in, nor into what git
/// keeps there, such as the token of a job: on a stranger's pull request its target would end up in the output.
pub(super) fn read_file(path: &Path, limits: Limits) -> Result<Vec<u8>, Failure> {
    refuse_escape(path)?;
    let file = open_regular(path)?;
    let mut bytes = Vec::new();
    let limit = limits.max_bytes as u64;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|error| cannot("read", path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(too_large(path, limit));
    }
    let size = fs::metadata(path).map(|metadata| metadata.len()).unwrap_or(0);
    if size > limit { Err(too_large(path, limit)) } else { Ok(bytes) }
}

/// Opens a file only after it is known to be one: opening a FIFO would wait for ever.
fn open_regular(path: &Path) -> Result<File, Failure> {
    let metadata = fs::metadata(path).map_err(|error| cannot("read", path, &error))?;
    if !metadata.is_file() {
        let failure = Failure::new(format!("{} is {}, not a file", shown(path), kind(&metadata)));
        return Err(failure.help("name a regular file, or a folder with `drplan.yaml` in it"));
    }
    if metadata.len() > Limits::default().max_bytes as u64 {
        return Err(too_large(path, Limits::default().max_bytes as u64));
    }
    File::open(path).map_err(|error| cannot("read", path, &error))
}

fn refuse_escape(path: &Path) -> Result<(), Failure> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    if !is_link {
        return Ok(());
    }
    let folder = folder_of(path);
    let Ok(target) = fs::canonicalize(path) else {
        let failure = Failure::new(format!("{} is a link that leads nowhere", shown(path)));
        return Err(failure.help("put the file itself there"));
    };
    let inside = fs::canonicalize(folder)
        .is_ok_and(|folder| target.strip_prefix(folder).is_ok_and(|inside| inside.iter().all(|part| part != ".git")));
    if inside {
        return Ok(());
    }
    let failure = Failure::new(format!("{} is a link that leads out of its folder", shown(path)));
    Err(failure.help("put the file itself there; links are not followed out of a spec's folder"))
}

fn kind(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a folder" } else { "a device, pipe or socket" }
}

fn too_large(path: &Path, limit: u64) -> Failure {
    Failure::new(format!("{} is larger than {} MiB", shown(path), limit >> 20))
        .help("split it into several `*.drplan.yaml` files in one folder")
}

/// When a file was last changed, and how large it is; none for what is not there.
pub(super) type Stamp = (std::time::SystemTime, u64);

/// The stamp of a file.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A failure of the operating system, in words.
pub(super) fn cannot(verb: &str, path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("cannot {verb} {}: {}", shown(path), reason(error)));
    match error.kind() {
        io::ErrorKind::NotFound if verb == "read" => {
            failure.help("check the path; without one the current folder is read")
        }
        _ => failure,
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    }
}

/// A path as it is shown to people.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Standard input as text, within the limit.
pub(super) fn read_stdin(limits: Limits) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let limit = limits.max_bytes as u64;
    let read = io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| cannot("read", Path::new(STDIN), &error))?;
    if bytes.len() as u64 > limit { Err(too_large(Path::new(STDIN), limit)) } else { Ok(bytes) }
}

/// Every file below a folder of technology packs: path within the folder to text.
pub(super) fn read_tree(folder: &Path) -> Result<std::collections::BTreeMap<String, String>, Failure> {
    let mut files = std::collections::BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).map_err(|error| cannot("read", &next, &error))? {
            let path = entry.map_err(|error| cannot("read", &next, &error))?.path();
            let metadata = fs::symlink_metadata(&path).map_err(|error| cannot("read", &path, &error))?;
            if metadata.is_dir() {
                open.push(path);
            } else if metadata.is_file() {
                let bytes = read_file(&path, Limits { max_bytes: 1 << 20, ..Limits::default() })?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| Failure::new(format!("{} is not UTF-8 text", shown(&path))))?;
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(name, text);
            }
        }
    }
    Ok(files)
}

/// Prints to standard output. A reader that has gone away is no mistake.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write_out(&disarmed(text))
}

/// As [`print`], for text that is meant for the runner of a job.
pub(super) fn print_commands(text: &str) -> Result<(), Failure> {
    write_out(&without_marks(text))
}

/// As [`print`], for a document that is the result itself: it goes into a file or another program byte for byte.
pub(super) fn print_document(text: &str) -> Result<(), Failure> {
    write_out(text)
}

fn write_out(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(cannot("write to", Path::new("<stdout>"), &error))
        }
        _ => Ok(()),
    }
}

/// Tells the user something that is no result.
pub(super) fn tell(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", disarmed(text));
}

/// What a spec says must not become a command of the job that prints it: GitHub takes `::…` at the beginning of a line for
/// one. A third colon makes it none: that is how further places are shown.
fn disarmed(text: &str) -> Cow<'_, str> {
    let text = without_marks(text);
    let begins = |line: &str| line.trim_start().strip_prefix("::").is_some_and(|rest| !rest.starts_with(':'));
    if !(text.contains("::") && text.lines().any(begins)) {
        return text;
    }
    let disarm = |line: &str| if begins(line) { line.replacen("::", ":<U+003A>", 1) } else { line.to_owned() };
    Cow::Owned(text.split_inclusive('\n').map(disarm).collect())
}

/// The runners of GitHub and Azure take `##[…]` and `##vso[…]` anywhere in a line for a command, TeamCity `##teamcity[…]`.
fn without_marks(text: &str) -> Cow<'_, str> {
    const MARKS: [&str; 3] = ["##[", "##vso[", "##teamcity["];
    MARKS.iter().fold(Cow::Borrowed(text), |text, mark| match text.contains(mark) {
        true => Cow::Owned(text.replace(mark, &format!("#<U+0023>{}", &mark[2..]))),
        false => text,
    })
}

/// Whether standard output gets colours.
pub(super) fn style(colour: Colour) -> Style {
    style_of(colour, AutoStream::choice(&io::stdout()))
}

/// What standard output is.
pub(super) fn screen(colour: Colour) -> Screen {
    let is_terminal = io::stdout().is_terminal();
    let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    Screen { style: style(colour), width: width.filter(|_| is_terminal), ascii: is_terminal && !speaks_utf8() }
}

/// Whether the locale is one of UTF-8: what is printed into a file or another program always is.
#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn speaks_utf8() -> bool {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default().to_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// Whether standard error gets colours.
pub(super) fn error_style(colour: Colour) -> Style {
    style_of(colour, AutoStream::choice(&io::stderr()))
}

fn style_of(colour: Colour, automatic: ColorChoice) -> Style {
    let coloured = match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => automatic != ColorChoice::Never,
    };
    if coloured { Style::Coloured } else { Style::Plain }
}

/// Writes one file that must not exist yet.
pub(super) fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let created = fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = created.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(format!("{} exists already", shown(path))).help("nothing was written; name another folder")
        }
        _ => cannot("write", path, &error),
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| cannot("write", path, &error))
}

/// A temporary file that may be read by whom the user lets read files, since it is to become one.
pub(super) fn as_any_file() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// [`print`] into a file, which is replaced whole or not at all: a job may print it.
pub(super) fn print_into(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, &disarmed(text))
}

/// [`print_commands`] into a file, which is replaced whole or not at all.
pub(super) fn print_commands_into(path: &Path, text: &str) -> Result<(), Failure> {
    replace(path, &without_marks(text))
}

/// The folder that a path is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses to put a file where something stands that is none: a device would be gone for everybody, and who reads a pipe would
/// wait for ever.
pub(super) fn refuse_special(path: &Path) -> Result<(), Failure> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            let failure = Failure::new(format!("cannot write {}: it is {}, not a file", shown(path), kind(&metadata)));
            Err(failure.help("name a file; what is to be printed takes `--format`"))
        }
        _ => Ok(()),
    }
}

/// Replaces a file, whole or not at all.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    refuse_special(path)?;
    let folder = folder_of(path);
    let write = || -> io::Result<()> {
        let mut file = as_any_file().tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        if let Ok(metadata) = fs::symlink_metadata(path)
            && metadata.is_file()
        {
            file.as_file().set_permissions(metadata.permissions())?;
        }
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| cannot("write", path, &error))
}
