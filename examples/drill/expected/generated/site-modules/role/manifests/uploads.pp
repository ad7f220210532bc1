# Managed by drplan for plan drill: change the spec and generate anew.
#
# @summary Role of files1.north.example.com.
class role::uploads {
  include profile::uploads
}
