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
# @param repository
#   The repository that is written.
# @param password
#   Its password.
# @param job
#   What the snapshots hold, as in the job that made them; when they are taken over, and what is kept.
# @param credentials
#   Credentials of object stores, as environment variables; both repositories see them.
# @param hold_sec
#   Only snapshots at least this old are taken over.
# @param min_interval_sec
#   Started more often than this, it does nothing: "after each backup, but once a week".
# @param verification
#   How a new snapshot is verified before an old one may go.
define dr::restic::copy (
  Dr::Restic::Url $source_repository,
  Sensitive[Dr::Secret] $source_password,
  Dr::Name $source_job,
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $password,
  Dr::Job $job,
  Sensitive[Dr::Credentials] $credentials = Sensitive({}),
  Integer[0] $hold_sec = 0,
  Integer[0] $min_interval_sec = 0,
  Dr::Restic::Verification $verification = 'structure',
) {
  include dr
  include dr::restic

  dr::without($job, ['exclude', 'min_files', 'pre_command', 'post_command', 'lock', 'once_after'], "dr::restic::copy ${name}")

  dr::backup { $name:
    tool         => 'restic',
    action       => 'copy',
    repository   => $repository,
    secrets      => {
      'password'        => $password,
      'source-password' => $source_password,
      'credentials'     => Sensitive(epp('dr/credentials.epp', { 'credentials' => $credentials })),
    },
    settings     => {
      'DR_TAG'               => $source_job,
      'DR_SOURCE_REPOSITORY' => $source_repository,
      'DR_HOLD_SEC'          => String($hold_sec),
      'DR_MIN_INTERVAL_SEC'  => String($min_interval_sec),
    },
    verification => $verification,
    job          => $job,
  }
}
