# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary postgresql: Users, companies, projects and their tests
#
# @param member
#   Name of this host among the members.
# @param members
#   All members.
# @param bootstrap
#   How an empty data directory is filled; never who is primary later.
# @param repository_address
#   Host of the backups.
# @param replication_password
#   Password of the replication role.
# @param lag_sec
#   Changes reach the archive within this time.
# @param app_networks
#   Networks whose clients may connect.
# @param cluster
#   Name of the cluster on the host.
# @param port
#   Port of the database.
# @param role_port
#   Port on which a member says whether it is primary.
# @param synchronous
#   Whether a commit waits for a standby.
# @param max_age_sec
#   Age of the newest archived change at which a promise is broken.
# @param drill_calendar
#   When a restore is proven; never on the primary.
class profile::postgresql (
  Dr::Name $member,
  Array[Dr::Member, 1] $members,
  Enum['primary', 'standby'] $bootstrap,
  Dr::Address $repository_address,
  Sensitive[Dr::Secret] $replication_password,
  Integer[1, 3600] $lag_sec,
  Array[Dr::Cidr] $app_networks,
  Dr::Name $cluster,
  Dr::Port $port,
  Dr::Port $role_port,
  Boolean $synchronous,
  Integer[1] $max_age_sec,
  Array[Dr::Calendar] $drill_calendar,
) {
  dr::postgresql::cluster { 'postgresql':
    member               => $member,
    members              => $members,
    bootstrap            => $bootstrap,
    repository_address   => $repository_address,
    replication_password => $replication_password,
    lag_sec              => $lag_sec,
    app_networks         => $app_networks,
    cluster              => $cluster,
    port                 => $port,
    role_port            => $role_port,
    synchronous          => $synchronous,
    max_age_sec          => $max_age_sec,
    drill_calendar       => $drill_calendar,
    subject              => 'components.postgresql.data.projects.copies.log',
  }
}
