# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary mongodb: Results of test runs and their reports
#
# @param unit
#   Unit of the service.
# @param packages
#   Packages that bring it.
# @param health
#   What tells that it serves.
# @param config
#   Text of its configuration file.
# @param results_dump_job
#   Copy `dump` of dataset `results`: what it holds, when it is made, what is kept.
#   On a host that only could restore it there are no times.
# @param results_dump_repository
#   Where it goes.
# @param results_dump_password
#   Password of that repository.
class profile::mongodb (
  Dr::Unit $unit,
  Array[String[1]] $packages,
  Dr::Argv $health,
  String[1] $config,
  Dr::Job $results_dump_job,
  Dr::Restic::Url $results_dump_repository,
  Sensitive[Dr::Secret] $results_dump_password,
) {
  include dr

  # One for all components of this technology on the host.
  unless defined(File['/usr/local/sbin/dr-mongo']) {
    file { '/usr/local/sbin/dr-mongo':
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
      source => 'puppet:///modules/profile/mongodb/dr-mongo',
    }
  }

  dr::service { 'mongodb':
    unit     => $unit,
    packages => $packages,
    health   => $health,
    subject  => 'components.mongodb',
  }

  file { '/etc/mongod.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => $config,
    require => Package['mongodb-org-server'],
  }

  # Once, after the first installation: later changes wait for a restart that somebody orders.
  exec { 'dr-configure-mongodb':
    command  => '/bin/systemctl restart mongod.service && /usr/bin/touch /var/lib/dr/services/mongodb.configured',
    provider => shell,
    creates  => '/var/lib/dr/services/mongodb.configured',
    require  => [
      File['/etc/mongod.conf'],
      Dr::Service['mongodb'],
    ],
  }

  # The dump is written here first, and checked before it is backed up.
  file { '/var/lib/dr/scratch/mongodb-results-dump':
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0700',
    before => Dr::Restic::Job['mongodb-results-dump'],
  }

  dr::restic::job { 'mongodb-results-dump':
    repository => $results_dump_repository,
    password   => $results_dump_password,
    job        => $results_dump_job,
  }
}
