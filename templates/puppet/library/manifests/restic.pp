# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary restic, its scripts and the key with which root reaches repositories over sftp.
#
# @param ssh_private_key
#   Private key for sftp repositories; not needed for others.
class dr::restic (
  Optional[Sensitive[Dr::Privatekey]] $ssh_private_key = undef,
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

  if $ssh_private_key =~ NotUndef {
    file { "${config_dir}/id_ed25519":
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      content   => $ssh_private_key,
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
