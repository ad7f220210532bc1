# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of lb1.main.example.com, lb2.main.example.com.
class role::load_balancer {
  include profile::load_balancer
}
