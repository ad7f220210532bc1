# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary load-balancer: One address for all dashboards
#
# @param dashboard_members
#   Members of dashboard that get traffic.
# @param dashboard_standbys
#   Members that get it when no other does.
# @param dashboard_member_port
#   Port of the members.
# @param port
#   Port that clients connect to.
# @param check
#   How a member is asked whether it serves.
# @param check_path
#   Path that an HTTP check asks for.
class profile::load_balancer (
  Array[Dr::Member, 1] $dashboard_members,
  Array[Dr::Member] $dashboard_standbys,
  Dr::Port $dashboard_member_port,
  Dr::Port $port,
  Enum['role', 'http', 'tcp'] $check,
  String[1] $check_path,
) {
  dr::haproxy::listener { 'load-balancer':
    port        => $port,
    members     => $dashboard_members,
    standbys    => $dashboard_standbys,
    member_port => $dashboard_member_port,
    check       => $check,
    check_path  => $check_path,
  }
}
