# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary Role of pg1.north.example.com, pg2.south.example.com.
class role::orders_db {
  include profile::orders_db
}
