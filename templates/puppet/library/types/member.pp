# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Member of a cluster or backend of a load balancer.
type Dr::Member = Struct[{
  'name'    => Dr::Name,
  'address' => Dr::Address,
}]
