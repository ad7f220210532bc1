# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary The settings of a job, a site or a mirrored database, as the scripts read them. The title is `FOLDER/NAME`.
#
# @param values
#   What is in it.
# @param ensure
#   Whether it exists.
define dr::windows::settings (
  Hash[String, Data] $values,
  Enum['present', 'absent'] $ensure = 'present',
) {
  include dr::windows

  $_parts = $name.split('/')
  assert_type(Tuple[Enum['freshness', 'jobs', 'mirrors', 'sites'], Dr::Name], $_parts)
  $_ensure = $ensure ? {
    'present' => file,
    default   => absent,
  }
  file { "${dr::windows::root}/${name}.json":
    ensure  => $_ensure,
    owner   => 'S-1-5-32-544',
    group   => 'S-1-5-18',
    mode    => '0660',
    content => dr::json($values),
  }
}
