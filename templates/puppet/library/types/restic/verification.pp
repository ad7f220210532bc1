# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary How a new snapshot is verified before an old one may go: repository structure, a sample of the data, all data.
type Dr::Restic::Verification = Enum['structure', 'sample', 'full']
