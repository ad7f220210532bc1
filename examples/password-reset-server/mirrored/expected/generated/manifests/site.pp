# Managed by drplan for plan password-resets: change the spec and generate anew.
#
# Which role each node of the plan has.
node 'sql1.hq.example.com' {
  include role::database
}

node 'sql2.branch.example.com' {
  include role::database
}

node 'web1.hq.example.com' {
  include role::web
}

node 'web2.branch.example.com' {
  include role::web
}

node default {
  fail("node ${trusted['certname']} is not part of this plan")
}
