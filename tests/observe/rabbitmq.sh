#!/usr/bin/env bash
# One node of RabbitMQ below FOLDER, asked for the status of its cluster. Usage: rabbitmq.sh FOLDER
set -eu -o pipefail
folder=$1
bin=/usr/lib/rabbitmq/bin
[ -x "$bin/rabbitmq-server" ] || { echo 'cannot run rabbitmq-server; install it with: apt-get install rabbitmq-server' >&2; exit 1; }
export HOME=$folder LC_ALL=C.UTF-8 ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=43690
export RABBITMQ_NODENAME=rabbit1@localhost RABBITMQ_NODE_PORT=55672 RABBITMQ_DIST_PORT=55673 RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
export RABBITMQ_MNESIA_BASE=$folder/mnesia RABBITMQ_LOG_BASE=$folder/log RABBITMQ_PID_FILE=$folder/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_CONFIG_FILE=$folder/none
mkdir -p "$folder"/{mnesia,log,out}
stop() {
  "$bin/rabbitmqctl" stop >/dev/null 2>&1 || true
  epmd -port "$ERL_EPMD_PORT" -kill >/dev/null 2>&1 || true
}
trap stop EXIT
"$bin/rabbitmq-server" -detached >/dev/null 2>&1
for _ in $(seq 120); do
  "$bin/rabbitmqctl" await_startup --timeout 5 >/dev/null 2>&1 && break
  sleep 0.5
done
"$bin/rabbitmqctl" cluster_status --formatter json >"$folder/out/status.json"
"$bin/rabbitmqctl" cluster_status >"$folder/out/status.txt"
