# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Bucket and folder of an object store: `BUCKET/FOLDER/JOB`.
type Dr::Rclone::Path = Pattern[/\A[a-z0-9][a-z0-9.-]*(\/[A-Za-z0-9._+@-]+)+\z/]
