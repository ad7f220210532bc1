# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A scheduled task below `\\drplan\\`, run as the system. Without a start it is absent, unless it is `on_demand`.
#
# Starts are instants in UTC that recur after a fixed time, so that neither the time zone of the host nor a change of its
# clock moves them. A start that the host slept through is made up for. The task is registered by a fixed script, which tells
# whether it is still the one that was registered.
#
# @param script
#   Script of `bin` that it runs.
# @param arguments
#   Its arguments.
# @param description
#   Text that the Task Scheduler shows.
# @param starts
#   When it starts.
# @param on_demand
#   Whether it exists without a start too, because something else starts it.
# @param timeout_sec
#   The task is ended after this time.
define dr::windows::task (
  Pattern[/\Adr-[a-z-]+\z/] $script,
  Array[Dr::Name] $arguments,
  Dr::Text $description,
  Array[Dr::Windows::Start, 0, 48] $starts = [],
  Boolean $on_demand = false,
  Integer[60] $timeout_sec = 86400,
) {
  include dr::windows

  $_task = assert_type(Dr::Name, $name)
  $_register = "${dr::windows::run} ${dr::windows::bin}/dr-task.ps1"
  $_definition = "${dr::windows::root}/tasks/${_task}.xml"

  if $starts.empty and !$on_demand {
    exec { "dr-task-remove-${_task}":
      command  => "${_register} remove ${_task}",
      unless   => "${_register} absent ${_task}",
      provider => windows,
      require  => Class['dr::windows'],
    }
    file { $_definition:
      ensure => absent,
    }
  } else {
    $_words = (["${dr::windows::bin}/${script}.ps1"] + $arguments).join(' ')
    file { $_definition:
      ensure  => file,
      owner   => 'S-1-5-32-544',
      group   => 'S-1-5-18',
      mode    => '0660',
      content => epp('dr/windows/task.xml.epp', {
          'description' => dr::xml_text($description),
          'starts'      => $starts,
          'arguments'   => "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File ${_words}",
          'powershell'  => $dr::windows::powershell,
          'timeout_sec' => $timeout_sec,
      }),
    }
    exec { "dr-task-register-${_task}":
      command  => "${_register} register ${_task}",
      unless   => "${_register} check ${_task}",
      provider => windows,
      require  => [
        Class['dr::windows'],
        File[$_definition],
      ],
    }
  }
}
