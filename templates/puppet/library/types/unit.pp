# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Full name of a systemd unit.
type Dr::Unit = Pattern[/\A[A-Za-z0-9_.@-]{1,200}\.(service|socket|timer|target|mount)\z/]
