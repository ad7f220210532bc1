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
class profile::rabbitmq (
  Dr::Unit $unit,
  Array[String[1]] $packages,
  Dr::Argv $health,
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
}

