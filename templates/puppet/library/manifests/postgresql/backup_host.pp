# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Host of pgBackRest repositories: the account, its key, and the members that may reach it.
#
# @param ssh_private_key
#   Private key of the account `pgbackrest`, with which it reaches the members.
# @param authorized
#   Public keys of the postgres accounts of all members, by address.
# @param repo_dir
#   Directory of the repositories.
class dr::postgresql::backup_host (
  Sensitive[Dr::Privatekey] $ssh_private_key,
  Hash[Dr::Address, Dr::Publickey] $authorized,
  Dr::Abspath $repo_dir = '/var/lib/pgbackrest',
) {
  include dr
  contain dr::postgresql::pgbackrest

  user { 'pgbackrest':
    ensure     => present,
    system     => true,
    home       => '/var/lib/pgbackrest-user',
    managehome => true,
    shell      => '/bin/sh',
    groups     => ['dr'],
    membership => 'minimum',
    require    => Group['dr'],
  }

  file { [$repo_dir, '/var/log/pgbackrest', '/var/spool/pgbackrest']:
    ensure  => directory,
    owner   => 'pgbackrest',
    mode    => '0750',
    require => [
      Package['pgbackrest'],
      User['pgbackrest'],
    ],
  }

  dr::ssh_access { 'pgbackrest':
    home           => '/var/lib/pgbackrest-user',
    private_key    => $ssh_private_key,
    authorized     => $authorized,
    forced_command => "/usr/bin/pgbackrest \${SSH_ORIGINAL_COMMAND#* }",
    require        => User['pgbackrest'],
  }

  dr::script { 'dr-pgbackrest-backup':
    folder => 'postgresql',
  }
}
