# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of vault.backup.example.com.
class role::postgresql_at_vault_and_store_vault {
  include profile::postgresql_at_vault
  include profile::store_vault
}
