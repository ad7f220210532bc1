# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary How a job on Windows makes its points.
type Dr::Windows::Method = Enum['folder-archive', 'full-backup', 'log-backup', 'product-backup', 'copy']
