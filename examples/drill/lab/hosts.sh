#!/bin/bash
# Hosts: each a systemd of its own in a container, on an overlay of the image. Sourced, never run.

HIERARCHIES=(/sys/fs/cgroup/systemd /sys/fs/cgroup/unified)
[ -e /sys/fs/cgroup/systemd ] || HIERARCHIES=(/sys/fs/cgroup)

# install_host NAME IMAGE: a new machine, with its name and the names of all others, which is what DNS is for.
install_host() {
  local name=$1 root=$LAB/$1/root
  mkdir -p "$LAB/$name"/{changes,work,root}
  mount -t overlay overlay -o "lowerdir=$2,upperdir=$LAB/$name/changes,workdir=$LAB/$name/work" "$root" ||
    die "no overlay on $LAB: it must be on a file system that can carry one (DRPLAN_LAB_DIR says where)"
  printf '%s\n' "$(host_field "$name" 2)" >"$root/etc/hostname"
  {
    echo '127.0.0.1 localhost'
    awk '{ print $4, $2, $1 }' "$LAB/hosts"
  } >"$root/etc/hosts"
  rm -f "$root/etc/resolv.conf"
  : >"$root/etc/resolv.conf"
  mkdir -p "$root$REPOSITORY"
}

# boot NAME [STATES]: returns when systemd has started everything, or is in another of these states.
boot() {
  local name=$1 states=${2:-running|degraded} pid leader end=$((SECONDS + 120))
  enter_cgroup "$name"
  (
    own_cgroup "$name"
    exec setsid -w systemd-nspawn -q -D "$LAB/$name/root" --machine="$PREFIX-$name" --hostname="$(host_field "$name" 2)" \
      --register=no --keep-unit --network-namespace-path="/run/netns/$PREFIX-$name" \
      --bind-ro="$CONTROL:$REPOSITORY" --resolv-conf=off --timezone=off --console=pipe --boot
  ) >"$LAB/$name/console.log" 2>&1 </dev/null 9>&- &
  pid=$!
  echo "$pid" >"$LAB/$name/pid"
  while [ "$SECONDS" -lt "$end" ]; do
    leader=$(leader_of "$pid")
    if [ -n "$leader" ] && timeout 5 nsenter -t "$leader" -a -- systemctl is-system-running 2>/dev/null | grep -qE "$states"; then
      echo "$leader" >"$LAB/$name/leader"
      return 0
    fi
    sleep 0.2
  done
  tail -n 10 "$LAB/$name/console.log" >&2
  die "$name does not boot"
}

# Without one of its own all hosts share a cgroup, and units of the same name collide (status=219/CGROUP).
enter_cgroup() {
  local hierarchy
  for hierarchy in "${HIERARCHIES[@]}"; do
    [ ! -d "$hierarchy" ] || mkdir -p "$hierarchy/$PREFIX-$1"
  done
}

own_cgroup() {
  local hierarchy
  for hierarchy in "${HIERARCHIES[@]}"; do
    [ ! -d "$hierarchy" ] || echo "$BASHPID" >"$hierarchy/$PREFIX-$1/cgroup.procs"
  done
}

# on NAME [SECONDS]: runs the shell text on standard input there, as root, with the environment of a login.
on() {
  timeout "${2:-600}" nsenter -t "$(cat "$LAB/$1/leader")" -a -- \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
    bash -e -o pipefail -c "cd /root; $(cat)"
}

# power_off NAME: from one moment to the next, without a word to anybody. It is cut off first: otherwise the kernel would
# close its connections, and its peers would know at once.
power_off() {
  local pid
  cut_off "$1"
  pid=$(cat "$LAB/$1/pid")
  if is_container "$1" "$pid"; then
    kill -9 "$(leader_of "$pid")" 2>/dev/null || true
    for _ in $(seq 1 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    ! is_container "$1" "$pid" || kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$LAB/$1/leader"
  ! mountpoint -q "$LAB/$1/root" || umount "$LAB/$1/root"
}

# Whether a process is that of a host of ours: after a reboot its number may be anybody's.
is_container() { tr '\0' '\n' 2>/dev/null <"/proc/$2/cmdline" | grep -qxF -- "--machine=$PREFIX-$1"; }

leader_of() { awk '{ print $1 }' "/proc/$1/task/$1/children" 2>/dev/null || true; }

# power_on NAME: the same machine with the same disk. What waits for a network may go on starting.
power_on() {
  mount -t overlay overlay -o "lowerdir=$IMAGE,upperdir=$LAB/$1/changes,workdir=$LAB/$1/work" "$LAB/$1/root"
  boot "$1" 'running|degraded|starting'
}

destroy() {
  power_off "$1"
  rm -rf "${LAB:?}/$1"
}

lab_down() {
  local name hierarchy
  if [ -e "$LAB/hosts" ]; then
    for name in $(hosts); do
      [ ! -e "$LAB/$name/pid" ] || destroy "$name" 2>/dev/null || true
      for hierarchy in "${HIERARCHIES[@]}"; do
        [ ! -d "$hierarchy/$PREFIX-$name" ] || find "$hierarchy/$PREFIX-$name" -depth -type d -exec rmdir {} + 2>/dev/null || true
      done
    done
  fi
  network_down
  ! mountpoint -q "$LAB" || umount "$LAB"
  rm -rf "$LAB"
}
