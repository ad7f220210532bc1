# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of app3.main.example.com.
class role::node_app3_main_example_com {
  include profile::connector
  include profile::core_server
  include profile::dashboard
  include profile::downloader
}
