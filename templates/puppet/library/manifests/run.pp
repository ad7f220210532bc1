# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary The run of a job that makes points: its timer, and the check of how old its newest point is. The title is the job.
#
# Declared by the defines of the tools.
#
# @param command
#   Program and arguments.
# @param description
#   Text that systemctl shows.
# @param job
#   The job.
define dr::run (
  Dr::Argv $command,
  Dr::Text $description,
  Dr::Job $job,
) {
  $_other_schedules = ['on_calendar', 'interval_sec', 'retention'].filter |$key| { $key in $job }
  if 'once_after' in $job and !$_other_schedules.empty {
    fail("${name}: a copy that is taken once has no other schedule and no retention")
  }

  # What is taken once looks every hour whether it is time.
  $_calendar = $job['once_after'] ? {
    undef   => {},
    default => { 'on_calendar' => ['hourly'] },
  }
  $_timing = $job.filter |$key, $_value| {
    $key in ['on_calendar', 'interval_sec', 'triggers', 'randomized_delay_sec', 'timeout_sec']
  }
  dr::timer { $name:
    command     => $command,
    description => $description,
    *           => $_timing + $_calendar,
  }

  if 'max_age_sec' in $job {
    dr::freshness { $name:
      * => $job.filter |$key, $_value| { $key in ['max_age_sec', 'warn_age_sec', 'subject'] },
    }
  }
}
