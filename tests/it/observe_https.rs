//! `observe --puppetdb` against a local HTTPS server that wants a certificate: who is trusted, what is asked, what is refused.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::observe::{observe, observed};

struct Server {
    folder: tempfile::TempDir,
    process: Child,
    port: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("answers")).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/observe/https.rb");
        let process = Command::new("ruby")
            .args([script.as_os_str(), folder.path().as_os_str()])
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run ruby: {error}; install it with: apt-get install ruby"));
        let mut server = Self { folder, process, port: String::new() };
        let file = server.folder.path().join("port");
        for _ in 0..600 {
            if let Ok(port) = fs::read_to_string(&file) {
                server.port = port;
                server.answers();
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not start: it needs the OpenSSL library of ruby");
    }

    /// The recorded answers of a real PuppetDB.
    fn answers(&self) {
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/observe/samples/puppetdb");
        let sample = |name: &str| fs::read_to_string(samples.join(name)).unwrap();
        self.answer("nodes", &sample("nodes.json"));
        self.answer("dr_status", "[]");
        self.answer("resources", &format!("!chunked\n{}", sample("resources-restic-job.json")));
    }

    fn answer(&self, name: &str, body: &str) {
        fs::write(self.folder.path().join("answers").join(name), body).unwrap();
    }

    /// The arguments that ask it, as a client known by these files.
    fn arguments(&self, address: &str, authority: &str, client: &str) -> Vec<String> {
        let file = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let url = address.replace("PORT", &self.port);
        let (cert, key) = (file(&format!("{client}.pem")), file(&format!("{client}.key")));
        ["--puppetdb", &url, "--cacert", &file(authority), "--cert", &cert, "--key", &key].map(str::to_owned).to_vec()
    }

    fn refusal(&self, address: &str, authority: &str, client: &str) -> String {
        let arguments = self.arguments(address, authority, client);
        let target = self.folder.path().join("observed.yaml");
        fs::write(&target, "before").unwrap();
        let arguments: Vec<&str> =
            arguments.iter().map(String::as_str).chain(["-o", target.to_str().unwrap()]).collect();
        let (printed, told, code) = observe(&arguments);
        assert_eq!((printed.as_str(), code), ("", 2), "{told}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "before");
        assert!(!told.contains("PRIVATE KEY"), "{told}");
        told
    }
}

const ADDRESS: &str = "https://localhost:PORT";

#[test]
fn puppetdb_is_asked_with_a_certificate() {
    let server = Server::start();
    let arguments = server.arguments(&format!("{ADDRESS}/"), "ca.pem", "client");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let state = observed(&arguments);
    assert_eq!(state.value("hosts.pg1.lon.example.com", "converged"), "false");
    assert_eq!(state.value("jobs.uploads on pg1.lon.example.com", "on_calendar"), "*:0/15");
    let copy = "components.files.data.uploads.copies.often";
    assert_eq!(state.value(copy, "present"), "false", "a host with resources of ours lacks this job");
    let asked = fs::read_to_string(server.folder.path().join("asked")).unwrap();
    let expected = "/pdb/query/v4/nodes\n/pdb/query/v4/facts/dr_status\n\
                    /pdb/query/v4/resources?query=%5B%22~%22%2C%22type%22%2C%22%5EDr%3A%3A%22%5D\n";
    assert_eq!(asked, expected);
}

#[test]
fn only_who_is_trusted_is_asked_and_only_the_right_answer_is_taken() {
    let server = Server::start();
    let refused = |address: &str, authority: &str, client: &str, reason: &str| {
        let told = server.refusal(address, authority, client);
        assert!(told.to_lowercase().contains(reason), "{told}");
        assert!(told.contains("help: "), "{told}");
    };
    refused(ADDRESS, "other-ca.pem", "client", "certificate");
    refused("https://127.0.0.1:PORT", "ca.pem", "client", "certificate");
    refused(ADDRESS, "ca.pem", "stranger", "cannot ask");
    refused("http://localhost:PORT", "ca.pem", "client", "no https address");
    refused("https://localhost:1", "ca.pem", "client", "refused");
    for (body, reason) in [
        ("!status 403", "certificate-allowlist"),
        ("!status 500", "the answer is 500"),
        ("!redirect", "redirects elsewhere"),
        ("!cut\n[{\"certname\": ", "cannot ask"),
        ("<html>", "is not json"),
        ("[{\"certname\": 1, \"latest_report_status\": 2}]", "not as expected"),
        ("{\"error\": \"x\"}", "a list of rows"),
    ] {
        server.answer("nodes", body);
        let told = server.refusal(ADDRESS, "ca.pem", "client");
        assert!(told.to_lowercase().contains(reason), "{body}: {told}");
    }
}

#[test]
fn what_is_missing_is_told() {
    let (_, told, code) = observe(&["--puppetdb", "https://localhost:1"]);
    assert_eq!(code, 2);
    assert!(told.contains("`--puppetdb` needs `--cacert`"), "{told}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pem");
    fs::write(&file, "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n").unwrap();
    let file = file.to_str().unwrap();
    let (_, told, code) =
        observe(&["--puppetdb", "https://localhost:1", "--cacert", file, "--cert", file, "--key", file]);
    assert_eq!(code, 2);
    assert!(told.contains("holds no certificate in PEM form") && !told.contains("secret"), "{told}");
}
