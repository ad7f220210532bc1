# Which node plays which role in the plan "shop".
node 'db1.lon.example.com', 'db2.fra.example.com' {
  include role::shop_db
}

node 'app1.lon.example.com', 'app2.fra.example.com' {
  include role::identity
}

node 'vault1.fra.example.com' {
  include role::vault
}

node 'lb1.edge.example.com' {
  include role::balancer
}

node default {
  fail("node ${trusted['certname']} is not part of the plan \"shop\"")
}
