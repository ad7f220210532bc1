# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Pattern of file names with `*` and `?`, without a folder.
type Dr::Windows::Glob = Pattern[/\A[^\/\\\x00-\x1f\x7f<>:"|]{1,100}\z/]
