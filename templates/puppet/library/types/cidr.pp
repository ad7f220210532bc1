# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary IPv4 or IPv6 network in CIDR notation.
type Dr::Cidr = Pattern[/\A[0-9A-Fa-f.:]+\/\d{1,3}\z/]
