# @summary Load balancer of the plan "shop".
class role::balancer {
  include profile::balancer
}
