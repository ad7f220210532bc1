# Managed by drplan for plan identity: change the spec and generate anew.
#
# @summary Role of is1.main.example.com, is2.main.example.com.
class role::identity_server {
  include profile::identity_server
}
