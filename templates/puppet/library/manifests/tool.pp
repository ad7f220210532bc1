# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary What keeps points of files: its folder of settings, its key, its library and its scripts. The title is its name.
#
# Declared by the class of each tool.
#
# @param actions
#   What its scripts do: there is `dr-NAME-ACTION` for each.
# @param private_key
#   Private key with which root reaches repositories over ssh.
# @param private_keys
#   Instead, a key for each host, by certname.
define dr::tool (
  Array[Dr::Name, 1] $actions,
  Optional[Sensitive[Dr::Privatekey]] $private_key = undef,
  Optional[Sensitive[Hash[Dr::Address, Dr::Privatekey]]] $private_keys = undef,
) {
  include dr

  $_config_dir = "${dr::config_dir}/${name}"

  file { $_config_dir:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  $_own_key = $private_keys.then |$keys| { $keys.unwrap[$trusted['certname']] }
  $_key = $_own_key ? {
    undef   => $private_key,
    default => Sensitive($_own_key),
  }
  if $_key =~ NotUndef {
    file { "${_config_dir}/id_ed25519":
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      content   => $_key,
    }
  }

  file { "${dr::lib_dir}/dr-${name}-lib.sh":
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0644',
    source => "puppet:///modules/dr/${name}/dr-${name}-lib.sh",
  }

  $actions.each |String[1] $action| {
    dr::script { "dr-${name}-${action}":
      folder => $name,
    }
  }
}
