# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary pgBackRest, for members and for hosts of repositories: stanzas have a file of settings each.
class dr::postgresql::pgbackrest {
  include dr

  package { 'pgbackrest':
    ensure => installed,
  }

  # The packaged example would be read in place of the files of the stanzas.
  file {
    default:
      ensure  => directory,
      owner   => 'root',
      group   => 'root',
      mode    => '0755',
      require => Package['pgbackrest'],
      ;
    ['/etc/pgbackrest', '/etc/pgbackrest/conf.d']:
      ;
    '/etc/pgbackrest/pgbackrest.conf':
      ensure  => file,
      mode    => '0644',
      content => "# ${dr::header}\n",
      ;
  }
}
