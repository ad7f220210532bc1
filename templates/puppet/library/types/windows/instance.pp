# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Name of an instance of SQL Server; `MSSQLSERVER` is the default one.
type Dr::Windows::Instance = Pattern[/\A[A-Za-z_#][A-Za-z0-9_#$]{0,15}\z/]
