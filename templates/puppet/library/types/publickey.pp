# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary OpenSSH public key without its comment.
type Dr::Publickey = Pattern[/\A(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+\/=]+\z/]
