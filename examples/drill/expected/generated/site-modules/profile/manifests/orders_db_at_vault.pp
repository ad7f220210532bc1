# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary orders-db: its pgBackRest repository, where backups are scheduled, verified and expired.
#
# @param members
#   All members.
# @param cipher_password
#   Passphrase that encrypts the repository.
# @param backups
#   Backups by the name of their job.
# @param retention_full
#   How many full backups, or for how many days, are kept with the log that they need.
# @param retention_full_type
#   What `retention_full` counts.
# @param version
#   Major version of the members.
# @param cluster
#   Name of the cluster on the members.
# @param port
#   Port of the members.
class profile::orders_db_at_vault (
  Array[Dr::Member, 1] $members,
  Sensitive[Dr::Secret] $cipher_password,
  Hash[Dr::Name, Dr::Postgresql::Backup, 1] $backups,
  Integer[1] $retention_full,
  Enum['count', 'time'] $retention_full_type,
  Enum['13', '14', '15', '16', '17', '18'] $version,
  Dr::Name $cluster,
  Dr::Port $port,
) {
  dr::postgresql::repository { 'orders-db':
    members             => $members,
    cipher_password     => $cipher_password,
    backups             => $backups,
    retention_full      => $retention_full,
    retention_full_type => $retention_full_type,
    version             => $version,
    cluster             => $cluster,
    port                => $port,
  }
}
