# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Address in the plan of what a job keeps safe: `components.shop.data.main.copies.nightly`.
type Dr::Subject = Pattern[/\A[a-z0-9][A-Za-z0-9._:-]{0,400}\z/]
