# @summary Identity server in a folder of its own, its artifacts backed up daily, its folder once.
#
# @param mode
#   Whether this host serves from the start.
# @param home
#   Folder of the product.
# @param command
#   What runs it.
# @param health
#   What tells that it answers.
# @param paths
#   Artifacts that are backed up.
# @param on_calendar
#   When they are.
# @param repository
#   Where they go.
# @param restic_password
#   Password of that repository.
# @param retention
#   Which snapshots are kept.
# @param max_age_sec
#   Recovery point objective.
# @param warn_age_sec
#   Worst case that the plan expects.
# @param drill_calendar
#   When the restore is drilled.
# @param install_repository
#   Where the copy of the whole folder goes.
# @param install_after
#   When it is ready to be taken.
class profile::identity (
  Dr::Mode $mode,
  Dr::Abspath $home,
  Dr::Argv $command,
  Dr::Argv $health,
  Array[Dr::Datapath, 1] $paths,
  Array[Dr::Calendar, 1] $on_calendar,
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $restic_password,
  Dr::Retention $retention,
  Integer[1] $max_age_sec,
  Integer[1] $warn_age_sec,
  Array[Dr::Calendar] $drill_calendar,
  Dr::Restic::Url $install_repository,
  Dr::Instant $install_after,
) {
  dr::app { 'identity':
    home              => $home,
    command           => $command,
    mode              => $mode,
    user              => 'identity',
    environment       => { 'JAVA_HOME' => '/usr/lib/jvm/default-java', 'GREETING' => '50% "of" $HOME \\' },
    artifact_dirs     => ['repository', 'repository/deployment'],
    health            => $health,
    start_timeout_sec => 60,
    subject           => 'components.identity',
  }

  dr::restic::job { 'identity-artifacts-daily':
    paths          => $paths,
    repository     => $repository,
    password       => $restic_password,
    on_calendar    => $on_calendar,
    retention      => $retention,
    min_files      => 0,
    max_age_sec    => $max_age_sec,
    warn_age_sec   => $warn_age_sec,
    drill_calendar => $drill_calendar,
    subject        => 'components.identity.data.artifacts.copies.daily',
    require        => Dr::App['identity'],
  }

  dr::restic::job { 'identity-install-once':
    paths      => [$home],
    repository => $install_repository,
    password   => $restic_password,
    once_after => $install_after,
    min_files  => 0,
    subject    => 'components.identity.data.install.copies.once',
    require    => Dr::App['identity'],
  }
}
