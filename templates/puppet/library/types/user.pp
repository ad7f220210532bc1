# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Name of a local user or group.
type Dr::User = Pattern[/\A[a-z_][a-z0-9_-]{0,31}\z/]
