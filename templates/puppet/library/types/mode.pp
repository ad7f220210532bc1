# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Whether a host serves from the start, or only after an operator has started it there.
type Dr::Mode = Enum['active', 'standby']
