# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Password or passphrase: one line without quotes, so that it is the same word in every file it is written to.
type Dr::Secret = Pattern[/\A[^\x00-\x1f\x7f'"\\]+\z/]
