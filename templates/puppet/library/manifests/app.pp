# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A product that is installed in a folder of its own: user, home, unpacked archive, artifacts, service.
#
# Puppet unpacks the archive only where the folder is empty, and owns only the files that it is given as artifacts:
# what the product itself writes there is data, and belongs to backup and restore.
#
# @param home
#   Folder of the product.
# @param command
#   Program and arguments that run it in the foreground.
# @param stop_command
#   How to stop it, where a signal is not enough.
# @param mode
#   Whether this host serves from the start.
# @param user
#   User that owns the folder and runs the product.
# @param packages
#   Packages that it needs, for example a Java runtime.
# @param environment
#   Environment of the product.
# @param archive_source
#   Archive with the product: `https://`, `puppet:///` or an absolute path. Without it the folder is filled by a
#   restore, or by hand.
# @param archive_sha256
#   Checksum of the archive; required with `archive_source`.
# @param archive_strip
#   How many leading directories of the archive are dropped.
# @param artifacts
#   Files that Puppet keeps in the folder, by their path inside it, each with its source.
# @param artifact_dirs
#   Directories that must exist in the folder, by their path inside it.
# @param health
#   Command that succeeds when the product answers.
# @param start_timeout_sec
#   How long it may take from the start to the first healthy answer.
# @param subject
#   Address of the component in the plan.
define dr::app (
  Dr::Abspath $home,
  Dr::Argv $command,
  Optional[Dr::Argv] $stop_command = undef,
  Dr::Mode $mode = 'active',
  Dr::User $user = 'app',
  Array[Pattern[/\A[a-z0-9][a-z0-9.+:-]*\z/]] $packages = [],
  Dr::Environment $environment = {},
  Optional[Pattern[/\A(https:\/\/|puppet:\/\/\/|\/)[A-Za-z0-9._~:\/@%+-]+\z/]] $archive_source = undef,
  Optional[Pattern[/\A[0-9a-f]{64}\z/]] $archive_sha256 = undef,
  Integer[0] $archive_strip = 1,
  Hash[Pattern[/\A[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*\z/], Dr::Text] $artifacts = {},
  Array[Pattern[/\A[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*\z/]] $artifact_dirs = [],
  Optional[Dr::Argv] $health = undef,
  Integer[1] $start_timeout_sec = 300,
  Optional[Dr::Subject] $subject = undef,
) {
  include dr

  $_app = assert_type(Dr::Name, $name)
  if $archive_source =~ NotUndef and $archive_sha256 =~ Undef {
    fail("dr::app ${_app}: archive_source needs archive_sha256, so that nothing else is ever unpacked")
  }

  # Several products may run as one user.
  unless defined(User[$user]) {
    user { $user:
      ensure => present,
      system => true,
      home   => $home,
      shell  => '/usr/sbin/nologin',
    }
  }

  if $archive_source =~ NotUndef {
    $_archive = "${dr::state_dir}/archives/${_app}"

    file { $_archive:
      ensure         => file,
      owner          => 'root',
      group          => 'root',
      mode           => '0600',
      source         => $archive_source,
      checksum       => 'sha256',
      checksum_value => $archive_sha256,
    }

    exec { "dr-unpack-${_app}":
      command   => "${dr::script_dir}/dr-unpack ${_archive} ${home} ${user} ${archive_strip}",
      unless    => "/usr/bin/test -d ${home} -a -n \"$(/bin/ls -A ${home} 2>/dev/null)\"",
      provider  => shell,
      timeout   => 0,
      logoutput => on_failure,
      require   => [
        File[$_archive],
        Dr::Script['dr-unpack'],
        User[$user],
      ],
      before    => File[$home],
    }
  }

  file { $home:
    ensure  => directory,
    owner   => $user,
    mode    => '0750',
    require => User[$user],
  }

  $artifact_dirs.each |String[1] $dir| {
    file { "${home}/${dir}":
      ensure => directory,
      owner  => $user,
    }
  }

  $artifacts.each |String[1] $path, String[1] $source| {
    file { "${home}/${path}":
      ensure => file,
      owner  => $user,
      mode   => '0640',
      source => $source,
      before => Dr::Service[$_app],
    }
  }

  dr::service { $_app:
    mode              => $mode,
    packages          => $packages,
    command           => $command,
    stop_command      => $stop_command,
    user              => $user,
    working_directory => $home,
    environment       => $environment,
    health            => $health,
    start_timeout_sec => $start_timeout_sec,
    subject           => $subject,
    require           => File[$home],
  }
}
