//! Asks PuppetDB over HTTPS with a client certificate. Only `observe --puppetdb` comes here; nothing else of the program opens
//! a connection.
//!
//! It trusts the authority of the Puppet installation and no other, follows no redirect and asks no proxy, so that what it
//! is told can come from nowhere else, and takes no more than it can hold.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, TlsProvider, parse_pem};
use ureq::{Agent, Error};

use super::args::PuppetDb;
use super::exit::Failure;
use super::io;
use crate::diag::visible::one_line;
use crate::observed::adapters::PUPPETDB_QUERIES;
use crate::text::Limits;

/// The longest that one question may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// The largest answer that is taken.
const LARGEST_ANSWER: u64 = 256 << 20;
/// The largest file with certificates or a key.
const LARGEST_PEM: usize = 1 << 20;

/// The answers to all questions, as a map from their names: what the adapter for PuppetDB reads.
pub(super) fn ask(args: &PuppetDb, url: &str) -> Result<String, Failure> {
    let base = url.trim_end_matches('/');
    if !base.starts_with("https://") || base.len() == "https://".len() {
        let failure = Failure::new(format!("`{}` is no HTTPS address", one_line(url)));
        return Err(failure.help("write it like `https://puppetdb.example.com:8081`"));
    }
    let agent = agent(args)?;
    let mut answers = serde_json::Map::new();
    for (name, query) in PUPPETDB_QUERIES {
        let answer = get(&agent, &format!("{base}/pdb/query/v4/{query}"))?;
        answers.insert(name.to_owned(), answer);
    }
    Ok(serde_json::Value::Object(answers).to_string())
}

fn get(agent: &Agent, url: &str) -> Result<serde_json::Value, Failure> {
    let mut response =
        agent.get(url).header("Accept", "application/json").call().map_err(|error| refused(url, &error))?;
    // A redirect is not followed and no error of the client's.
    if response.status().as_u16() != 200 {
        return Err(refused(url, &Error::StatusCode(response.status().as_u16())));
    }
    let body = response.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string();
    let body = body.map_err(|error| refused(url, &error))?;
    serde_json::from_str(&body).map_err(|error| {
        let message = format!("the answer of {} is not JSON: {}", shown(url), one_line(&error.to_string()));
        Failure::new(message).help("is it PuppetDB that answers there?")
    })
}

fn agent(args: &PuppetDb) -> Result<Agent, Failure> {
    let needed = |path: &Option<std::path::PathBuf>, option: &str| {
        let help = "in a Puppet installation: `$(puppet config print localcacert)`, `hostcert` and `hostprivkey`";
        path.clone().ok_or_else(|| Failure::new(format!("`--puppetdb` needs `{option}`")).help(help))
    };
    let authority = certificates(&needed(&args.cacert, "--cacert")?)?;
    let certificate = certificates(&needed(&args.cert, "--cert")?)?;
    let key = private_key(&needed(&args.key, "--key")?)?;
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&authority))
        .client_cert(Some(ClientCert::new_with_certs(&certificate, key)))
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .https_only(true)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("drplan/", env!("CARGO_PKG_VERSION")));
    Ok(config.build().into())
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let pem = io::read_file(path, Limits { max_bytes: LARGEST_PEM, ..Limits::default() })?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| no_pem(path, "certificate"))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(no_pem(path, "certificate")) } else { Ok(found) }
}

fn private_key(path: &Path) -> Result<PrivateKey<'static>, Failure> {
    let pem = io::read_file(path, Limits { max_bytes: LARGEST_PEM, ..Limits::default() })?;
    PrivateKey::from_pem(&pem).map_err(|_| no_pem(path, "private key"))
}

/// Says nothing of what is in the file: it may hold a secret.
fn no_pem(path: &Path, what: &str) -> Failure {
    Failure::new(format!("{} holds no {what} in PEM form", io::shown(path)))
}

fn refused(url: &str, error: &Error) -> Failure {
    let (reason, help) = match error {
        Error::StatusCode(status @ (401 | 403)) => (
            format!("the answer is {status}"),
            "PuppetDB does not let this certificate ask: see `certificate-allowlist` in its configuration",
        ),
        Error::StatusCode(300..=399) => ("it redirects elsewhere".to_owned(), "name the address where it answers"),
        Error::StatusCode(404) => ("the answer is 404".to_owned(), "is it PuppetDB 3 or later that answers there?"),
        Error::StatusCode(status) => (format!("the answer is {status}"), "PuppetDB's own log says why"),
        Error::Timeout(_) => (format!("no answer within {} s", TIMEOUT.as_secs()), "is the host reachable from here?"),
        Error::HostNotFound => ("there is no such host".to_owned(), "check the address"),
        Error::BodyExceedsLimit(_) => (
            format!("the answer is larger than {} MiB", LARGEST_ANSWER >> 20),
            "ask it in parts, with the adapter `puppetdb`",
        ),
        Error::Io(error) if error.kind() == ErrorKind::UnexpectedEof => {
            ("the answer ends in the middle".to_owned(), "ask again")
        }
        other => (
            one_line(&other.to_string()).into_owned(),
            "the name in the address must be in its certificate, which the authority of `--cacert` has signed",
        ),
    };
    Failure::new(format!("cannot ask {}: {reason}", shown(url))).help(help)
}

/// An address without its question.
fn shown(url: &str) -> String {
    one_line(url.split('?').next().unwrap_or(url)).into_owned()
}
