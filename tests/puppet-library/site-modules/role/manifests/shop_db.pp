# @summary Database member of the plan "shop".
class role::shop_db {
  include profile::shop_db
}
