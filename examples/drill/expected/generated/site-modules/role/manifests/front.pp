# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary Role of lb1.edge.example.com.
class role::front {
  include profile::front
}
