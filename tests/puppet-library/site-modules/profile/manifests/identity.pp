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
# @param artifacts_job
#   Artifacts that are backed up, when, and what is kept.
# @param repository
#   Where they go.
# @param restic_password
#   Password of that repository.
# @param install_repository
#   Where the copy of the whole folder goes.
# @param install_after
#   When it is ready to be taken.
class profile::identity (
  Dr::Mode $mode,
  Dr::Abspath $home,
  Dr::Argv $command,
  Dr::Argv $health,
  Dr::Job $artifacts_job,
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $restic_password,
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
    repository => $repository,
    password   => $restic_password,
    job        => $artifacts_job,
    require    => Dr::App['identity'],
  }

  dr::restic::job { 'identity-install-once':
    repository => $install_repository,
    password   => $restic_password,
    job        => {
      'paths'      => [$home],
      'once_after' => $install_after,
      'min_files'  => 0,
      'subject'    => 'components.identity.data.install.copies.once',
    },
    require    => Dr::App['identity'],
  }
}
