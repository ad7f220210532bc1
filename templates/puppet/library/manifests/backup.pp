# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A job that keeps points of files, whatever the tool: settings, timer, restore drill, freshness.
#
# Declared by the jobs and copies of each tool, which know the types of its values.
#
# @param tool
#   Its class, scripts and folder of settings have this name.
# @param repository
#   Where the points go.
# @param secrets
#   Files that only root may read, by their ending.
# @param verification
#   How a new point is verified before an old one may go.
# @param job
#   The job.
# @param action
#   Which of the tool's scripts makes the points.
# @param settings
#   What only this tool is told.
define dr::backup (
  Enum['restic', 'borg', 'rclone'] $tool,
  Dr::Secret $repository,
  Hash[Enum['password', 'credentials', 'source-password'], Sensitive] $secrets,
  Dr::Name $verification,
  Dr::Job $job,
  Enum['backup', 'copy'] $action = 'backup',
  Hash[Pattern[/\ADR_[A-Z_]+\z/], Dr::Secret] $settings = {},
) {
  include dr

  $_name = assert_type(Dr::Name, $name)
  $_base = "${dr::config_dir}/${tool}/${_name}"
  $_job = {
    'paths'       => [],
    'min_files'   => 1,
    'lock'        => $_name,
    'retention'   => {},
    'drill_dir'   => '/var/lib/dr/scratch',
    'timeout_sec' => 86400,
  } + $job
  if $_job['paths'].empty {
    fail("dr::${tool}::${action} ${_name}: paths are missing")
  }
  if 'retention' in $job and $job['retention'].empty {
    fail("dr::${tool}::${action} ${_name}: retention must name at least one period")
  }

  $secrets.each |String[1] $ending, Sensitive $content| {
    file { "${_base}.${ending}":
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      content   => $content,
      before    => Dr::Timer[$_name, "${_name}-drill"],
    }
  }

  $_once = $_job['once_after'] ? {
    undef   => {},
    default => { 'DR_ONCE_AFTER' => $_job['once_after'] },
  }
  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      before => Dr::Timer[$_name, "${_name}-drill"],
      ;
    "${_base}.paths":
      content => dr::lines($_job['paths']),
      ;
    "${_base}.exclude":
      content => dr::lines($_job['exclude']),
      ;
    "${_base}.pre":
      mode    => '0600',
      content => dr::lines($_job['pre_command']),
      ;
    "${_base}.post":
      mode    => '0600',
      content => dr::lines($_job['post_command']),
      ;
    "${_base}.env":
      content => epp('dr/backup.env.epp', {
          'repository'   => $repository,
          'retention'    => $_job['retention'],
          'verification' => $verification,
          'min_files'    => $_job['min_files'],
          'drill_dir'    => $_job['drill_dir'],
          'lock'         => $_job['lock'],
          'subject'      => $_job['subject'],
          'settings'     => $settings + $_once,
      }),
      ;
  }

  dr::run { $_name:
    command     => ["${dr::script_dir}/dr-${tool}-${action}", $_name],
    description => "${tool} ${action} ${_name}",
    job         => $job,
    require     => Dr::Script["dr-${tool}-${action}"],
  }

  # Without a time of its own the drill is there all the same, for an operator to start.
  dr::timer { "${_name}-drill":
    command      => ["${dr::script_dir}/dr-${tool}-drill", $_name],
    description  => "Restore drill of ${_name}",
    on_calendar  => $_job['drill_calendar'].lest || { [] },
    interval_sec => $_job['drill_interval_sec'],
    timeout_sec  => $_job['timeout_sec'],
    require      => Dr::Script["dr-${tool}-drill"],
  }
}
