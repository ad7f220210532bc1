# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of app2.main.example.com.
class role::node_app2_main_example_com {
  include profile::core_server
  include profile::dashboard
  include profile::downloader
  include profile::scheduler
}
