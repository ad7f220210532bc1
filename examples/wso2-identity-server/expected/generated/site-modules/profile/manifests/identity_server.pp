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
# @param artifacts_daily_paths
#   What is in copy `daily` of dataset `artifacts`.
# @param artifacts_daily_repository
#   Where it goes.
# @param artifacts_daily_password
#   Password of that repository.
# @param artifacts_daily_on_calendar
#   When it is made; never on a host that only could restore it.
# @param artifacts_daily_retention
#   Which snapshots are kept.
# @param artifacts_daily_drill_interval_sec
#   How often a restore is proven; undef on a host that only could restore it.
# @param artifacts_daily_max_age_sec
#   Age of the newest snapshot at which a promise is broken; undef on a host that only could restore it.
# @param product_ready_paths
#   What is in copy `ready` of dataset `product`.
# @param product_ready_repository
#   Where it goes.
# @param product_ready_password
#   Password of that repository.
# @param product_ready_once_after
#   After which instant it is made; undef on a host that only could restore it.
# @param product_ready_drill_interval_sec
#   How often a restore is proven; undef on a host that only could restore it.
class profile::identity_server (
  Dr::Mode $mode,
  Dr::Abspath $home,
  Dr::User $user,
  String[1] $java,
  Dr::Abspath $java_home,
  Dr::Argv $command,
  Dr::Argv $health,
  Array[Dr::Datapath, 1] $artifacts_daily_paths,
  Dr::Restic::Url $artifacts_daily_repository,
  Sensitive[Dr::Secret] $artifacts_daily_password,
  Array[Dr::Calendar] $artifacts_daily_on_calendar,
  Dr::Retention $artifacts_daily_retention,
  Optional[Integer[1]] $artifacts_daily_drill_interval_sec,
  Optional[Integer[1]] $artifacts_daily_max_age_sec,
  Array[Dr::Datapath, 1] $product_ready_paths,
  Dr::Restic::Url $product_ready_repository,
  Sensitive[Dr::Secret] $product_ready_password,
  Optional[Dr::Instant] $product_ready_once_after,
  Optional[Integer[1]] $product_ready_drill_interval_sec,
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
    min_files          => 1,
    paths              => $artifacts_daily_paths,
    repository         => $artifacts_daily_repository,
    password           => $artifacts_daily_password,
    on_calendar        => $artifacts_daily_on_calendar,
    retention          => $artifacts_daily_retention,
    drill_interval_sec => $artifacts_daily_drill_interval_sec,
    max_age_sec        => $artifacts_daily_max_age_sec,
    subject            => 'components.identity-server.data.artifacts.copies.daily',
    require            => Dr::App['identity-server'],
  }

  dr::restic::job { 'identity-server-product-ready':
    min_files          => 1,
    once_after         => $product_ready_once_after,
    paths              => $product_ready_paths,
    repository         => $product_ready_repository,
    password           => $product_ready_password,
    drill_interval_sec => $product_ready_drill_interval_sec,
    subject            => 'components.identity-server.data.product.copies.ready',
    require            => Dr::App['identity-server'],
  }
}
