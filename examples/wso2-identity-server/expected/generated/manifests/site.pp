# Managed by drplan for plan identity: change the spec and generate anew.
#
# Which role each node of the plan has.
node 'db1.main.example.com' {
  include role::identity_db
}

node 'db2.remote.example.com' {
  include role::identity_db
}

node 'vault.remote.example.com' {
  include role::identity_db_at_vault_and_store_vault
}

node 'is1.main.example.com' {
  include role::identity_server
}

node 'is2.main.example.com' {
  include role::identity_server
}

node default {
  fail("node ${trusted['certname']} is not part of this plan")
}
