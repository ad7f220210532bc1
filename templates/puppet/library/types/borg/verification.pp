# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary How a new archive is verified before an old one may go: repository and archives, also the data of the new archive, all data.
type Dr::Borg::Verification = Enum['structure', 'newest', 'full']
