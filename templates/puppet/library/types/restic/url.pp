# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary restic repository: absolute directory, `sftp:USER@HOST:/DIR`, `s3:https://HOST/BUCKET` or another backend of restic.
type Dr::Restic::Url = Pattern[/\A(\/|sftp:|s3:|rest:|azure:|gs:|b2:|swift:|rclone:)[A-Za-z0-9._:\/@+~-]+\z/]
