# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Borg repository: absolute directory, or `ssh://USER@HOST/DIR`.
type Dr::Borg::Url = Pattern[/\A(\/|ssh:\/\/)[A-Za-z0-9._:\/@+~-]+\z/]
