# Managed by drplan for plan identity: change the spec and generate anew.
#
# @summary Role of vault.remote.example.com.
class role::identity_db_at_vault_and_store_vault {
  include profile::identity_db_at_vault
  include profile::store_vault
}
