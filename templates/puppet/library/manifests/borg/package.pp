# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Borg itself, for hosts that use it and for those that serve it.
class dr::borg::package {
  package { 'borgbackup':
    ensure => installed,
  }
}
