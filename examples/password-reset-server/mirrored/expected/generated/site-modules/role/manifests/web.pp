# Managed by drplan for plan password-resets: change the spec and generate anew.
#
# @summary Role of web1.hq.example.com, web2.branch.example.com.
class role::web {
  include profile::web
}
