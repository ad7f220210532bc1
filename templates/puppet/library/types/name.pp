# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Name of a job, member or product: safe in unit names, file names and shell words.
type Dr::Name = Pattern[/\A[a-z0-9]([a-z0-9._-]{0,198}[a-z0-9])?\z/]
