# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary sshd reads the keys of service accounts from a directory that belongs to root.
#
# Keys that an administrator placed in a home directory are never touched. Accounts in the group `dr-sftp` see nothing
# but their own directory.
#
# @param sftp_root
#   Directory with one home per sftp account.
class dr::sshd (
  Dr::Abspath $sftp_root = '/srv/restic',
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

  service { 'ssh':
    ensure => running,
    enable => true,
  }
}
