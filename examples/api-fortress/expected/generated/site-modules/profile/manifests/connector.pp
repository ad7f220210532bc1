# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary connector: Tells other systems about results
#
# @param mode
#   Whether this host serves from the start.
# @param image
#   Image with its tag or digest.
# @param ports
#   Published ports, as `HOST:CONTAINER`.
# @param volumes
#   Folders of the host that the container sees under the same path.
class profile::connector (
  Dr::Mode $mode,
  Pattern[/\A[a-z0-9][A-Za-z0-9._\/:@-]*\z/] $image,
  Array[Pattern[/\A[0-9.:]+(\/(tcp|udp))?\z/]] $ports,
  Array[Dr::Datapath] $volumes,
) {
  $_ports = $ports.map |$port| { ['--publish', $port] }.flatten
  $_volumes = $volumes.map |$path| { ['--volume', "${path}:${path}"] }.flatten

  dr::service { 'connector':
    mode         => $mode,
    packages     => ['podman'],
    command      => ['/usr/bin/podman', 'run', '--rm', '--replace', '--name', 'connector'] + $_ports + $_volumes + [$image],
    stop_command => ['/usr/bin/podman', 'stop', 'connector'],
    subject      => 'components.connector',
  }
}
