# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Backup of files with restic: run, verify, then forget and prune; freshness and restore drills beside it.
#
# The title is the name of the job: of its units, its status document and its repository settings. Give one of
# `on_calendar`, `interval_sec` and `once_after`; with none of them another job's `triggers` starts it.
#
# @param paths
#   Directories and files to back up.
# @param repository
#   The repository; one for each job and host, so that no job waits for another's lock.
# @param password
#   Its password.
# @param once_after
#   A copy that is taken once, after this instant, and tried again every hour until it is good.
# @param credentials
#   Credentials of an object store, as environment variables.
# @param exclude
#   Patterns that are left out, in restic's syntax.
# @param pre_command
#   Runs first, for example a dump into one of the paths. When it fails nothing is backed up.
# @param post_command
#   Runs last, whatever the outcome. When it fails the job has failed.
# @param lock
#   Lock that is held meanwhile, shared with other jobs that must not overlap; the default is the job's own.
# @param min_files
#   A snapshot with fewer files is a failure: an unmounted disk looks like an empty folder.
# @param on_calendar
#   When it runs, as systemd OnCalendar expressions with their time zone.
# @param interval_sec
#   Instead of a calendar: so many seconds after the last start.
# @param triggers
#   Jobs on this host that are started each time this one succeeds.
# @param retention
#   What is kept; without it everything is.
# @param verification
#   How a new snapshot is verified before an old one may go.
# @param drill_calendar
#   When a restore drill proves the newest snapshot; the job is `NAME-drill`.
# @param drill_interval_sec
#   Instead of a calendar: so many seconds after the last drill.
# @param drill_dir
#   Scratch directory of the drill; it must have room for all the data.
# @param max_age_sec
#   The objective: alert when the newest good snapshot is older. Without it nothing is checked.
# @param warn_age_sec
#   The worst case that the plan expects: warn beyond it.
# @param randomized_delay_sec
#   Upper bound of a random delay that spreads load.
# @param timeout_sec
#   The job has failed after this time.
# @param subject
#   Address of the copy in the plan.
define dr::restic::job (
  Array[Dr::Datapath, 1] $paths,
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $password,
  Array[Dr::Calendar] $on_calendar = [],
  Optional[Integer[1]] $interval_sec = undef,
  Optional[Dr::Instant] $once_after = undef,
  Array[Dr::Name] $triggers = [],
  Sensitive[Dr::Credentials] $credentials = Sensitive({}),
  Array[Dr::Text] $exclude = [],
  Optional[Dr::Argv] $pre_command = undef,
  Optional[Dr::Argv] $post_command = undef,
  Optional[Dr::Name] $lock = undef,
  Integer[0] $min_files = 1,
  Optional[Dr::Retention] $retention = undef,
  Dr::Restic::Verification $verification = 'structure',
  Array[Dr::Calendar] $drill_calendar = [],
  Optional[Integer[1]] $drill_interval_sec = undef,
  Dr::Abspath $drill_dir = '/var/lib/dr/scratch',
  Optional[Integer[1]] $max_age_sec = undef,
  Optional[Integer[1]] $warn_age_sec = undef,
  Integer[0] $randomized_delay_sec = 0,
  Integer[1] $timeout_sec = 86400,
  Optional[Dr::Subject] $subject = undef,
) {
  include dr
  include dr::restic

  $_job = assert_type(Dr::Name, $name)
  if $retention =~ NotUndef and $retention.empty {
    fail("dr::restic::job ${_job}: retention must name at least one period")
  }
  if $once_after =~ NotUndef and (!$on_calendar.empty or $interval_sec =~ NotUndef or $retention =~ NotUndef) {
    fail("dr::restic::job ${_job}: a copy that is taken once has no other schedule and no retention")
  }

  $_once = $once_after ? {
    undef   => {},
    default => { 'DR_ONCE_AFTER' => $once_after },
  }
  dr::restic::repository { $_job:
    repository   => $repository,
    password     => $password,
    snapshot_tag => $_job,
    credentials  => $credentials,
    paths        => $paths,
    exclude      => $exclude,
    retention    => $retention,
    verification => $verification,
    min_files    => $min_files,
    drill_dir    => $drill_dir,
    subject      => $subject,
    extra        => { 'DR_LOCK' => $lock.lest || { $_job } } + $_once,
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0600',
      ;
    "${dr::restic::config_dir}/${_job}.pre":
      content => $pre_command.lest || { [] }.map |$word| { "${word}\n" }.join,
      ;
    "${dr::restic::config_dir}/${_job}.post":
      content => $post_command.lest || { [] }.map |$word| { "${word}\n" }.join,
      ;
  }

  $_calendar = $once_after ? {
    undef   => $on_calendar,
    default => ['hourly'],
  }
  dr::timer { $_job:
    command              => ["${dr::script_dir}/dr-restic-backup", $_job],
    description          => "restic backup ${_job}",
    on_calendar          => $_calendar,
    interval_sec         => $interval_sec,
    triggers             => $triggers,
    randomized_delay_sec => $randomized_delay_sec,
    timeout_sec          => $timeout_sec,
    require              => [
      Dr::Restic::Repository[$_job],
      Dr::Script['dr-restic-backup'],
      File["${dr::restic::config_dir}/${_job}.pre"],
      File["${dr::restic::config_dir}/${_job}.post"],
    ],
  }

  dr::restic::watch { $_job:
    drill_calendar     => $drill_calendar,
    drill_interval_sec => $drill_interval_sec,
    max_age_sec        => $max_age_sec,
    warn_age_sec       => $warn_age_sec,
    timeout_sec        => $timeout_sec,
    subject            => $subject,
  }
}
