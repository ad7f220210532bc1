# Managed by drplan for plan password-resets: change the spec and generate anew.
#
# @summary Role of sql1.hq.example.com, sql2.branch.example.com.
class role::database {
  include profile::database
}
