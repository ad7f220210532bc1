# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary uploads: Files of customers
#
# @param files_nightly_job
#   Copy `nightly` of dataset `files`: what it holds, when it is made, what is kept.
#   On a host that only could restore it there are no times.
# @param files_nightly_repository
#   Where it goes.
# @param files_nightly_password
#   Password of that repository.
class profile::uploads (
  Dr::Job $files_nightly_job,
  Dr::Restic::Url $files_nightly_repository,
  Sensitive[Dr::Secret] $files_nightly_password,
) {
  include dr

  dr::restic::job { 'uploads-files-nightly':
    repository => $files_nightly_repository,
    password   => $files_nightly_password,
    job        => $files_nightly_job,
  }
}
