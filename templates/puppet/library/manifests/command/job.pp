# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A copy that a declared command makes: of a virtual machine by its hypervisor, or of a file tree on tape.
#
# The command has succeeded when it ends with 0 and has said something. What is kept, and for how long, is its own affair.
#
# @param command
#   Program and arguments; the paths are added to them.
# @param job
#   When it runs, and the paths that must be there and are given to it.
# @param restore_command
#   What brings the newest copy back; `dr-command-restore` runs it.
# @param source_job
#   Instead of paths: a job on this host whose newest point is restored to scratch and given to the command.
# @param source_tool
#   The tool of that job.
# @param hold_sec
#   Only a point at least this old is taken.
# @param min_interval_sec
#   Started more often than this, it does nothing.
define dr::command::job (
  Dr::Argv $command,
  Dr::Job $job,
  Optional[Dr::Argv] $restore_command = undef,
  Optional[Dr::Name] $source_job = undef,
  Enum['restic', 'borg', 'rclone'] $source_tool = 'restic',
  Integer[0] $hold_sec = 0,
  Integer[0] $min_interval_sec = 0,
) {
  include dr
  include dr::command

  $_name = assert_type(Dr::Name, $name)
  $_base = "${dr::command::config_dir}/${_name}"
  dr::without($job, ['exclude', 'min_files', 'post_command', 'retention', 'drill_calendar', 'drill_interval_sec', 'drill_dir'],
  "dr::command::job ${_name}")
  $_paths = $job['paths'].lest || { [] }
  if $source_job =~ NotUndef and !$_paths.empty {
    fail("dr::command::job ${_name}: either paths or source_job, not both")
  }

  $_source = $source_job ? {
    undef   => {},
    default => { 'DR_SOURCE_JOB' => $source_job, 'DR_SOURCE_TOOL' => $source_tool },
  }
  $_once = $job['once_after'] ? {
    undef   => {},
    default => { 'DR_ONCE_AFTER' => $job['once_after'] },
  }
  $_settings = {
    'DR_LOCK'             => $job['lock'].lest || { $_name },
    'DR_HOLD_SEC'         => String($hold_sec),
    'DR_MIN_INTERVAL_SEC' => String($min_interval_sec),
  }
  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0600',
      before => Dr::Timer[$_name],
      ;
    "${_base}.env":
      content => epp('dr/command.env.epp', {
          'subject'  => $job['subject'],
          'settings' => $_settings + $_source + $_once,
      }),
      ;
    "${_base}.argv":
      content => dr::lines($command),
      ;
    "${_base}.restore":
      content => dr::lines($restore_command),
      ;
    "${_base}.pre":
      content => dr::lines($job['pre_command']),
      ;
    "${_base}.paths":
      content => dr::lines($_paths),
      ;
  }

  dr::run { $_name:
    command     => ["${dr::script_dir}/dr-command-run", $_name],
    description => "Copy ${_name} by a command",
    job         => $job,
    require     => Dr::Script['dr-command-run'],
  }
}
