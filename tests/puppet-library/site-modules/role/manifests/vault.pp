# @summary Backup host of the plan "shop".
class role::vault {
  include profile::vault
}
