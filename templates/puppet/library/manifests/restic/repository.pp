# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Access to the repository of one job, as all restic scripts read it. Declared by the jobs themselves.
#
# @param repository
#   The repository.
# @param password
#   Its password.
# @param snapshot_tag
#   Tag of the snapshots of the job.
# @param credentials
#   Credentials of an object store.
# @param paths
#   Directories and files that the snapshots hold.
# @param exclude
#   Patterns that are left out.
# @param retention
#   What is kept; without it everything is.
# @param verification
#   How a new snapshot is verified before an old one may go.
# @param min_files
#   A snapshot with fewer files is a failure: an unmounted disk looks like an empty folder.
# @param drill_dir
#   Scratch directory of restore drills.
# @param subject
#   Address in the plan of what is kept safe.
# @param extra
#   More settings of the script of the job.
define dr::restic::repository (
  Dr::Restic::Url $repository,
  Sensitive[Dr::Secret] $password,
  Dr::Name $snapshot_tag,
  Sensitive[Dr::Credentials] $credentials = Sensitive({}),
  Array[Dr::Datapath] $paths = [],
  Array[Dr::Text] $exclude = [],
  Optional[Dr::Retention] $retention = undef,
  Dr::Restic::Verification $verification = 'structure',
  Integer[0] $min_files = 1,
  Dr::Abspath $drill_dir = '/var/lib/dr/scratch',
  Optional[Dr::Subject] $subject = undef,
  Hash[Pattern[/\ADR_[A-Z_]+\z/], Dr::Secret] $extra = {},
) {
  include dr
  include dr::restic

  $_job = assert_type(Dr::Name, $name)
  $_base = "${dr::restic::config_dir}/${_job}"

  file {
    default:
      ensure    => file,
      owner     => 'root',
      group     => 'root',
      mode      => '0600',
      show_diff => false,
      ;
    "${_base}.password":
      content => $password,
      ;
    "${_base}.credentials":
      content => Sensitive(epp('dr/restic/credentials.epp', { 'credentials' => $credentials })),
      ;
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    "${_base}.paths":
      content => $paths.map |$path| { "${path}\n" }.join,
      ;
    "${_base}.exclude":
      content => $exclude.map |$pattern| { "${pattern}\n" }.join,
      ;
    "${_base}.env":
      content => epp('dr/restic/job.env.epp', {
          'repository'   => $repository,
          'snapshot_tag' => $snapshot_tag,
          'retention'    => $retention.lest || { {} },
          'verification' => $verification,
          'min_files'    => $min_files,
          'drill_dir'    => $drill_dir,
          'subject'      => $subject,
          'extra'        => $extra,
      }),
      ;
  }
}
