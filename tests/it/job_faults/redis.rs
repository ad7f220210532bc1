//! A Redis server of its own, and a systemctl that starts and stops it as systemd would.

use std::time::Duration;
use std::{fs, thread::sleep};

use crate::host::{Host, free_port, text};

/// A server that ends with the test.
pub(super) struct Redis<'h> {
    host: &'h Host,
    pub(super) port: String,
}

impl Drop for Redis<'_> {
    fn drop(&mut self) {
        let _ = self.host.run(&["redis-cli", "-p", &self.port, "SHUTDOWN", "NOSAVE"]);
    }
}

impl<'h> Redis<'h> {
    /// Starts an empty server whose data lie in the folder `name`.
    pub(super) fn start(host: &'h Host, name: &str) -> Self {
        let port = free_port();
        fs::create_dir(host.path(name)).unwrap();
        let settings = format!(
            "port {port}\nbind 127.0.0.1\ndaemonize yes\ndir {0}\npidfile {0}/pid\nlogfile {0}/log\nsave 3600 1\nrepl-diskless-sync-delay 0\n",
            host.word(name)
        );
        host.write(&format!("{name}/redis.conf"), &settings);
        let redis = Self { host, port };
        // As PID 1 does, it starts the server away from the caller: with none of its files, in a session of its own.
        host.tool(
            "systemctl",
            &format!(
                r#"cli() {{ /usr/bin/redis-cli -p {port} "$@" 2>/dev/null; }}
for file in /proc/self/fd/*; do
  fd=${{file##*/}}
  [ "$fd" -lt 3 ] || [ "$fd" = 255 ] || eval "exec $fd>&-" 2>/dev/null
done
case "$1" in
  start)
    [ -z "$(cli PING)" ] || exit 0
    setsid /usr/bin/redis-server '{conf}' </dev/null >/dev/null 2>&1
    for _ in $(seq 1 200); do [ -z "$(cli PING)" ] || exit 0; sleep 0.05; done
    exit 1
    ;;
  stop) cli SHUTDOWN SAVE; for _ in $(seq 1 200); do [ -n "$(cli PING)" ] || exit 0; sleep 0.05; done; exit 1 ;;
esac"#,
                port = redis.port,
                conf = host.word(&format!("{name}/redis.conf")),
            ),
        );
        assert!(host.run(&["systemctl", "start"]).status.success(), "no server");
        redis
    }

    /// The answer to a command.
    pub(super) fn ask(&self, words: &[&str]) -> String {
        for _ in 0..100 {
            let output = self.host.run(&[&["redis-cli", "-p", &self.port], words].concat());
            let answer = text(&output).trim().to_owned();
            if output.status.success() && !answer.starts_with("LOADING") {
                return answer;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("no answer to {words:?}");
    }
}
