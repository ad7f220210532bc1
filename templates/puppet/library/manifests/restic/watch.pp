# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Restore drill and freshness check of a restic job or copy. Declared by the jobs themselves.
#
# @param drill_calendar
#   When a restore drill proves the newest snapshot.
# @param drill_interval_sec
#   Instead of a calendar: so many seconds after the last drill.
# @param max_age_sec
#   The objective; without it freshness is not checked.
# @param warn_age_sec
#   The worst case that the plan expects.
# @param timeout_sec
#   The drill has failed after this time.
# @param subject
#   Address of the copy in the plan.
define dr::restic::watch (
  Array[Dr::Calendar] $drill_calendar,
  Optional[Integer[1]] $drill_interval_sec,
  Optional[Integer[1]] $max_age_sec,
  Optional[Integer[1]] $warn_age_sec,
  Integer[1] $timeout_sec,
  Optional[Dr::Subject] $subject,
) {
  include dr

  $_job = assert_type(Dr::Name, $name)

  # Without a time of its own the drill is there all the same, for an operator to start.
  dr::timer { "${_job}-drill":
    command      => ["${dr::script_dir}/dr-restic-drill", $_job],
    description  => "Restore drill of ${_job}",
    on_calendar  => $drill_calendar,
    interval_sec => $drill_interval_sec,
    timeout_sec  => $timeout_sec,
    require      => [
      Dr::Restic::Repository[$_job],
      Dr::Script['dr-restic-drill'],
    ],
  }

  if $max_age_sec =~ NotUndef {
    dr::freshness { $_job:
      max_age_sec  => $max_age_sec,
      warn_age_sec => $warn_age_sec,
      subject      => $subject,
    }
  }
}
