# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Environment variables that carry secrets, for example those of an object store.
type Dr::Credentials = Hash[Pattern[/\A[A-Z][A-Z0-9_]*\z/], Dr::Secret]
