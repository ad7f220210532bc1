# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary SSH identity of a service account, and the keys that may run one command as it. The title is the account.
#
# @param home
#   Home directory of the account.
# @param private_key
#   Private key with which the account reaches others.
# @param authorized
#   Public keys that may log in, by the address they come from.
# @param forced_command
#   Command that each of these keys is restricted to.
define dr::ssh_access (
  Dr::Abspath $home,
  Sensitive[Dr::Privatekey] $private_key,
  Hash[Dr::Address, Dr::Publickey] $authorized,
  Dr::Text $forced_command,
) {
  include dr

  $_user = assert_type(Dr::User, $name)

  file { "${home}/.ssh":
    ensure => directory,
    owner  => $_user,
    mode   => '0700',
  }

  file { "${home}/.ssh/id_ed25519":
    ensure    => file,
    owner     => $_user,
    mode      => '0600',
    show_diff => false,
    content   => $private_key,
  }

  file { "${home}/.ssh/config":
    ensure  => file,
    owner   => $_user,
    mode    => '0600',
    content => epp('dr/ssh_config.epp', {
        'key_file' => "${home}/.ssh/id_ed25519",
        'pinned'   => $dr::host_keys.keys,
    }),
  }

  dr::ssh_authorized { $_user:
    keys           => $authorized,
    forced_command => $forced_command,
  }
}
