# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A job: `dr-NAME.service`, and `dr-NAME.timer` when it has a time of its own.
#
# The calendar expressions are the schedule that was analysed, with its time zone. A run that the host slept through
# is made up for (`Persistent`). Without `on_calendar` and `interval_sec` there is no timer: another job's `triggers`,
# or an operator, starts the service.
#
# @param command
#   Program and arguments.
# @param description
#   Text that systemctl shows.
# @param on_calendar
#   systemd OnCalendar expressions.
# @param interval_sec
#   Start again so many seconds after the last start, whatever the clock says.
# @param triggers
#   Jobs that are started each time this one succeeds.
# @param ensure
#   Whether the job exists.
# @param user
#   User that runs the command.
# @param randomized_delay_sec
#   Upper bound of a random delay that spreads load.
# @param timeout_sec
#   The job is stopped, and has failed, after this time.
define dr::timer (
  Dr::Argv $command,
  Dr::Text $description,
  Array[Dr::Calendar] $on_calendar = [],
  Optional[Integer[1]] $interval_sec = undef,
  Array[Dr::Name] $triggers = [],
  Enum['present', 'absent'] $ensure = 'present',
  Dr::User $user = 'root',
  Integer[0] $randomized_delay_sec = 0,
  Integer[1] $timeout_sec = 86400,
) {
  include dr

  $_job = assert_type(Dr::Name, $name)
  if !$on_calendar.empty and $interval_sec =~ NotUndef {
    fail("dr::timer ${_job}: either on_calendar or interval_sec, not both")
  }
  $_timed = !$on_calendar.empty or $interval_sec =~ NotUndef
  $_service_file = "/etc/systemd/system/dr-${_job}.service"
  $_timer_file = "/etc/systemd/system/dr-${_job}.timer"
  $_service_ensure = $ensure ? {
    'present' => file,
    default   => absent,
  }
  $_timer_ensure = $_timed ? {
    true    => $_service_ensure,
    default => absent,
  }

  file { $_service_file:
    ensure  => $_service_ensure,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/job.service.epp', {
        'command'     => dr::exec_line($command),
        'description' => dr::unit_text($description),
        'user'        => $user,
        'triggers'    => $triggers,
        'timeout_sec' => $timeout_sec,
    }),
    notify  => Exec["dr-daemon-reload-${_job}"],
  }

  file { $_timer_file:
    ensure  => $_timer_ensure,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/job.timer.epp', {
        'description'          => dr::unit_text($description),
        'on_calendar'          => $on_calendar,
        'interval_sec'         => $interval_sec,
        'randomized_delay_sec' => $randomized_delay_sec,
    }),
    notify  => Exec["dr-daemon-reload-${_job}"],
  }

  # One reload per job: a shared one ties unrelated timers into a dependency cycle.
  exec { "dr-daemon-reload-${_job}":
    command     => '/bin/systemctl daemon-reload',
    refreshonly => true,
  }

  if $ensure == 'present' and $_timed {
    service { "dr-${_job}.timer":
      ensure    => running,
      enable    => true,
      require   => Exec["dr-daemon-reload-${_job}"],
      subscribe => File[$_timer_file],
    }
  } else {
    # Before its file goes: systemd cannot disable what it no longer knows.
    exec { "dr-timer-off-${_job}":
      command => "/bin/systemctl disable --now dr-${_job}.timer",
      onlyif  => "/usr/bin/test -e ${_timer_file}",
      before  => [
        File[$_timer_file],
        File[$_service_file],
      ],
    }
  }
}
