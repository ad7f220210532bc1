# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Repository host for Borg over ssh: one account per client, which can do nothing but serve its own repositories.
#
# The account `NAME` may run `borg serve` below `ROOT/NAME` and no other command; a client's repository is
# `ssh://NAME@HOST/ROOT/NAME/JOB`.
#
# @param accounts
#   Public keys that may log in, by account.
# @param root
#   Directory with one directory per account.
# @param append_only
#   Clients can add archives; what they delete is still there for whoever administers this host
#   (`borg serve --append-only`).
class dr::borg::server (
  Hash[Dr::User, Array[Dr::Publickey, 1]] $accounts,
  Dr::Abspath $root = '/srv/borg',
  Boolean $append_only = false,
) {
  include dr
  include dr::borg::package
  include dr::sshd

  file { $root:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  $_append_only = $append_only ? {
    true    => ' --append-only',
    default => '',
  }
  $accounts.each |String[1] $account, Array[String[1]] $keys| {
    user { $account:
      ensure => present,
      system => true,
      home   => "${root}/${account}",
      shell  => '/bin/sh',
    }

    file { "${root}/${account}":
      ensure => directory,
      owner  => $account,
      mode   => '0700',
    }

    dr::ssh_authorized { $account:
      keys           => Hash($keys.map |$index, $key| { ["${account}-${index}", $key] }),
      forced_command => "borg serve --umask=077${_append_only} --restrict-to-path ${root}/${account}",
    }
  }
}
