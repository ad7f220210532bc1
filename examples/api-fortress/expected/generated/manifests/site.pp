# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# Which role each node of the plan has.
node 'app3.main.example.com' {
  include role::node_app3_main_example_com
}

node 'app1.main.example.com' {
  include role::node_app1_main_example_com
}

node 'app2.main.example.com' {
  include role::node_app2_main_example_com
}

node 'lb1.main.example.com' {
  include role::load_balancer
}

node 'lb2.main.example.com' {
  include role::load_balancer
}

node 'mongo1.main.example.com' {
  include role::mongodb
}

node 'mongo2.main.example.com' {
  include role::mongodb
}

node 'mongo3.main.example.com' {
  include role::mongodb
}

node 'pg1.main.example.com' {
  include role::postgresql
}

node 'pg2.main.example.com' {
  include role::postgresql
}

node 'pg3.main.example.com' {
  include role::postgresql
}

node 'vault.backup.example.com' {
  include role::postgresql_at_vault_and_store_vault
}

node 'mq1.main.example.com' {
  include role::rabbitmq
}

node 'mq2.main.example.com' {
  include role::rabbitmq
}

node default {
  fail("node ${trusted['certname']} is not part of this plan")
}
