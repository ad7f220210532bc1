//! restic and rclone against a real S3 server on the loopback: moto, from PyPI, which `tests/run` puts into `target/s3`.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use super::{failed_with, survives_being_killed};
use crate::host::{Host, succeeds, text};

/// The server, which ends with the tests: its standard input is then closed.
static SERVER: OnceLock<(u16, Child)> = OnceLock::new();

fn port() -> u16 {
    SERVER.get_or_init(start).0
}

fn start() -> (u16, Child) {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../s3/bin/moto_server");
    assert!(program.exists(), "there is no S3 server at {}: run tests/run once", program.display());
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut child = Command::new("sh")
        .args(["-c", r#""$0" -H 127.0.0.1 -p "$1" >/dev/null 2>&1 & cat >/dev/null; kill $!"#])
        .arg(&program)
        .arg(port.to_string())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    for _ in 0..1200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return (port, child);
        }
        sleep(Duration::from_millis(50));
    }
    let _ = child.kill();
    let _ = child.wait();
    panic!("the S3 server does not answer");
}

/// A request without a body and without a signature, which the server does not ask for.
fn request(method: &str, path: &str) {
    let mut stream = TcpStream::connect(("127.0.0.1", port())).unwrap();
    write!(stream, "{method} /{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    let answer = std::io::read_to_string(stream).unwrap();
    assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
}

fn host(bucket: &str) -> Host {
    request("PUT", bucket);
    let endpoint = format!("DR_ENDPOINT='http://127.0.0.1:{}'", port());
    Host::of("rclone", &format!("{bucket}/copies/files"), "checksum", &[&endpoint, "DR_APPEND_ONLY='no'"])
}

#[test]
fn restic_keeps_its_repository_in_a_bucket() {
    request("PUT", "for-restic");
    let url = format!("s3:http://127.0.0.1:{}/for-restic/files", port());
    let host = Host::of("restic", &url, "full", &["DR_TAG='files'"]);
    succeeds(&host.run(&["dr-restic-backup", "files"]));
    host.write("data/first", "damaged");
    succeeds(&host.run(&["dr-restic-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
}

#[test]
fn a_point_of_plain_files_brings_back_owners_links_and_empty_folders() {
    let host = host("good");
    host.write("etc/rclone/files.exclude", "*.tmp\n");
    host.write("data/x.tmp", "left out");
    fs::create_dir(host.path("data/empty")).unwrap();
    fs::set_permissions(host.path("data/empty"), fs::Permissions::from_mode(0o2750)).unwrap();
    fs::set_permissions(host.path("data/first"), fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("first", host.path("data/link")).unwrap();
    host.write("with [odd] 'name'", "alone");
    let alone = host.path("with [odd] 'name'");
    host.write("etc/rclone/files.paths", &format!("{}\n{}\n", host.path("data").display(), alone.display()));
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    assert_eq!(host.status("files")["files"], 2);
    succeeds(&host.run(&["dr-rclone-drill", "files"]));
    let owner = fs::metadata(host.path("data/first")).unwrap().uid();

    host.write("data/first", "damaged");
    succeeds(&host.run(&["dr-rclone-restore", "files", "--swap"]));
    assert_eq!((host.read("data/first"), host.read("with [odd] 'name'")), ("one".to_owned(), "alone".to_owned()));
    let mode = |name: &str| fs::metadata(host.path(name)).unwrap().mode() & 0o7777;
    assert_eq!((mode("data/first"), mode("data/empty")), (0o640, 0o2750));
    assert_eq!(fs::metadata(host.path("data/first")).unwrap().uid(), owner);
    assert_eq!(fs::read_link(host.path("data/link")).unwrap(), Path::new("first"));
    assert!(!host.path("data/x.tmp").exists());

    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    assert_eq!(host.points("rclone").len(), 1, "retention keeps one");
}

#[test]
fn what_differs_or_goes_elsewhere_does_not_count() {
    let host = host("faults");
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    let good = host.points("rclone");
    for (order, reason) in [("check", "differ"), ("copy", "rclone failed"), ("rcat", "")] {
        // The real one for everything else.
        host.fake("rclone", &format!(r#"[ "$1" != {order} ] || exit 1; exec /usr/bin/rclone "$@""#));
        host.write("data/second", order);
        failed_with(&host, &host.run(&["dr-rclone-backup", "files"]), reason);
        assert_eq!(host.points("rclone"), good, "an old point went, or one that was not verified counts: {order}");
    }
    host.unfake("rclone");

    // Another bucket in its place, and none at all.
    request("PUT", "elsewhere");
    let settings = host.read("etc/rclone/files.env");
    host.write("etc/rclone/files.env", &settings.replace("faults/", "elsewhere/"));
    failed_with(&host, &host.run(&["dr-rclone-backup", "files"]), "not begun again");
    host.write("etc/rclone/files.env", &settings.replace("faults/", "nowhere/"));
    let gone = host.run(&["dr-rclone-backup", "files"]);
    assert!(!gone.status.success(), "{}", text(&gone));
    host.write("etc/rclone/files.env", &settings);
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    assert_eq!(host.points("rclone").len(), 1);
}

#[test]
fn a_killed_copy_is_never_good_and_the_next_one_recovers() {
    let host = host("killed");
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    let after = |ms| move || sleep(Duration::from_millis(ms));
    survives_being_killed(&host, "rclone", &[&after(500), &after(1400)]);
}

#[test]
fn a_host_that_was_installed_anew_puts_nothing_above_its_old_points() {
    let host = host("anew");
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
    let good = host.points("rclone");
    host.install_anew("rclone");
    let output = host.run(&["dr-rclone-backup", "files"]);
    assert!(!output.status.success() && text(&output).contains("--adopt"), "{}", text(&output));
    assert_eq!(host.points("rclone"), good);
    succeeds(&host.run(&["dr-rclone-restore", "files", "--swap"]));
    assert_eq!(host.read("data/first"), "one");
    succeeds(&host.run(&["dr-rclone-backup", "files"]));
}
