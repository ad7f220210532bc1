# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Scripts that run what a plan declares as commands. No shell reads those.
class dr::command {
  include dr

  $config_dir = "${dr::config_dir}/command"

  file { $config_dir:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  dr::script { ['dr-command-change', 'dr-command-restore', 'dr-command-run']:
    folder => 'command',
  }
}
