# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Member of a PostgreSQL cluster: WAL archiving, streaming replication, fencing, restore drills.
#
# The configuration is the same on every member. Only an empty data directory is treated by role: the first member is
# initialised, a standby is restored from the repository. After that the state of the database decides who is
# primary, so a Puppet run never undoes a failover. The title is the pgBackRest stanza.
#
# @param member
#   Name of this host among the members.
# @param members
#   All members of the cluster.
# @param bootstrap
#   How an empty data directory is filled.
# @param repository_address
#   Address of the backup host.
# @param replication_password
#   Password of the replication role.
# @param lag_sec
#   Changes reach the repository within this time: WAL is archived after five sixths of it at the latest.
# @param app_networks
#   Networks from which applications connect.
# @param cluster
#   Debian name of the cluster.
# @param port
#   TCP port of the database.
# @param role_port
#   TCP port on which the host tells its role: 200 for the primary, 503 otherwise.
# @param listen
#   Addresses to listen on.
# @param synchronous
#   A commit waits for a standby: nothing acknowledged is lost with the primary.
# @param settings
#   More settings of the server.
# @param max_age_sec
#   The objective for continuous archiving and replication: alert when the newest safe point is older.
# @param warn_age_sec
#   The worst case that the plan expects of it.
# @param drill_calendar
#   When a restore drill proves the repository on this host; the job is `NAME-drill`.
# @param drill_dir
#   Scratch directory of the drill; it must have room for the whole database.
# @param subject
#   Address of the component in the plan.
define dr::postgresql::cluster (
  Dr::Name $member,
  Array[Dr::Member, 1] $members,
  Enum['primary', 'standby'] $bootstrap,
  Dr::Address $repository_address,
  Sensitive[Dr::Secret] $replication_password,
  Integer[1, 3600] $lag_sec,
  Array[Dr::Cidr] $app_networks = [],
  Dr::Name $cluster = 'main',
  Dr::Port $port = 5432,
  Dr::Port $role_port = 8008,
  Pattern[/\A[A-Za-z0-9.:*, _-]+\z/] $listen = '*',
  Boolean $synchronous = false,
  Hash[Pattern[/\A[a-z][a-z0-9_.]*\z/], Dr::Secret] $settings = {},
  Optional[Integer[1]] $max_age_sec = undef,
  Optional[Integer[1]] $warn_age_sec = undef,
  Array[Dr::Calendar] $drill_calendar = [],
  Dr::Abspath $drill_dir = '/var/lib/postgresql/dr-drill',
  Optional[Dr::Subject] $subject = undef,
) {
  include dr
  include dr::postgresql

  $_stanza = assert_type(Dr::Name, $name)
  $_peers = $members.filter |$one| { $one['name'] != $member }
  if $_peers.length == $members.length {
    fail("dr::postgresql::cluster ${_stanza}: member ${member} is not among the members")
  }
  if $synchronous and $_peers.empty {
    fail("dr::postgresql::cluster ${_stanza}: synchronous replication needs a second member")
  }

  $_version = $dr::postgresql::version
  $_data_dir = "/var/lib/postgresql/${_version}/${cluster}"
  $_etc_dir = "/etc/postgresql/${_version}/${cluster}"
  $_unit = "postgresql@${_version}-${cluster}"
  $_passfile = "/var/lib/postgresql/.dr-${_stanza}.pgpass"
  $_env_file = "${dr::config_dir}/pg-${_stanza}.env"
  $_roles_file = "${dr::config_dir}/pg-${_stanza}-roles.sql"
  $_fenced = "${dr::state_dir}/pg-${_stanza}.fenced"
  $_stopped = "${dr::state_dir}/pg-${_stanza}.stopped"
  # There while the database is being made: what a run that was cut off has left is none, though it may look like one.
  $_creating = "${dr::state_dir}/pg-${_stanza}.creating"

  file {
    default:
      ensure  => file,
      owner   => 'postgres',
      group   => 'postgres',
      mode    => '0640',
      require => Class['dr::postgresql'],
      ;
    "/etc/pgbackrest/conf.d/${_stanza}.conf":
      content => epp('dr/postgresql/pgbackrest-client.conf.epp', {
          'stanza'             => $_stanza,
          'repository_address' => $repository_address,
          'data_dir'           => $_data_dir,
          'port'               => $port,
      }),
      ;
    $_passfile:
      mode      => '0600',
      show_diff => false,
      content   => Sensitive("# ${dr::header}\n*:*:*:dr_replication:${replication_password.unwrap.regsubst('[\\\\:]', '\\\\\\0', 'G')}\n"),
      ;
    $_roles_file:
      mode      => '0600',
      show_diff => false,
      content   => Sensitive(epp('dr/postgresql/roles.sql.epp', { 'password' => $replication_password })),
      ;
    $_env_file:
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => epp('dr/postgresql/pg.env.epp', {
          'stanza'    => $_stanza,
          'version'   => $_version,
          'cluster'   => $cluster,
          'port'      => $port,
          'role_port' => $role_port,
          'data_dir'  => $_data_dir,
          'unit'      => $_unit,
          'bootstrap' => $bootstrap,
          'peers'     => $_peers,
          'drill_dir' => $drill_dir,
          'subject'   => $subject,
      }),
      ;
  }

  exec { "dr-daemon-reload-pg-${_stanza}":
    command     => '/bin/systemctl daemon-reload',
    refreshonly => true,
  }

  # Refuses to start as primary when another member has taken over.
  file { "/etc/systemd/system/${_unit}.service.d":
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  file { "/etc/systemd/system/${_unit}.service.d/10-dr-fence.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/postgresql/fence.conf.epp', {
        'command' => dr::exec_line(["${dr::script_dir}/dr-pg-fence", $_stanza]),
        'fenced'  => $_fenced,
        'stopped' => $_stopped,
    }),
    notify  => Exec["dr-daemon-reload-pg-${_stanza}"],
  }

  # Guards run with `--noop` too, and one whose command does not exist yet is an error: test for it first, so that a
  # new host passes `puppet apply --noop`.
  exec { "dr-pg-config-${_stanza}":
    provider  => shell,
    command   => "${dr::script_dir}/dr-pg-bootstrap ${_stanza} --config",
    unless    => "test -e ${_etc_dir}/postgresql.conf && ! test -e ${_creating}",
    logoutput => on_failure,
    require   => [
      File[$_env_file],
      File["/etc/pgbackrest/conf.d/${_stanza}.conf"],
    ],
  }

  exec { "dr-pg-bootstrap-${_stanza}":
    provider  => shell,
    command   => "${dr::script_dir}/dr-pg-bootstrap ${_stanza}",
    unless    => "test -s ${_data_dir}/global/pg_control && ! test -e ${_creating}",
    onlyif    => "test -x ${dr::script_dir}/dr-pg-bootstrap && ${dr::script_dir}/dr-pg-bootstrap ${_stanza} --ready",
    timeout   => 0,
    logoutput => on_failure,
    require   => Exec["dr-pg-config-${_stanza}"],
  }

  file { [$_etc_dir, "${_etc_dir}/conf.d"]:
    ensure  => directory,
    owner   => 'postgres',
    group   => 'postgres',
    mode    => '0755',
    require => Exec["dr-pg-bootstrap-${_stanza}"],
  }

  file {
    default:
      ensure => file,
      owner  => 'postgres',
      group  => 'postgres',
      notify => Exec["dr-pg-reload-${_stanza}"],
      ;
    "${_etc_dir}/conf.d/90-dr.conf":
      mode    => '0644',
      content => epp('dr/postgresql/postgresql.conf.epp', {
          'stanza'              => $_stanza,
          'listen'              => $listen,
          'port'                => $port,
          'archive_timeout_sec' => max(1, $lag_sec * 5 / 6),
          'peers'               => $_peers,
          'synchronous'         => $synchronous,
          'member'              => $member,
          'passfile'            => $_passfile,
          'settings'            => $settings,
      }),
      ;
    "${_etc_dir}/pg_hba.conf":
      mode    => '0640',
      content => epp('dr/postgresql/pg_hba.conf.epp', {
          'peers'        => $_peers,
          'app_networks' => $app_networks,
      }),
      ;
  }

  # Not a service with `ensure => running`: a member that has no data yet, that is fenced, or that an operator has
  # stopped must stay down without failing the run.
  exec { "dr-pg-start-${_stanza}":
    command => "/bin/systemctl start ${_unit}",
    onlyif  => "/usr/bin/test -s ${_data_dir}/global/pg_control",
    unless  => [
      "/usr/bin/test -e ${_creating}",
      "/bin/systemctl is-active --quiet ${_unit}",
      "/usr/bin/test -e ${_fenced}",
      "/usr/bin/test -e ${_stopped}",
    ],
    require => [
      File["${_etc_dir}/conf.d/90-dr.conf"],
      File["${_etc_dir}/pg_hba.conf"],
      Exec["dr-daemon-reload-pg-${_stanza}"],
      Exec["dr-pg-bootstrap-${_stanza}"],
    ],
  }

  exec { "dr-pg-reload-${_stanza}":
    command     => "/bin/systemctl reload ${_unit}",
    onlyif      => "/bin/systemctl is-active --quiet ${_unit}",
    refreshonly => true,
    require     => Exec["dr-pg-start-${_stanza}"],
  }

  $_psql = "/usr/bin/psql -X -q -At -v ON_ERROR_STOP=1 -p ${port}"
  exec { "dr-pg-roles-${_stanza}":
    provider => shell,
    command  => "${_psql} -f ${_roles_file} postgres",
    user     => 'postgres',
    cwd      => '/',
    onlyif   => "test -x /usr/bin/psql && ${_psql} -c 'select not pg_is_in_recovery()' postgres | /bin/grep -qx t",
    unless   => "${_psql} -c \"select 1 from pg_roles where rolname = 'dr_replication'\" postgres | /bin/grep -qx 1",
    require  => [
      Exec["dr-pg-start-${_stanza}"],
      File[$_roles_file],
    ],
  }

  dr::timer { "${_stanza}-wal":
    command     => ["${dr::script_dir}/dr-pg-heartbeat", $_stanza],
    description => "Heartbeat, archive and replication of ${_stanza}",
    on_calendar => ['*:*:0/15'],
    user        => 'postgres',
    timeout_sec => 30,
    require     => Exec["dr-pg-start-${_stanza}"],
  }

  if $max_age_sec =~ NotUndef {
    dr::freshness { "${_stanza}-wal":
      max_age_sec  => $max_age_sec,
      warn_age_sec => $warn_age_sec,
      on_calendar  => ['*:*:30'],
      subject      => $subject,
    }
  }

  # Without a time of its own the drill is there all the same, for an operator to start.
  dr::timer { "${_stanza}-drill":
    command     => ["${dr::script_dir}/dr-pg-drill", $_stanza],
    description => "Restore drill of ${_stanza}",
    on_calendar => $drill_calendar,
    user        => 'postgres',
    require     => Exec["dr-pg-start-${_stanza}"],
  }

  # Tells load balancers and fencing who is primary.
  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      notify => Exec["dr-daemon-reload-pg-${_stanza}"],
      ;
    "/etc/systemd/system/dr-pg-role-${_stanza}.socket":
      content => epp('dr/postgresql/role.socket.epp', { 'role_port' => $role_port }),
      ;
    "/etc/systemd/system/dr-pg-role-${_stanza}@.service":
      content => epp('dr/postgresql/role.service.epp', {
          'command' => dr::exec_line(["${dr::script_dir}/dr-pg-role", $_stanza]),
      }),
      ;
  }

  service { "dr-pg-role-${_stanza}.socket":
    ensure  => running,
    enable  => true,
    require => Exec["dr-daemon-reload-pg-${_stanza}"],
  }
}
