# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary vault: Host in the other city that keeps all copies
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
