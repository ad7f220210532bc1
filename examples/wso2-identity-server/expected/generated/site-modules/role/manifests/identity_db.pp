# Managed by drplan for plan identity: change the spec and generate anew.
#
# @summary Role of db1.main.example.com, db2.remote.example.com.
class role::identity_db {
  include profile::identity_db
}
