# @summary Store "vault": pgBackRest repository, restic accounts, and the second copy of what they hold.
#
# @param members
#   Members of the database cluster.
# @param cipher_password
#   Passphrase of the pgBackRest repository.
# @param backups
#   Backups of the database.
# @param retention_full
#   How many full backups are kept.
# @param artifacts_source
#   Repository of the artifacts.
# @param artifacts_password
#   Its password.
# @param artifacts_paths
#   What it holds.
# @param offsite_repository
#   Second repository.
# @param offsite_password
#   Its password.
# @param offsite_calendar
#   When it is brought up to date.
# @param offsite_retention
#   Which snapshots it keeps.
# @param offsite_max_age_sec
#   Recovery point objective.
# @param database_repository
#   Where a copy of the pgBackRest repository goes.
class profile::vault (
  Array[Dr::Member, 1] $members,
  Sensitive[Dr::Secret] $cipher_password,
  Hash[Dr::Name, Dr::Postgresql::Backup, 1] $backups,
  Integer[1] $retention_full,
  Dr::Restic::Url $artifacts_source,
  Sensitive[Dr::Secret] $artifacts_password,
  Array[Dr::Datapath, 1] $artifacts_paths,
  Dr::Restic::Url $offsite_repository,
  Sensitive[Dr::Secret] $offsite_password,
  Array[Dr::Calendar, 1] $offsite_calendar,
  Dr::Retention $offsite_retention,
  Integer[1] $offsite_max_age_sec,
  Dr::Restic::Url $database_repository,
) {
  include dr::restic::server

  dr::postgresql::repository { 'shop':
    members         => $members,
    cipher_password => $cipher_password,
    backups         => $backups,
    retention_full  => $retention_full,
  }

  # After each full backup, and never while one runs.
  dr::restic::job { 'shop-db-offsite':
    paths        => ['/var/lib/pgbackrest'],
    repository   => $database_repository,
    password     => $offsite_password,
    lock         => 'pgbackrest-shop',
    retention    => $offsite_retention,
    verification => 'sample',
    subject      => 'components.shop-db.data.main.copies.offsite',
  }

  dr::restic::copy { 'identity-artifacts-offsite':
    source_repository => $artifacts_source,
    source_password   => $artifacts_password,
    source_job        => 'identity-artifacts-daily',
    paths             => $artifacts_paths,
    repository        => $offsite_repository,
    password          => $offsite_password,
    on_calendar       => $offsite_calendar,
    retention         => $offsite_retention,
    verification      => 'full',
    max_age_sec       => $offsite_max_age_sec,
    subject           => 'components.identity.data.artifacts.copies.offsite',
  }
}
