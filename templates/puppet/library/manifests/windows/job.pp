# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A job that makes or looks after copies on Windows; the title is its name.
#
# On a host that only could restore the copy there are no starts, and the job is there for restores alone.
#
# @param method
#   How it makes its points.
# @param store
#   Its own folder in the store. Of backups that a product makes: the folder of the product's.
# @param starts
#   When it runs. Without any, another job's `triggers` or an operator starts it.
# @param triggered
#   Whether another job starts it: it is a task then, too.
# @param folder
#   The folder that is archived, or in which a product leaves its backups.
# @param database
#   Name of the database.
# @param instance
#   Instance of SQL Server.
# @param pattern
#   Names of the backups that a product leaves.
# @param settle_sec
#   So long after it was written to last a backup of a product counts as finished.
# @param base_job
#   Of logs: the job of the full backups that they continue.
# @param base_store
#   Of logs: the folder of these.
# @param source
#   Of a copy of a copy: what is read.
# @param hold_sec
#   How old a point must be before it is copied.
# @param min_interval_sec
#   Sooner than this after the last good run nothing is done.
# @param once_after
#   Made once, after this instant.
# @param min_files
#   Fewer files in an archive is a failure.
# @param retention
#   What is kept; without it all is.
# @param triggers
#   Jobs that are started each time this one succeeds.
# @param drill_starts
#   When a restore is proven, by the job `NAME-drill`.
# @param max_age_sec
#   Age of the newest point at which a promise is broken.
# @param warn_age_sec
#   Age that the plan expects in the worst case.
# @param timeout_sec
#   A run is ended after this time.
# @param subject
#   Address of the copy in the plan.
define dr::windows::job (
  Dr::Windows::Method $method,
  Dr::Winpath $store,
  Array[Dr::Windows::Start] $starts = [],
  Boolean $triggered = false,
  Optional[Dr::Winpath] $folder = undef,
  Optional[Dr::Text] $database = undef,
  Dr::Windows::Instance $instance = 'MSSQLSERVER',
  Optional[Dr::Windows::Glob] $pattern = undef,
  Integer[0] $settle_sec = 600,
  Optional[Dr::Name] $base_job = undef,
  Optional[Dr::Winpath] $base_store = undef,
  Optional[Dr::Windows::Source] $source = undef,
  Integer[0] $hold_sec = 0,
  Integer[0] $min_interval_sec = 0,
  Optional[Dr::Instant] $once_after = undef,
  Integer[0] $min_files = 1,
  Optional[Dr::Retention] $retention = undef,
  Array[Dr::Name] $triggers = [],
  Array[Dr::Windows::Start] $drill_starts = [],
  Optional[Integer[1]] $max_age_sec = undef,
  Optional[Integer[1]] $warn_age_sec = undef,
  Integer[60] $timeout_sec = 86400,
  Optional[Dr::Subject] $subject = undef,
) {
  $_job = assert_type(Dr::Name, $name)
  $_is_of_database = $database =~ NotUndef
  $_command = $method ? {
    'folder-archive' => ['dr-archive', 'backup'],
    'full-backup'    => ['dr-sql', 'full'],
    'log-backup'     => ['dr-sql', 'log'],
    'product-backup' => ['dr-product', 'check'],
    default          => ['dr-copy', 'run'],
  }
  $_drill = $_is_of_database ? {
    true    => 'dr-sql',
    default => 'dr-archive',
  }

  dr::windows::settings { "jobs/${_job}":
    values => {
      'method'           => $method,
      'store'            => $store,
      'folder'           => $folder,
      'database'         => $database,
      'instance'         => $instance,
      'pattern'          => $pattern,
      'settle_sec'       => $settle_sec,
      'base_job'         => $base_job,
      'base_store'       => $base_store,
      'source'           => $source,
      'hold_sec'         => $hold_sec,
      'min_interval_sec' => $min_interval_sec,
      'once_after'       => $once_after,
      'min_files'        => $min_files,
      'keep'             => $retention,
      'triggers'         => $triggers,
      'subject'          => $subject,
    },
  }
  dr::windows::task { $_job:
    script      => $_command[0],
    arguments   => [$_command[1], $_job],
    description => "Job ${_job} of the plan",
    starts      => $starts,
    on_demand   => $triggered,
    timeout_sec => $timeout_sec,
  }
  dr::windows::task { "${_job}-drill":
    script      => $_drill,
    arguments   => ['drill', $_job],
    description => "Restores the newest point of ${_job} to scratch",
    starts      => $drill_starts,
    timeout_sec => $timeout_sec,
  }
  dr::windows::freshness { $_job:
    max_age_sec  => $max_age_sec,
    warn_age_sec => $warn_age_sec,
    subject      => $subject,
  }
}
