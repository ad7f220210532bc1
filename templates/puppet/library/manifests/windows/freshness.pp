# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Compares the newest point of a job with its objective, as `dr::freshness` does on Linux. The title is the job.
#
# @param max_age_sec
#   Age at which a promise is broken; without it there is no check.
# @param warn_age_sec
#   Age that the plan expects in the worst case.
# @param subject
#   Address in the plan.
define dr::windows::freshness (
  Optional[Integer[1]] $max_age_sec = undef,
  Optional[Integer[1]] $warn_age_sec = undef,
  Optional[Dr::Subject] $subject = undef,
) {
  $_ensure = $max_age_sec ? {
    undef   => 'absent',
    default => 'present',
  }
  $_starts = $max_age_sec ? {
    undef   => [],
    default => [{ 'first' => '2024-01-01T00:02:00Z', 'every_sec' => 300 }],
  }
  dr::windows::settings { "freshness/${name}":
    ensure => $_ensure,
    values => {
      'max_age_sec'  => $max_age_sec,
      'warn_age_sec' => $warn_age_sec,
      'subject'      => $subject,
    },
  }
  dr::windows::task { "${name}-freshness":
    script      => 'dr-freshness',
    arguments   => [$name],
    description => "Age of the newest point of ${name}",
    starts      => $_starts,
    timeout_sec => 240,
  }
}
