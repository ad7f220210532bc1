# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary HAProxy: global settings; each listener has a file of its own.
#
# @param maxconn
#   How many connections it holds at once.
class dr::haproxy (
  Integer[1] $maxconn = 2000,
) {
  include dr

  $listener_dir = '/etc/haproxy/dr.d'

  # netcat asks its socket: a command of the runbooks.
  package { ['haproxy', 'netcat-openbsd']:
    ensure => installed,
  }

  file { $listener_dir:
    ensure  => directory,
    owner   => 'root',
    group   => 'root',
    mode    => '0755',
    purge   => true,
    recurse => true,
    require => Package['haproxy'],
    notify  => Service['haproxy'],
  }

  file {
    default:
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      require => Package['haproxy'],
      notify  => Service['haproxy'],
      ;
    '/etc/haproxy/haproxy.cfg':
      content      => epp('dr/haproxy/haproxy.cfg.epp', { 'maxconn' => $maxconn }),
      validate_cmd => '/usr/sbin/haproxy -c -q -f %',
      ;
    '/etc/default/haproxy':
      content => "# ${dr::header}\nEXTRAOPTS=\"-f ${listener_dir} -S /run/haproxy-master.sock\"\n",
      ;
  }

  # A reload keeps the arguments of the last start: the package's, which know of no listener.
  exec { 'dr-haproxy-restart':
    provider => shell,
    command  => '/bin/systemctl restart haproxy',
    unless   => "tr '\\0' ' ' </proc/$(systemctl show -p MainPID --value haproxy)/cmdline | grep -qF -- '-f ${listener_dir}'",
    require  => [
      File['/etc/haproxy/haproxy.cfg'],
      File['/etc/default/haproxy'],
      File[$listener_dir],
    ],
    before   => Service['haproxy'],
  }

  service { 'haproxy':
    ensure  => running,
    enable  => true,
    restart => '/bin/systemctl reload-or-restart haproxy',
  }
}
