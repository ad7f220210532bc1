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

  $config_dir = "${dr::config_dir}/restic"

  package { ['restic', 'openssh-client']:
    ensure => installed,
  }

  file { $config_dir:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  $_own_key = $ssh_private_keys.then |$keys| { $keys.unwrap[$trusted['certname']] }
  $_key = $_own_key ? {
    undef   => $ssh_private_key,
    default => Sensitive($_own_key),
  }
  if $_key =~ NotUndef {
    file { "${config_dir}/id_ed25519":
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      content   => $_key,
    }
  }

  file { "${dr::lib_dir}/dr-restic-lib.sh":
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0644',
    source => 'puppet:///modules/dr/restic/dr-restic-lib.sh',
  }

  dr::script { ['dr-restic-backup', 'dr-restic-copy', 'dr-restic-drill', 'dr-restic-list', 'dr-restic-restore']:
    folder => 'restic',
  }
}
