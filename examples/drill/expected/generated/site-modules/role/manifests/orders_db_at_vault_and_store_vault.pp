# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary Role of bk1.south.example.com.
class role::orders_db_at_vault_and_store_vault {
  include profile::orders_db_at_vault
  include profile::store_vault
}
