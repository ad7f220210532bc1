# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary One of the library's own scripts, in the administrator's path.
#
# @param folder
#   Folder of the script below `files/`: the technology it belongs to.
define dr::script (
  Optional[Dr::Name] $folder = undef,
) {
  include dr

  $_script = assert_type(Dr::Name, $name)
  $_source = $folder ? {
    undef   => $_script,
    default => "${folder}/${_script}",
  }

  file { "${dr::script_dir}/${_script}":
    ensure => file,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
    source => "puppet:///modules/dr/${_source}",
  }
}
