# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary The ssh client, for whatever reaches other hosts of the plan.
class dr::ssh_client {
  package { 'openssh-client':
    ensure => installed,
  }
}
