# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary OpenSSH private key, as ssh-keygen writes it.
type Dr::Privatekey = Pattern[/\A-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+\/=\n]+\n-----END [A-Z ]*PRIVATE KEY-----\n?\z/]
