# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Says whether the newest restorable point of a job is younger than the objective asks.
#
# Runs `dr-freshness`, which exits like a Nagios plug-in and writes a Prometheus text file; the title is the job.
#
# @param max_age_sec
#   Critical beyond this age: the objective.
# @param warn_age_sec
#   Warning beyond this age: the worst case that the plan expects of this job, so that a late job shows before the
#   objective is breached.
# @param on_calendar
#   How often to look.
# @param subject
#   Address in the plan of what is kept safe.
define dr::freshness (
  Integer[1] $max_age_sec,
  Optional[Integer[1]] $warn_age_sec = undef,
  Array[Dr::Calendar, 1] $on_calendar = ['*:0/5'],
  Optional[Dr::Subject] $subject = undef,
) {
  include dr

  $_job = assert_type(Dr::Name, $name)
  $_warn = $warn_age_sec ? {
    undef   => [],
    default => ['--warn-age', String($warn_age_sec)],
  }
  $_subject = $subject ? {
    undef   => [],
    default => ['--subject', $subject],
  }

  dr::timer { "freshness-${_job}":
    command     => ["${dr::script_dir}/dr-freshness", $_job, '--max-age', String($max_age_sec)] + $_warn + $_subject,
    on_calendar => $on_calendar,
    description => "Freshness of ${_job}, at most ${max_age_sec} s",
    timeout_sec => 60,
    require     => Dr::Script['dr-freshness'],
  }
}
