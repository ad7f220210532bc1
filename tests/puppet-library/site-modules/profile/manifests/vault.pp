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
# @param offsite_repository
#   Second repository.
# @param offsite_password
#   Its password.
# @param offsite_job
#   What it holds, when it is brought up to date, and what is kept.
# @param database_repository
#   Where a copy of the pgBackRest repository goes.
class profile::vault (
  Array[Dr::Member, 1] $members,
  Sensitive[Dr::Secret] $cipher_password,
  Hash[Dr::Name, Dr::Postgresql::Backup, 1] $backups,
  Integer[1] $retention_full,
  Dr::Restic::Url $artifacts_source,
  Sensitive[Dr::Secret] $artifacts_password,
  Dr::Restic::Url $offsite_repository,
  Sensitive[Dr::Secret] $offsite_password,
  Dr::Job $offsite_job,
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
    repository   => $database_repository,
    password     => $offsite_password,
    verification => 'sample',
    job          => {
      'paths'     => ['/var/lib/pgbackrest'],
      'lock'      => 'pgbackrest-shop',
      'retention' => $offsite_job['retention'],
      'subject'   => 'components.shop-db.data.main.copies.offsite',
    },
  }

  dr::restic::copy { 'identity-artifacts-offsite':
    source_repository => $artifacts_source,
    source_password   => $artifacts_password,
    source_job        => 'identity-artifacts-daily',
    repository        => $offsite_repository,
    password          => $offsite_password,
    verification      => 'full',
    job               => $offsite_job,
  }
}
