# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary rclone, its scripts, and what tells owners and modes of files.
class dr::rclone {
  include dr

  package { ['rclone', 'acl']:
    ensure => installed,
  }

  dr::tool { 'rclone':
    actions => ['backup', 'drill', 'list', 'restore'],
  }
}
