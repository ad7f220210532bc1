# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary systemd OnCalendar expression, with its time zone at the end: `*-*-* 02:00:00 Europe/Madrid`.
type Dr::Calendar = Pattern[/\A[A-Za-z0-9*][A-Za-z0-9*:\/., ~_+-]{0,190}\z/]
