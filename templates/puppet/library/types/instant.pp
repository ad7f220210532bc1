# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Instant in UTC: `2026-03-01T00:00:00Z`.
type Dr::Instant = Pattern[/\A\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z\z/]
