# Managed by drplan for plan password-resets: change the spec and generate anew.
#
# @summary database: SQL Server; the application knows the mirror as its failover partner
#
# @param mirror
#   Its partner, its databases, and how they follow.
# @param accounts_product_job
#   How copy `product` of dataset `accounts` is made; without starts on a host that only could restore it.
class profile::database (
  Hash[String[1], Data] $mirror,
  Hash[String[1], Data] $accounts_product_job,
) {
  include dr::windows

  dr::windows::mirror { 'database':
    * => $mirror,
  }

  dr::windows::job { 'database-accounts-product':
    * => $accounts_product_job,
  }
}

