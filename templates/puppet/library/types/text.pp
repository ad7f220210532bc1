# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary One line of free text.
type Dr::Text = Pattern[/\A[^\x00-\x1f\x7f]+\z/]
