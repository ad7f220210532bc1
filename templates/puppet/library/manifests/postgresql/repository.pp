# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary pgBackRest repository of one cluster, on its backup host: schedules, retention, encryption, verification.
#
# The title is the stanza. pgBackRest finds the primary among the members itself, so backups go on after a failover.
#
# @param members
#   The members of the cluster.
# @param cipher_password
#   Passphrase that encrypts the repository.
# @param backups
#   Backups by the name of their job.
# @param retention_full
#   How many full backups, or for how many days, are kept with the WAL that they need.
# @param retention_full_type
#   What `retention_full` counts.
# @param retention_diff
#   How many differential backups are kept.
# @param verify
#   Verify every file of the repository before old backups expire. Without it only the new backup's own checks count.
# @param version
#   PostgreSQL major version of the members.
# @param cluster
#   Debian name of the cluster on the members.
# @param port
#   TCP port of the members.
# @param process_max
#   How many processes compress and transfer.
# @param timeout_sec
#   A backup has failed after this time.
define dr::postgresql::repository (
  Array[Dr::Member, 1] $members,
  Sensitive[Dr::Secret] $cipher_password,
  Hash[Dr::Name, Dr::Postgresql::Backup, 1] $backups,
  Integer[1] $retention_full,
  Enum['count', 'time'] $retention_full_type = 'count',
  Optional[Integer[1]] $retention_diff = undef,
  Boolean $verify = true,
  Enum['13', '14', '15', '16', '17', '18'] $version = '15',
  Dr::Name $cluster = 'main',
  Dr::Port $port = 5432,
  Integer[1, 32] $process_max = 2,
  Integer[1] $timeout_sec = 86400,
) {
  include dr
  include dr::postgresql::backup_host

  $_stanza = assert_type(Dr::Name, $name)
  $_repo_dir = $dr::postgresql::backup_host::repo_dir

  file { "/etc/pgbackrest/conf.d/${_stanza}.conf":
    ensure    => file,
    owner     => 'pgbackrest',
    group     => 'root',
    mode      => '0600',
    show_diff => false,
    content   => Sensitive(epp('dr/postgresql/pgbackrest-repository.conf.epp', {
          'stanza'              => $_stanza,
          'repo_dir'            => $_repo_dir,
          'cipher_password'     => $cipher_password,
          'retention_full'      => $retention_full,
          'retention_full_type' => $retention_full_type,
          'retention_diff'      => $retention_diff,
          'members'             => $members,
          'version'             => $version,
          'cluster'             => $cluster,
          'port'                => $port,
          'process_max'         => $process_max,
    })),
    require   => Class['dr::postgresql::backup_host'],
  }

  $_verify = $verify ? {
    true    => ['--verify'],
    default => [],
  }
  $backups.each |String[1] $job, Hash $backup| {
    $_subject = $backup['subject'] ? {
      undef   => [],
      default => ['--subject', $backup['subject']],
    }
    $_options = ['--type', $backup['type'], '--job', $job] + $_verify + $_subject

    dr::timer { $job:
      command              => ["${dr::script_dir}/dr-pgbackrest-backup", $_stanza] + $_options,
      description          => "pgBackRest ${backup['type']} backup of ${_stanza}",
      on_calendar          => $backup['on_calendar'],
      triggers             => $backup['triggers'].lest || { [] },
      user                 => 'pgbackrest',
      randomized_delay_sec => $backup['randomized_delay_sec'].lest || { 0 },
      timeout_sec          => $timeout_sec,
      require              => File["/etc/pgbackrest/conf.d/${_stanza}.conf"],
    }

    if $backup['max_age_sec'] =~ NotUndef {
      dr::freshness { $job:
        max_age_sec  => $backup['max_age_sec'],
        warn_age_sec => $backup['warn_age_sec'],
        subject      => $backup['subject'],
      }
    }
  }

  # The first backup as soon as a member answers; later ones by timer. The first is always a full one.
  $_first = $backups.keys[0]
  exec { "dr-pgbackrest-${_stanza}-first":
    provider => shell,
    command  => "/bin/systemctl start --no-block dr-${_first}.service",
    onlyif   => "test -e /etc/systemd/system/dr-${_first}.service",
    unless   => "test -e ${_repo_dir}/backup/${_stanza}/backup.info",
    require  => Dr::Timer[$_first],
  }
}
