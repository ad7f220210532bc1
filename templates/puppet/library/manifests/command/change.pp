# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Something outside of our hosts that a recovery changes by a declared command, such as records of DNS.
#
# `dr-command-change NAME change` changes it. That it can be reached at all is shown beforehand: the job `NAME-show`
# fails when the command that shows it fails or says nothing.
#
# @param show_command
#   Prints it as it is.
# @param change_command
#   Changes it.
# @param show_calendar
#   When it is shown.
# @param subject
#   Address of the component in the plan.
define dr::command::change (
  Dr::Argv $show_command,
  Dr::Argv $change_command,
  Array[Dr::Calendar] $show_calendar = ['*-*-* 06:00:00 UTC'],
  Optional[Dr::Subject] $subject = undef,
) {
  include dr
  include dr::command

  $_name = assert_type(Dr::Name, $name)
  $_base = "${dr::command::config_dir}/${_name}"

  file {
    default:
      ensure => file,
      owner  => 'root',
      group  => 'root',
      mode   => '0600',
      before => Dr::Timer["${_name}-show"],
      ;
    "${_base}.env":
      content => epp('dr/command.env.epp', { 'subject' => $subject, 'settings' => {} }),
      ;
    "${_base}.show":
      content => dr::lines($show_command),
      ;
    "${_base}.change":
      content => dr::lines($change_command),
      ;
  }

  dr::timer { "${_name}-show":
    command     => ["${dr::script_dir}/dr-command-change", $_name, 'show'],
    description => "Show ${_name}, which a recovery changes",
    on_calendar => $show_calendar,
    timeout_sec => 300,
    require     => Dr::Script['dr-command-change'],
  }
}
