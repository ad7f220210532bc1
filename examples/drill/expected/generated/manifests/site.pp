# Managed by drplan for plan drill: change the spec and generate anew.
#
# Which role each node of the plan has.
node 'lb1.edge.example.com' {
  include role::front
}

node 'pg1.north.example.com' {
  include role::orders_db
}

node 'pg2.south.example.com' {
  include role::orders_db
}

node 'bk1.south.example.com' {
  include role::orders_db_at_vault_and_store_vault
}

node 'files1.north.example.com' {
  include role::uploads
}

node default {
  fail("node ${trusted['certname']} is not part of this plan")
}
