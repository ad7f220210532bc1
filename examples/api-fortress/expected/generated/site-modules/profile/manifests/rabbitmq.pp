# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary rabbitmq: Queues and exchanges, mirrored; nothing in them outlives them
#
# @param unit
#   Unit of the service.
# @param packages
#   Packages that bring it.
# @param health
#   What tells that it serves.
# @param config
#   Text of its configuration file.
class profile::rabbitmq (
  Dr::Unit $unit,
  Array[String[1]] $packages,
  Dr::Argv $health,
  String[1] $config,
) {
  include dr

  # One for all components of this technology on the host.
  unless defined(File['/usr/local/sbin/dr-rabbitmq']) {
    file { '/usr/local/sbin/dr-rabbitmq':
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0755',
      source => 'puppet:///modules/profile/rabbitmq/dr-rabbitmq',
    }
  }

  dr::service { 'rabbitmq':
    unit     => $unit,
    packages => $packages,
    health   => $health,
    subject  => 'components.rabbitmq',
  }

  file { '/etc/rabbitmq/rabbitmq.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => $config,
    require => Package['rabbitmq-server'],
  }

  # Once, after the first installation: later changes wait for a restart that somebody orders.
  exec { 'dr-configure-rabbitmq':
    command  => '/bin/systemctl restart rabbitmq-server.service && /usr/bin/touch /var/lib/dr/services/rabbitmq.configured',
    provider => shell,
    creates  => '/var/lib/dr/services/rabbitmq.configured',
    require  => [
      File['/etc/rabbitmq/rabbitmq.conf'],
      Dr::Service['rabbitmq'],
    ],
  }
}

