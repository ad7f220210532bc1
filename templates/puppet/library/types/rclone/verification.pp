# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary How a new copy is verified before an old one may go: by its checksums, or by reading all of it back.
type Dr::Rclone::Verification = Enum['checksum', 'full']
