# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary vault: Host with the repositories of pgBackRest and restic
#
# @param accounts
#   Public keys that may log in, by account.
class profile::store_vault (
  Hash[Dr::User, Array[Dr::Publickey, 1]] $accounts,
) {
  class { 'dr::restic::server':
    accounts => $accounts,
  }
}
