# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary PostgreSQL packages, the identity of the postgres account, and the scripts of a database host.
#
# @param version
#   PostgreSQL major version.
# @param ssh_private_key
#   Private key with which postgres reaches the backup host.
# @param authorized
#   Public keys of the pgbackrest accounts of the backup hosts, by address.
class dr::postgresql (
  Sensitive[Dr::Privatekey] $ssh_private_key,
  Hash[Dr::Address, Dr::Publickey] $authorized,
  Enum['13', '14', '15', '16', '17', '18'] $version = '15',
) {
  include dr
  contain dr::postgresql::pgbackrest

  # A package installation must not create an independent database on a standby, and a cluster must read conf.d.
  package { 'postgresql-common':
    ensure => installed,
  }
  -> file { '/etc/postgresql-common/createcluster.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => "# ${dr::header}\ncreate_main_cluster = false\nadd_include_dir = 'conf.d'\n",
  }
  -> package { "postgresql-${version}":
    ensure => installed,
  }
  -> Class['dr::postgresql::pgbackrest']
  -> user { 'postgres':
    groups     => ['dr'],
    membership => 'minimum',
    require    => Group['dr'],
  }
  -> dr::ssh_access { 'postgres':
    home           => '/var/lib/postgresql',
    private_key    => $ssh_private_key,
    authorized     => $authorized,
    forced_command => "/usr/bin/pgbackrest \${SSH_ORIGINAL_COMMAND#* }",
  }

  file { "${dr::lib_dir}/dr-pg-lib.sh":
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0644',
    source => 'puppet:///modules/dr/postgresql/dr-pg-lib.sh',
  }

  dr::script { [
      'dr-pg-bootstrap', 'dr-pg-drill', 'dr-pg-dump', 'dr-pg-fence', 'dr-pg-heartbeat', 'dr-pg-promote',
      'dr-pg-rejoin', 'dr-pg-restore', 'dr-pg-role', 'dr-pg-start', 'dr-pg-stop', 'dr-pg-sync',
    ]:
      folder => 'postgresql',
  }
}
