# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Backup of files with restic: run, verify, then forget and prune; freshness and restore drills beside it.
#
# The title is the name of the job: of its units, its status document and its repository settings.
#
# @param repository
#   The repository; one for each job and host, so that no job waits for another's lock.
# @param password
#   Its password.
# @param job
#   What is backed up, when, and what is kept.
# @param credentials
#   Credentials of an object store, as environment variables.
# @param whole_log
#   Each snapshot holds all of a log: without `retention` the newest two dozen are kept.
# @param verification
#   How a new snapshot is verified before an old one may go.
define dr::restic::job (
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $password,
  Dr::Job $job,
  Sensitive[Dr::Credentials] $credentials = Sensitive({}),
  Boolean $whole_log = false,
  Dr::Restic::Verification $verification = 'structure',
) {
  include dr
  include dr::restic

  $_of_log = $whole_log ? {
    true    => { 'retention' => { 'last' => 24 } },
    default => {},
  }

  dr::backup { $name:
    tool         => 'restic',
    repository   => $repository,
    secrets      => {
      'password'    => $password,
      'credentials' => Sensitive(epp('dr/credentials.epp', { 'credentials' => $credentials })),
    },
    settings     => {
      'DR_TAG' => $name,
    },
    verification => $verification,
    job          => $_of_log + $job,
  }
}
