# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary restic, its scripts and the key with which root reaches repositories over sftp.
#
# @param ssh_private_key
#   Private key for sftp repositories, the same on all hosts; not needed for others.
# @param ssh_private_keys
#   Instead, a key for each host, by certname: no host can then reach another's repositories.
class dr::restic (
  Optional[Sensitive[Dr::Privatekey]] $ssh_private_key = undef,
  Optional[Sensitive[Hash[Dr::Address, Dr::Privatekey]]] $ssh_private_keys = undef,
) {
  include dr
  include dr::ssh_client

  package { 'restic':
    ensure => installed,
  }

  dr::tool { 'restic':
    actions      => ['backup', 'copy', 'drill', 'list', 'restore'],
    private_key  => $ssh_private_key,
    private_keys => $ssh_private_keys,
  }
}
