# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Repository host: one sftp account per client, which sees nothing but its own repositories.
#
# The account `NAME` is confined to `ROOT/NAME`, where it may write in `/repositories` only; a client's repository
# is `sftp:NAME@HOST:/repositories/JOB`, and `ROOT/NAME/repositories/JOB` seen from this host. `ROOT` is
# `dr::sshd::sftp_root`.
#
# @param accounts
#   Public keys that may log in, by account.
class dr::restic::server (
  Hash[Dr::User, Array[Dr::Publickey, 1]] $accounts,
) {
  include dr

  include dr::sshd

  $_root = $dr::sshd::sftp_root

  # sshd demands that nobody but root can write above the account's own directory.
  file { $_root:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  $accounts.each |String[1] $account, Array[String[1]] $keys| {
    user { $account:
      ensure     => present,
      system     => true,
      home       => '/repositories',
      shell      => '/usr/sbin/nologin',
      groups     => ['dr-sftp'],
      membership => 'minimum',
      require    => Group['dr-sftp'],
    }

    file {
      default:
        ensure => directory,
        ;
      "${_root}/${account}":
        owner => 'root',
        group => 'root',
        mode  => '0755',
        ;
      "${_root}/${account}/repositories":
        owner => $account,
        mode  => '0700',
        ;
    }

    dr::ssh_authorized { $account:
      keys           => Hash($keys.map |$index, $key| { ["${account}-${index}", $key] }),
      forced_command => 'internal-sftp',
    }
  }
}
