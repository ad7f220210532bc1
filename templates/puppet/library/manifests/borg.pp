# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Borg, its scripts and the key with which root reaches repositories over ssh.
#
# @param ssh_private_key
#   Private key for repositories on other hosts, the same on all hosts; not needed for others.
# @param ssh_private_keys
#   Instead, a key for each host, by certname: no host can then reach another's repositories.
class dr::borg (
  Optional[Sensitive[Dr::Privatekey]] $ssh_private_key = undef,
  Optional[Sensitive[Hash[Dr::Address, Dr::Privatekey]]] $ssh_private_keys = undef,
) {
  include dr
  include dr::borg::package
  include dr::ssh_client

  dr::tool { 'borg':
    actions      => ['backup', 'drill', 'list', 'restore'],
    private_key  => $ssh_private_key,
    private_keys => $ssh_private_keys,
  }
}
