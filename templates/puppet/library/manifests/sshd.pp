# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary sshd reads the keys of service accounts from a directory that belongs to root.
#
# Keys that an administrator placed in a home directory are never touched. Accounts in the group `dr-sftp` see nothing
# but their own directory.
#
# A host that is rebuilt has a new host key, and everybody who knew the old one refuses to talk to it: backups of a
# restored database stop there. With `host_private_keys` it keeps its identity; without, `dr-host-key forget ADDRESS` on
# those who reach it is a step of the recovery.
#
# @param sftp_root
#   Directory with one home per sftp account.
# @param host_private_keys
#   Private ed25519 host key of each host, by certname; its public part belongs into `dr::host_keys`.
class dr::sshd (
  Dr::Abspath $sftp_root = '/srv/restic',
  Sensitive[Hash[Dr::Address, Dr::Privatekey]] $host_private_keys = Sensitive({}),
) {
  include dr

  $keys_dir = '/etc/dr/authorized_keys'

  package { 'openssh-server':
    ensure => installed,
  }

  group { 'dr-sftp':
    ensure => present,
    system => true,
  }

  file { $keys_dir:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  file { '/etc/ssh/sshd_config.d/50-dr.conf':
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/sshd.conf.epp', {
        'keys_dir'  => $keys_dir,
        'sftp_root' => $sftp_root,
    }),
    require => [
      Package['openssh-server'],
      Group['dr-sftp'],
    ],
    notify  => Service['ssh'],
  }

  $_host_key = $host_private_keys.unwrap[$trusted['certname']]
  if $_host_key =~ NotUndef {
    file { '/etc/ssh/ssh_host_ed25519_key':
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      content   => Sensitive($_host_key),
      require   => Package['openssh-server'],
      notify    => Service['ssh'],
    }
  }

  service { 'ssh':
    ensure => running,
    enable => true,
  }
}
