# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Folders, scripts and the status contract that all jobs of a plan share on Windows.
#
# The same contract as class `dr` has on Linux: every job leaves one JSON document in `C:/ProgramData/drplan/status`. Nobody but
# administrators and the system may read or write there. Tasks run as the system, which reaches shares as the computer's
# account and SQL Server by its login: there is no password anywhere.
#
# @param plan
#   Name of the plan this host belongs to.
# @param site
#   Location of this host in the plan.
# @param metrics_dir
#   Folder that receives Prometheus text files. The default is created; another one must exist, for example that of
#   windows_exporter's textfile collector.
class dr::windows (
  Dr::Name $plan = lookup('dr::plan'),
  Dr::Name $site = lookup('dr::site'),
  Dr::Winpath $metrics_dir = 'C:/ProgramData/drplan/metrics',
) {
  # Not parameters: the scripts know the same paths.
  $root = 'C:/ProgramData/drplan'
  $bin = "${root}/bin"
  $powershell = 'C:/Windows/System32/WindowsPowerShell/v1.0/powershell.exe'
  $run = "${powershell} -NoProfile -NonInteractive -ExecutionPolicy Bypass -File"

  # Rights are told by well-known ids, since names depend on the language of Windows: administrators and the system. What
  # is not ours does not run from `bin`.
  file {
    default:
      ensure => directory,
      owner  => 'S-1-5-32-544',
      group  => 'S-1-5-18',
      mode   => '0770',
      ;
    [$root, "${root}/freshness", "${root}/jobs", "${root}/locks", "${root}/metrics", "${root}/mirrors", "${root}/orders"]:
      ;
    ["${root}/scratch", "${root}/sites", "${root}/status", "${root}/tasks"]:
      ;
    $bin:
      recurse => true,
      purge   => true,
      source  => 'puppet:///modules/dr/windows',
      ;
  }

  file { "${root}/plan.json":
    ensure  => file,
    owner   => 'S-1-5-32-544',
    group   => 'S-1-5-18',
    mode    => '0660',
    content => dr::json({
        'plan'        => $plan,
        'site'        => $site,
        'host'        => $trusted['certname'],
        'metrics_dir' => $metrics_dir,
    }),
  }
}
