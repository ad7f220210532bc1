# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Where a copy of a copy reads: points of another job in `store`, or backups of a product by `folder` and `pattern`.
type Dr::Windows::Source = Struct[{
  'method'     => Dr::Windows::Method,
  'store'      => Dr::Winpath,
  'folder'     => Optional[Dr::Winpath],
  'pattern'    => Optional[Dr::Windows::Glob],
  'settle_sec' => Integer[0],
}]
