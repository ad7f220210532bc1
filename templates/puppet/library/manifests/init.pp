# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Directories, tools and the status contract that all jobs of a plan share.
#
# Every job leaves one JSON document in `/var/lib/dr/status`, which the freshness check compares with the objective
# and the fact `dr_status` carries to PuppetDB.
#
# @param plan
#   Name of the plan this host belongs to.
# @param site
#   Location of this host in the plan.
# @param metrics_dir
#   Directory that receives Prometheus text files. The default is created; another one must exist, for example
#   `/var/lib/prometheus/node-exporter`.
# @param host_keys
#   SSH host keys that are known beforehand, by address. A host that is not named here is trusted at first sight.
class dr (
  Dr::Name $plan,
  Dr::Name $site,
  Dr::Abspath $metrics_dir = '/var/lib/dr/metrics',
  Hash[Dr::Address, Dr::Publickey] $host_keys = {},
) {
  # Not parameters: the scripts know the same paths.
  $config_dir = '/etc/dr'
  $state_dir = '/var/lib/dr'
  $status_dir = '/var/lib/dr/status'
  $lock_dir = '/var/lib/dr/locks'
  $lib_dir = '/usr/local/lib/dr'
  $script_dir = '/usr/local/sbin'
  $header = 'Managed by drplan (Puppet module dr): local changes are overwritten.'

  package { 'jq':
    ensure => installed,
  }

  group { 'dr':
    ensure => present,
    system => true,
  }

  # Jobs of several users write their status and take locks.
  file {
    default:
      ensure => directory,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
      ;
    [$config_dir, "${config_dir}/services", $state_dir, "${state_dir}/services", $lib_dir, "${lib_dir}/bin"]:
      ;
    ['scratch', 'restic', 'borg', 'rclone', 'archives'].map |$folder| { "${state_dir}/${folder}" }:
      mode => '0700',
      ;
    [$status_dir, $lock_dir]:
      group => 'dr',
      mode  => '2775',
      ;
  }

  if $metrics_dir == '/var/lib/dr/metrics' {
    file { $metrics_dir:
      ensure => directory,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
    }
  }

  $_known_hosts = $host_keys.map |$address, $key| { "${address} ${key}\n" }.join
  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    "${config_dir}/plan.env":
      content => epp('dr/plan.env.epp', {
          'plan'        => $plan,
          'site'        => $site,
          'metrics_dir' => $metrics_dir,
      }),
      ;
    "${config_dir}/known_hosts":
      content => "# ${header}\n${_known_hosts}",
      ;
    "${config_dir}/ssh_config":
      content => epp('dr/ssh_config.epp', {
          'key_file' => "${config_dir}/restic/id_ed25519",
          'pinned'   => $host_keys.keys,
      }),
      ;
    "${lib_dir}/dr-lib.sh":
      source => 'puppet:///modules/dr/dr-lib.sh',
      ;
    "${lib_dir}/dr-backup-lib.sh":
      source => 'puppet:///modules/dr/dr-backup-lib.sh',
      ;
    "${lib_dir}/dr-keep-lib.sh":
      source => 'puppet:///modules/dr/dr-keep-lib.sh',
      ;
    "${lib_dir}/dr-restore-lib.sh":
      source => 'puppet:///modules/dr/dr-restore-lib.sh',
      ;
    "${lib_dir}/bin/ssh":
      mode   => '0755',
      source => 'puppet:///modules/dr/ssh',
      ;
  }

  dr::script { ['dr-freshness', 'dr-host-key', 'dr-probe', 'dr-status']: }
  dr::script { ['dr-service', 'dr-unpack']:
    folder => 'service',
  }
}
