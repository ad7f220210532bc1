# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A systemd service that a plan moves between hosts.
#
# Puppet never decides where it serves. An `active` host starts it unless an operator has stopped it there
# (`dr-service stop`), a `standby` host leaves it off until an operator has started it there (`dr-service start`);
# both orders outlive a reboot and the next Puppet run.
#
# @param unit
#   systemd unit; the default is the title with `.service`.
# @param mode
#   Whether this host serves from the start.
# @param packages
#   Packages that bring the service.
# @param command
#   Program and arguments, when the unit file is ours to write.
# @param stop_command
#   How to stop it, where a signal is not enough.
# @param user
#   User that runs the command.
# @param working_directory
#   Directory the command starts in.
# @param environment
#   Environment of the command.
# @param health
#   Command that succeeds when the service answers, for example `['/usr/local/sbin/dr-probe', 'tcp', 'localhost', '80']`.
# @param health_calendar
#   When health is checked.
# @param start_timeout_sec
#   How long it may take from the start to the first healthy answer.
# @param subject
#   Address of the component in the plan.
define dr::service (
  Optional[Dr::Unit] $unit = undef,
  Dr::Mode $mode = 'active',
  Array[Pattern[/\A[a-z0-9][a-z0-9.+:-]*\z/]] $packages = [],
  Optional[Dr::Argv] $command = undef,
  Optional[Dr::Argv] $stop_command = undef,
  Dr::User $user = 'root',
  Optional[Dr::Datapath] $working_directory = undef,
  Dr::Environment $environment = {},
  Optional[Dr::Argv] $health = undef,
  Array[Dr::Calendar, 1] $health_calendar = ['*:*:20'],
  Integer[1] $start_timeout_sec = 300,
  Optional[Dr::Subject] $subject = undef,
) {
  include dr

  $_service = assert_type(Dr::Name, $name)
  $_unit = $unit.lest || { "${_service}.service" }
  $_marks = "${dr::state_dir}/services/${_service}"

  # Several services on a host may need the same package.
  $packages.each |String[1] $package| {
    unless defined(Package[$package]) {
      package { $package:
        ensure => installed,
      }
    }
    Package[$package] -> Exec["dr-service-start-${_service}"]
  }

  if $command =~ NotUndef {
    file { "/etc/systemd/system/${_unit}":
      ensure  => file,
      owner   => 'root',
      group   => 'root',
      mode    => '0644',
      content => epp('dr/service/app.service.epp', {
          'description'       => $_service,
          'command'           => dr::exec_line($command),
          'stop_command'      => $stop_command.then |$stop| { dr::exec_line($stop) },
          'user'              => $user,
          'working_directory' => $working_directory.then |$dir| { dr::unit_text($dir) },
          'environment'       => $environment.map |$key, $value| { dr::exec_line(["${key}=${value}"]) },
          'start_timeout_sec' => $start_timeout_sec,
      }),
      notify  => Exec["dr-daemon-reload-service-${_service}"],
    }
  }

  file { "/etc/systemd/system/${_unit}.d":
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0755',
  }

  # The operator's order holds at boot too.
  file { "/etc/systemd/system/${_unit}.d/10-dr.conf":
    ensure  => file,
    owner   => 'root',
    group   => 'root',
    mode    => '0644',
    content => epp('dr/service/mode.conf.epp', {
        'mode'  => $mode,
        'marks' => $_marks,
    }),
    notify  => Exec["dr-daemon-reload-service-${_service}"],
  }

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0644',
      ;
    "${dr::config_dir}/services/${_service}.env":
      content => epp('dr/service/service.env.epp', {
          'unit'              => $_unit,
          'mode'              => $mode,
          'start_timeout_sec' => $start_timeout_sec,
          'subject'           => $subject,
      }),
      ;
    "${dr::config_dir}/services/${_service}.health":
      content => dr::lines($health),
      ;
  }

  exec { "dr-daemon-reload-service-${_service}":
    command     => '/bin/systemctl daemon-reload',
    refreshonly => true,
  }

  # Enabled on every host: the condition in the drop-in says whether it starts.
  service { $_unit:
    enable  => true,
    require => Exec["dr-daemon-reload-service-${_service}"],
  }

  $_wanted = $mode ? {
    'active' => "/usr/bin/test ! -e ${_marks}.stopped",
    default  => "/usr/bin/test -e ${_marks}.started",
  }
  exec { "dr-service-start-${_service}":
    command => "/bin/systemctl start ${_unit}",
    onlyif  => $_wanted,
    unless  => "/bin/systemctl is-active --quiet ${_unit}",
    require => [
      Service[$_unit],
      File["${dr::config_dir}/services/${_service}.env"],
      File["${dr::config_dir}/services/${_service}.health"],
    ],
  }

  $_health_ensure = $health ? {
    undef   => 'absent',
    default => 'present',
  }
  dr::timer { "${_service}-health":
    ensure      => $_health_ensure,
    command     => ["${dr::script_dir}/dr-service", 'check', $_service],
    on_calendar => $health_calendar,
    description => "Health of ${_service}",
    timeout_sec => 60,
    require     => Dr::Script['dr-service'],
  }
}
