//! What a stranger can put where a spec is wanted: each is answered clearly, with the right exit code, in bounded time
//! and memory.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

/// Address space in KiB. The program itself needs about a tenth of it, also when built without optimization.
const MEMORY: &str = "600000";
const SECONDS: &str = "20";

/// What a command says of a path, run under limits: out of memory it aborts, out of time it exits with 124.
fn limited(command: &str, path: &Path) -> Output {
    let script = format!("ulimit -v {MEMORY}; exec timeout {SECONDS} \"$@\"");
    Command::new("sh")
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_drplan"), command])
        .arg(path)
        .args(["--as-of", "2026-06-01"])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        // Each thread and each arena of the allocator reserves address space on machines with many cores.
        .env("RAYON_NUM_THREADS", "2")
        .env("MALLOC_ARENA_MAX", "2")
        .output()
        .unwrap()
}

/// Each command that reads specs gives the code and says all of `wanted`.
fn answers(path: &Path, code: i32, wanted: &[&str]) {
    for command in ["validate", "assess", "graph"] {
        let output = limited(command, path);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{command} {}: {said}", path.display());
        for text in wanted {
            assert!(said.contains(text), "{command} {}: no `{text}` in\n{said}", path.display());
        }
        assert!(said.len() < 10_000, "{command} {}: {} bytes of answer", path.display(), said.len());
    }
}

fn written(folder: &Path, bytes: impl AsRef<[u8]>) -> std::path::PathBuf {
    let path = folder.join("drplan.yaml");
    fs::write(&path, bytes).unwrap();
    path
}

fn init() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/init/drplan.yaml")).unwrap()
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("drplan.yaml");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for path in [fifo.as_path(), folder.path()] {
        answers(path, 2, &["drplan.yaml is a device, pipe or socket, not a file", "help: name a regular file"]);
    }
    answers(Path::new("/dev/zero"), 2, &["/dev/zero is a device, pipe or socket, not a file"]);
}

#[test]
fn folders_without_a_spec_say_what_one_is_called() {
    let folder = tempfile::tempdir().unwrap();
    answers(folder.path(), 2, &["there is no spec in ", "a spec is named `drplan.yaml` or `*.drplan.yaml`"]);
    fs::create_dir(folder.path().join("drplan.yaml")).unwrap();
    answers(folder.path(), 2, &["drplan.yaml is a folder, not a file"]);
}

#[test]
fn a_file_of_two_gibibytes_is_refused_unread() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.yaml");
    File::create(&path).unwrap().set_len(2 << 30).unwrap();
    answers(&path, 2, &["is larger than 1024 MiB", "help: split it"]);
}

#[test]
fn an_empty_file_says_how_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "\n\n", "# nothing yet\n", "\u{feff}"] {
        let path = written(folder.path(), text);
        answers(&path, 1, &["error[missing-key]: there is nothing in the spec", "help: begin with `drplan: 1`"]);
    }
}

#[test]
fn byte_order_mark_and_carriage_returns_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let printed = |text: &str| {
        let output = limited("validate", &written(folder.path(), text));
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let plain = printed(&init());
    assert_eq!(plain.0, Some(0));
    assert!(plain.1.contains("left-unprotected"), "{}", plain.1);
    let windows = format!("\u{feff}{}", init().replace('\n', "\r\n"));
    assert_eq!(printed(&windows), plain);
    let broken = |text: &str| text.replace("takes:", "taks:");
    assert_eq!(printed(&broken(&windows)), printed(&broken(&init())), "places too");
}

#[test]
fn other_encodings_are_named_with_the_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let latin: Vec<u8> = init().replace("my-system", "caf\u{e9}").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let path = written(folder.path(), latin);
    answers(&path, 1, &["error[not-utf-8]: byte 263 (0xE9) on line 8 is not UTF-8", "drplan.yaml:8:12", "iconv"]);
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let wide: Vec<u8> = format!("\u{feff}{}", init()).encode_utf16().flat_map(to_bytes).collect();
        let path = written(folder.path(), wide);
        answers(&path, 1, &["error[utf-16]: the file is UTF-16 or UTF-32, not UTF-8", "my-system: 1 error;"]);
    }
    answers(&written(folder.path(), b"drplan: 1\0\n"), 1, &["a NUL character (0x00) at byte 10 on line 1"]);
}

#[test]
fn nesting_without_end_is_refused_at_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    let head = "drplan: 1\nsystem: {name: x}\nlocations: ";
    let documents = [
        format!("{head}{}{}\n", "{a: ".repeat(10_000), "}".repeat(10_000)),
        format!("{head}{}{}\n", "[".repeat(10_000), "]".repeat(10_000)),
        format!("{head}{}", "[".repeat(10_000)),
        format!("{head}\n{}", (1..10_000).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>()),
    ];
    for document in documents {
        let path = written(folder.path(), document);
        answers(&path, 1, &["error[nested-too-deep]: more than 128 maps and lists inside each other"]);
    }
}

#[test]
fn an_alias_bomb_is_refused_at_its_bound() {
    let folder = tempfile::tempdir().unwrap();
    let level = |n: u32| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(", "));
    let bomb: String = (1..30).map(level).collect();
    let path = written(folder.path(), format!("drplan: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{bomb}"));
    answers(&path, 1, &["error[alias-bomb]: aliases repeat more than 1000000 keys and values"]);
}

#[test]
fn a_key_twice_names_both_places() {
    let folder = tempfile::tempdir().unwrap();
    let twice = init().replace("  application:\n", "  database:\n");
    let path = written(folder.path(), twice);
    answers(
        &path,
        1,
        &["error[duplicate-key]: the key `database` is written twice", "drplan.yaml:48:3", "drplan.yaml:30:3"],
    );
}

#[test]
fn a_link_out_of_the_folder_shows_nothing_of_its_target() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let secret = outside.path().join("secret");
    fs::write(&secret, "a: hidden-from-pull-requests\n").unwrap();
    let path = folder.path().join("drplan.yaml");
    std::os::unix::fs::symlink(&secret, &path).unwrap();
    let output = limited("validate", &path);
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("is a link that leads out of its folder") && !said.contains("hidden"), "{said}");
}
