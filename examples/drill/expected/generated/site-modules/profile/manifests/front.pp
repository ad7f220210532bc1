# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary front: Finds the database that takes writes
#
# @param orders_db_members
#   Members of orders-db that get traffic.
# @param orders_db_standbys
#   Members that get it when no other does.
# @param orders_db_member_port
#   Port of the members.
# @param port
#   Port that clients connect to.
# @param check
#   How a member is asked whether it serves.
# @param check_path
#   Path that an HTTP check asks for.
class profile::front (
  Array[Dr::Member, 1] $orders_db_members,
  Array[Dr::Member] $orders_db_standbys,
  Dr::Port $orders_db_member_port,
  Dr::Port $port,
  Enum['role', 'http', 'tcp'] $check,
  String[1] $check_path,
) {
  dr::haproxy::listener { 'front':
    port        => $port,
    members     => $orders_db_members,
    standbys    => $orders_db_standbys,
    member_port => $orders_db_member_port,
    check       => $check,
    check_path  => $check_path,
  }
}
