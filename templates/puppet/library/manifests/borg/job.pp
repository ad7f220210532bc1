# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Backup of files with Borg: make an archive, verify it, then delete what is not kept; freshness and restore drills beside it.
#
# The title is the name of the job: of its units, its status document and its repository settings. What is kept is decided
# by the rules of the plan and not by those of `borg prune`.
#
# @param repository
#   The repository; one for each job and host, so that no job waits for another's lock.
# @param password
#   Its password.
# @param job
#   What is backed up, when, and what is kept.
# @param append_only
#   The store only appends: nothing is ever deleted from here.
# @param verification
#   How a new archive is verified before an old one may go.
define dr::borg::job (
  Dr::Borg::Url $repository,
  Sensitive[Dr::Secret] $password,
  Dr::Job $job,
  Boolean $append_only = false,
  Dr::Borg::Verification $verification = 'structure',
) {
  include dr
  include dr::borg

  dr::backup { $name:
    tool         => 'borg',
    repository   => $repository,
    secrets      => {
      'password' => $password,
    },
    settings     => {
      'DR_TAG'         => $name,
      'DR_APPEND_ONLY' => String($append_only, '%y'),
    },
    verification => $verification,
    job          => $job,
  }
}
