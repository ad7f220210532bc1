# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of mongo1.main.example.com, mongo2.main.example.com, mongo3.main.example.com.
class role::mongodb {
  include profile::mongodb
}
