# Managed by drplan for plan identity: change the spec and generate anew.
#
# @summary identity-server: Two nodes behind a load balancer; logs are all that a node keeps for itself
#
# @param mode
#   Whether this host serves from the start.
# @param home
#   Folder of the product.
# @param user
#   Account that runs it.
# @param java
#   Package of the Java runtime.
# @param java_home
#   Folder of the Java runtime.
# @param command
#   What runs it in the foreground.
# @param health
#   What tells that it answers.
# @param artifacts_daily_job
#   Copy `daily` of dataset `artifacts`: what it holds, when it is made, what is kept.
#   On a host that only could restore it there are no times.
# @param artifacts_daily_repository
#   Where it goes.
# @param artifacts_daily_password
#   Password of that repository.
# @param product_ready_job
#   Copy `ready` of dataset `product`: what it holds, when it is made, what is kept.
#   On a host that only could restore it there are no times.
# @param product_ready_repository
#   Where it goes.
# @param product_ready_password
#   Password of that repository.
class profile::identity_server (
  Dr::Mode $mode,
  Dr::Abspath $home,
  Dr::User $user,
  String[1] $java,
  Dr::Abspath $java_home,
  Dr::Argv $command,
  Dr::Argv $health,
  Dr::Job $artifacts_daily_job,
  Dr::Restic::Url $artifacts_daily_repository,
  Sensitive[Dr::Secret] $artifacts_daily_password,
  Dr::Job $product_ready_job,
  Dr::Restic::Url $product_ready_repository,
  Sensitive[Dr::Secret] $product_ready_password,
) {
  dr::app { 'identity-server':
    home              => $home,
    user              => $user,
    mode              => $mode,
    packages          => [$java],
    environment       => { 'JAVA_HOME' => $java_home },
    command           => $command,
    health            => $health,
    start_timeout_sec => 600,
    subject           => 'components.identity-server',
  }

  dr::restic::job { 'identity-server-artifacts-daily':
    repository => $artifacts_daily_repository,
    password   => $artifacts_daily_password,
    job        => $artifacts_daily_job,
    require    => Dr::App['identity-server'],
  }

  dr::restic::job { 'identity-server-product-ready':
    repository => $product_ready_repository,
    password   => $product_ready_password,
    job        => $product_ready_job,
    require    => Dr::App['identity-server'],
  }
}
