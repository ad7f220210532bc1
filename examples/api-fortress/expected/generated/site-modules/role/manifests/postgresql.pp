# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of pg1.main.example.com, pg2.main.example.com, pg3.main.example.com.
class role::postgresql {
  include profile::postgresql
}
