# @summary Identity server of the plan "shop".
class role::identity {
  include profile::identity
}
