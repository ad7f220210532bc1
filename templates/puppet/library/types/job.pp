# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary What every job that makes points has, whatever makes them. What only one tool has is a parameter of its define.
#
# What is made, and before it:
#
# * `paths`: directories and files that a point holds; a restore needs them.
# * `exclude`: patterns that are left out, in the syntax of the tool.
# * `min_files`: a point with fewer files is a failure, since an unmounted disk looks like an empty folder; 1 by default.
# * `pre_command`: runs first, for example a dump into one of the paths. When it fails nothing is made.
# * `post_command`: runs last, whatever the outcome. When it fails the job has failed.
# * `lock`: is held meanwhile, shared with other jobs that must not overlap; the job's own by default.
#
# When, by one of the first three; with none of them another job's `triggers` starts it:
#
# * `on_calendar`: systemd OnCalendar expressions with their time zone.
# * `interval_sec`: so many seconds after the last start.
# * `once_after`: once, after this instant, and tried again every hour until it is good.
# * `triggers`: jobs on this host that are started each time this one succeeds.
# * `randomized_delay_sec`: upper bound of a random delay that spreads load.
# * `timeout_sec`: the job has failed after this time; a day by default.
#
# What is kept and what proves it:
#
# * `retention`: what is kept, by the rules of the plan; without it everything is.
# * `drill_calendar`, `drill_interval_sec`: when a restore drill proves the newest point; the job is `NAME-drill`.
# * `drill_dir`: scratch directory of the drill, with room for all the data; `/var/lib/dr/scratch` by default.
# * `max_age_sec`: the objective. An alert when the newest good point is older; without it nothing is checked.
# * `warn_age_sec`: the worst case that the plan expects. A warning beyond it.
# * `subject`: address of the copy in the plan.
type Dr::Job = Struct[{
  Optional['paths']                => Array[Dr::Datapath],
  Optional['exclude']              => Array[Dr::Text],
  Optional['min_files']            => Integer[0],
  Optional['pre_command']          => Dr::Argv,
  Optional['post_command']         => Dr::Argv,
  Optional['lock']                 => Dr::Name,
  Optional['on_calendar']          => Array[Dr::Calendar],
  Optional['interval_sec']         => Integer[1],
  Optional['once_after']           => Dr::Instant,
  Optional['triggers']             => Array[Dr::Name],
  Optional['randomized_delay_sec'] => Integer[0],
  Optional['timeout_sec']          => Integer[1],
  Optional['retention']            => Dr::Retention,
  Optional['drill_calendar']       => Array[Dr::Calendar],
  Optional['drill_interval_sec']   => Integer[1],
  Optional['drill_dir']            => Dr::Abspath,
  Optional['max_age_sec']          => Integer[1],
  Optional['warn_age_sec']         => Integer[1],
  Optional['subject']              => Dr::Subject,
}]
