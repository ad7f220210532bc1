# @summary PostgreSQL cluster "shop": streaming standby and continuous archiving.
#
# @param member
#   Name of this host among the members.
# @param bootstrap
#   How an empty data directory is filled.
# @param members
#   All members of the cluster.
# @param repository_address
#   Address of the backup host.
# @param replication_password
#   Password of the replication role.
# @param lag_sec
#   Changes reach the repository within this time.
# @param app_networks
#   Networks from which applications connect.
# @param max_age_sec
#   Recovery point objective.
# @param warn_age_sec
#   Worst case that the plan expects.
# @param drill_calendar
#   When the restore is drilled.
class profile::shop_db (
  Dr::Name $member,
  Enum['primary', 'standby'] $bootstrap,
  Array[Dr::Member, 1] $members,
  Dr::Address $repository_address,
  Sensitive[Dr::Secret] $replication_password,
  Integer[1, 3600] $lag_sec,
  Array[Dr::Cidr] $app_networks,
  Integer[1] $max_age_sec,
  Integer[1] $warn_age_sec,
  Array[Dr::Calendar] $drill_calendar,
) {
  dr::postgresql::cluster { 'shop':
    member               => $member,
    members              => $members,
    bootstrap            => $bootstrap,
    repository_address   => $repository_address,
    replication_password => $replication_password,
    lag_sec              => $lag_sec,
    app_networks         => $app_networks,
    max_age_sec          => $max_age_sec,
    warn_age_sec         => $warn_age_sec,
    drill_calendar       => $drill_calendar,
    subject              => 'components.shop-db',
  }
}
