# @summary Load balancer: the database's primary, and the identity server.
#
# @param database
#   Members of the database cluster.
# @param identity
#   Hosts of the identity server that serve from the start.
# @param identity_standby
#   Hosts that serve when no other does.
class profile::balancer (
  Array[Dr::Member, 1] $database,
  Array[Dr::Member, 1] $identity,
  Array[Dr::Member] $identity_standby,
) {
  dr::haproxy::listener { 'shop-db':
    port    => 5432,
    members => $database,
    check   => 'role',
  }

  dr::haproxy::listener { 'identity':
    port     => 9443,
    members  => $identity,
    standbys => $identity_standby,
    check    => 'tcp',
  }
}
