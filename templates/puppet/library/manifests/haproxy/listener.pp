# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Port of the load balancer, and the members behind it.
#
# @param port
#   Port clients connect to.
# @param members
#   Members that serve.
# @param standbys
#   Members that serve only when none of the others does.
# @param member_port
#   Port of the members; the default is `port`.
# @param check
#   How a member proves that it may get traffic: it is the primary (`role`), it answers HTTP, or its port is open.
# @param check_port
#   Port of that proof; the default is `member_port`, or 8008 for `role`.
# @param check_path
#   Path of an HTTP check.
# @param balance
#   How new connections are spread.
# @param mode
#   Whether HAProxy understands the traffic.
define dr::haproxy::listener (
  Dr::Port $port,
  Array[Dr::Member, 1] $members,
  Array[Dr::Member] $standbys = [],
  Optional[Dr::Port] $member_port = undef,
  Enum['role', 'http', 'tcp'] $check = 'tcp',
  Optional[Dr::Port] $check_port = undef,
  Pattern[/\A\/[A-Za-z0-9._~\/?&=%-]*\z/] $check_path = '/',
  Enum['roundrobin', 'leastconn', 'first', 'source'] $balance = 'roundrobin',
  Enum['tcp', 'http'] $mode = 'tcp',
) {
  include dr
  include dr::haproxy

  $_listener = assert_type(Dr::Name, $name)
  $_member_port = $member_port.lest || { $port }
  $_role_port = $check ? {
    'role'  => 8008,
    default => $_member_port,
  }

  file { "${dr::haproxy::listener_dir}/${_listener}.cfg":
    ensure       => file,
    owner        => 'root',
    group        => 'root',
    mode         => '0644',
    content      => epp('dr/haproxy/listener.cfg.epp', {
        'listener'    => $_listener,
        'port'        => $port,
        'members'     => $members,
        'standbys'    => $standbys,
        'member_port' => $_member_port,
        'check'       => $check,
        'check_port'  => $check_port.lest || { $_role_port },
        'check_path'  => $check_path,
        'balance'     => $balance,
        'mode'        => $mode,
    }),
    validate_cmd => '/usr/sbin/haproxy -c -q -f /etc/haproxy/haproxy.cfg -f %',
    require      => File['/etc/haproxy/haproxy.cfg'],
    notify       => Service['haproxy'],
  }
}
