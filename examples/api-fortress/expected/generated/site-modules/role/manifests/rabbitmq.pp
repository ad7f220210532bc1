# Managed by drplan for plan api-fortress: change the spec and generate anew.
#
# @summary Role of mq1.main.example.com, mq2.main.example.com.
class role::rabbitmq {
  include profile::rabbitmq
}
