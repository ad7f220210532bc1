# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary TCP port.
type Dr::Port = Integer[1, 65535]
