# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Copy of a copy: takes new snapshots of one restic repository over into another.
#
# A copied snapshot carries the recovery point of its source. The same restore, list and drill scripts work with the
# name of this job.
#
# @param source_repository
#   The repository that is read.
# @param source_password
#   Its password.
# @param source_job
#   Job that made the snapshots.
# @param paths
#   Directories and files that the snapshots hold, as in that job; a restore needs them.
# @param repository
#   The repository that is written.
# @param password
#   Its password.
# @param credentials
#   Credentials of object stores, as environment variables; both repositories see them.
# @param hold_sec
#   Only snapshots at least this old are taken over.
# @param min_interval_sec
#   Started more often than this, it does nothing: "after each backup, but once a week".
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
define dr::restic::copy (
  Dr::Restic::Url $source_repository,
  Sensitive[Dr::Secret] $source_password,
  Dr::Name $source_job,
  Array[Dr::Datapath, 1] $paths,
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $password,
  Array[Dr::Calendar] $on_calendar = [],
  Optional[Integer[1]] $interval_sec = undef,
  Array[Dr::Name] $triggers = [],
  Sensitive[Dr::Credentials] $credentials = Sensitive({}),
  Integer[0] $hold_sec = 0,
  Integer[0] $min_interval_sec = 0,
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
    fail("dr::restic::copy ${_job}: retention must name at least one period")
  }

  dr::restic::repository { $_job:
    repository   => $repository,
    password     => $password,
    snapshot_tag => $source_job,
    credentials  => $credentials,
    paths        => $paths,
    retention    => $retention,
    verification => $verification,
    drill_dir    => $drill_dir,
    subject      => $subject,
    extra        => {
      'DR_LOCK'              => $_job,
      'DR_SOURCE_REPOSITORY' => $source_repository,
      'DR_HOLD_SEC'          => String($hold_sec),
      'DR_MIN_INTERVAL_SEC'  => String($min_interval_sec),
    },
  }

  file { "${dr::restic::config_dir}/${_job}.source-password":
    ensure    => file,
    owner     => 'root',
    group     => 'root',
    mode      => '0600',
    show_diff => false,
    content   => $source_password,
  }

  dr::timer { $_job:
    command              => ["${dr::script_dir}/dr-restic-copy", $_job],
    description          => "restic copy ${_job}",
    on_calendar          => $on_calendar,
    interval_sec         => $interval_sec,
    triggers             => $triggers,
    randomized_delay_sec => $randomized_delay_sec,
    timeout_sec          => $timeout_sec,
    require              => [
      Dr::Restic::Repository[$_job],
      Dr::Script['dr-restic-copy'],
      File["${dr::restic::config_dir}/${_job}.source-password"],
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
