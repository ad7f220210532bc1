# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Copies of files in an object store by rclone: copy, compare, then remove what is not kept.
#
# They are plain files, so that anything can read them: not encrypted, each point whole, and large trees of small files take
# long. Where that matters restic does better.
#
# The title is the name of the job: of its units, its status document and the settings of its store.
#
# @param repository
#   Bucket and folder; one for each job.
# @param endpoint
#   Address of the object store.
# @param credentials
#   Access to it: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
# @param job
#   What is backed up, when, and what is kept.
# @param append_only
#   Nothing is ever deleted: an immutable store.
# @param verification
#   How a new point is compared before it counts and an old one may go.
define dr::rclone::job (
  Dr::Rclone::Path $repository,
  Pattern[/\Ahttps?:\/\/[A-Za-z0-9][A-Za-z0-9.:-]*\z/] $endpoint,
  Sensitive[Dr::Credentials] $credentials,
  Dr::Job $job,
  Boolean $append_only = false,
  Dr::Rclone::Verification $verification = 'checksum',
) {
  include dr
  include dr::rclone

  dr::backup { $name:
    tool         => 'rclone',
    repository   => $repository,
    secrets      => {
      'credentials' => Sensitive(epp('dr/credentials.epp', { 'credentials' => $credentials })),
    },
    settings     => {
      'DR_ENDPOINT'    => $endpoint,
      'DR_APPEND_ONLY' => String($append_only, '%y'),
    },
    verification => $verification,
    job          => $job,
  }
}
