# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A site in IIS that the plan moves between hosts; the title is the component.
#
# Puppet never decides where it serves. On a standby host it switches the site off once, as long as no operator has
# given an order there. The site itself is set up as the product's installation guide says.
#
# @param site
#   Name of the site in IIS.
# @param port
#   Port that it serves on.
# @param mode
#   Whether it serves here from the start.
# @param health_starts
#   When the job `NAME-health` looks whether it serves.
# @param subject
#   Address in the plan.
define dr::windows::site (
  Dr::Text $site,
  Dr::Port $port,
  Dr::Mode $mode = 'active',
  Array[Dr::Windows::Start] $health_starts = [{ 'first' => '2024-01-01T00:00:00Z', 'every_sec' => 60 }],
  Optional[Dr::Subject] $subject = undef,
) {
  $_name = assert_type(Dr::Name, $name)
  dr::windows::settings { "sites/${_name}":
    values => {
      'site'    => $site,
      'port'    => $port,
      'mode'    => $mode,
      'subject' => $subject,
    },
  }
  dr::windows::task { "${_name}-health":
    script      => 'dr-site',
    arguments   => ['check', $_name],
    description => "Whether ${_name} serves",
    starts      => $health_starts,
    timeout_sec => 60,
  }
  if $mode == 'standby' {
    $_run = "${dr::windows::run} ${dr::windows::bin}/dr-site.ps1"
    exec { "dr-site-off-${_name}":
      command  => "${_run} off ${_name}",
      unless   => "${_run} idle ${_name}",
      provider => windows,
      require  => Dr::Windows::Settings["sites/${_name}"],
    }
  }
}
