# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary IPv4 or IPv6 address or DNS name.
type Dr::Address = Pattern[/\A[A-Za-z0-9:]([A-Za-z0-9.:_-]{0,252}[A-Za-z0-9:])?\z/]
