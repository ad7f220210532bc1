# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Environment variables of a command.
type Dr::Environment = Hash[Pattern[/\A[A-Za-z_][A-Za-z0-9_]*\z/], Dr::Text]
