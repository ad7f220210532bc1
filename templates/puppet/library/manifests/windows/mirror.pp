# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Databases of SQL Server that are mirrored to a partner; the title is the component.
#
# Puppet never changes who is principal, and begins no mirroring: dr-mirror.ps1 does, and a runbook says when. The job
# `NAME-wal` tells who is principal and whether the mirror follows.
#
# @param partner
#   Host of the other server.
# @param databases
#   Names of the databases.
# @param synchronous
#   Whether a commit waits for the mirror.
# @param instance
#   Instance of SQL Server, on both.
# @param mirroring_port
#   Port of the mirroring endpoint, on both.
# @param starts
#   When the state is looked at.
# @param subject
#   Address in the plan.
define dr::windows::mirror (
  Dr::Address $partner,
  Array[Dr::Text, 1] $databases,
  Boolean $synchronous,
  Dr::Windows::Instance $instance = 'MSSQLSERVER',
  Dr::Port $mirroring_port = 5022,
  Array[Dr::Windows::Start] $starts = [{ 'first' => '2024-01-01T00:00:00Z', 'every_sec' => 60 }],
  Optional[Dr::Subject] $subject = undef,
) {
  $_name = assert_type(Dr::Name, $name)
  dr::windows::settings { "mirrors/${_name}":
    values => {
      'partner'        => $partner,
      'databases'      => $databases,
      'synchronous'    => $synchronous,
      'instance'       => $instance,
      'mirroring_port' => $mirroring_port,
      'subject'        => $subject,
    },
  }
  dr::windows::task { "${_name}-wal":
    script      => 'dr-mirror',
    arguments   => ['status', $_name],
    description => "Whether the mirror of ${_name} follows",
    starts      => $starts,
    timeout_sec => 60,
  }
}
