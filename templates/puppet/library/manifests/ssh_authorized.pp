# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Public keys that may run one command as an account, and nothing else. The title is the account.
#
# A host that loses power says no word more, and TCP waits hours for one. What its session holds here, such as the lock
# under which pgBackRest archives, it would keep from whoever takes over: so sshd asks, and ends a session without an answer.
#
# @param keys
#   The keys, by the comment that stands behind each: where it comes from.
# @param forced_command
#   Command that each of these keys is restricted to.
define dr::ssh_authorized (
  Hash[Dr::Address, Dr::Publickey] $keys,
  Dr::Text $forced_command,
) {
  include dr
  include dr::sshd

  $_user = assert_type(Dr::User, $name)

  file { "${dr::sshd::keys_dir}/${_user}":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/authorized_keys.epp', {
        'authorized'     => $keys,
        'forced_command' => $forced_command,
    }),
  }

  file { "/etc/ssh/sshd_config.d/60-dr-${_user}.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/sshd_account.conf.epp', { 'user' => $_user }),
    require => Package['openssh-server'],
    notify  => Service['ssh'],
  }
}
