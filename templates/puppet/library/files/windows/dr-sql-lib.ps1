# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Talks to SQL Server with the account that runs the script: no password is needed. Dot-sourced after dr-lib.ps1. Statements
# are built here and nowhere else: names and texts come into them through Format-DrName and Format-DrText alone.
Add-Type -AssemblyName System.Data

# A name in brackets, as QUOTENAME writes it.
function Format-DrName {
    param([string] $Name)
    '[' + $Name.Replace(']', ']]') + ']'
}

# A Unicode text literal.
function Format-DrText {
    param([string] $Text)
    "N'" + $Text.Replace("'", "''") + "'"
}

# A connection to an instance on this host, or on another.
function Open-DrSql {
    param([string] $Instance, [string] $Server = '.', [int] $Wait = 15)
    $source = $Server
    if ($Instance -ne 'MSSQLSERVER') {
        $source = "$Server\$Instance"
    }
    $builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
    $builder['Data Source'] = $source
    $builder['Integrated Security'] = $true
    $builder['Initial Catalog'] = 'master'
    $builder['Connect Timeout'] = $Wait
    $builder['Application Name'] = 'drplan'
    $connection = New-Object System.Data.SqlClient.SqlConnection $builder.ConnectionString
    $connection.Open()
    $connection
}

# Runs a statement to its end. An error of the server ends the job.
function Invoke-DrSql {
    param($Connection, [string] $Statement)
    $command = $Connection.CreateCommand()
    $command.CommandText = $Statement
    $command.CommandTimeout = 0
    $null = $command.ExecuteNonQuery()
}

# The rows of a query.
function Read-DrSql {
    param($Connection, [string] $Query)
    $command = $Connection.CreateCommand()
    $command.CommandText = $Query
    $command.CommandTimeout = 0
    $adapter = New-Object System.Data.SqlClient.SqlDataAdapter $command
    $table = New-Object System.Data.DataTable
    $null = $adapter.Fill($table)
    foreach ($row in $table.Rows) {
        $row
    }
}

# What a backup file says of itself. It must be whole, with checksums, and of the database and the kind that are wanted.
function Read-DrHeader {
    param($Connection, [string] $Path, [string] $Database, [int] $Kind)
    $headers = @(Read-DrSql $Connection "RESTORE HEADERONLY FROM DISK = $(Format-DrText $Path)")
    if ($headers.Count -ne 1) {
        throw "$Path holds $($headers.Count) backups instead of one"
    }
    $header = $headers[0]
    if ($header.DatabaseName -ne $Database -or $header.BackupType -ne $Kind) {
        throw "$Path is of database $($header.DatabaseName), kind $($header.BackupType)"
    }
    if ($header.IsDamaged) {
        throw "$Path was damaged when it was made"
    }
    $header
}

# Reads all of a backup and its checksums, where it has some. That it can be restored is proven by a restore alone.
function Test-DrBackup {
    param($Connection, [string] $Path, $Header)
    $option = ''
    if ($Header.HasBackupChecksums) {
        $option = ' WITH CHECKSUM'
    }
    Invoke-DrSql $Connection "RESTORE VERIFYONLY FROM DISK = $(Format-DrText $Path)$option"
}

# The state of a database: nothing where there is none.
function Get-DrDatabase {
    param($Connection, [string] $Database)
    $name = Format-DrText $Database
    Read-DrSql $Connection ('SELECT d.name, d.state_desc, d.recovery_model_desc, m.mirroring_guid, m.mirroring_role_desc, ' +
        'm.mirroring_state_desc, m.mirroring_safety_level_desc, m.mirroring_partner_name, m.mirroring_partner_instance ' +
        "FROM sys.databases d JOIN sys.database_mirroring m ON m.database_id = d.database_id WHERE d.name = $name")
}

# How large a database is.
function Get-DrSize {
    param($Connection, [string] $Database)
    $name = Format-DrText $Database
    $rows = @(Read-DrSql $Connection "SELECT SUM(CAST(size AS bigint)) * 8192 AS bytes FROM sys.master_files WHERE database_id = DB_ID($name)")
    [long] $rows[0].bytes
}

# Where the files of a backup go when it is restored under a name: MOVE clauses.
function Get-DrMoves {
    param($Connection, [string] $Path, [string] $Name)
    $places = @(Read-DrSql $Connection ("SELECT CAST(SERVERPROPERTY('InstanceDefaultDataPath') AS nvarchar(500)) AS data, " +
        "CAST(SERVERPROPERTY('InstanceDefaultLogPath') AS nvarchar(500)) AS log"))
    # A database that was renamed keeps its files under their old names: each restore takes new ones.
    $stamp = [DateTime]::UtcNow.ToString('yyyyMMddHHmmssfff')
    $files = @(Read-DrSql $Connection "RESTORE FILELISTONLY FROM DISK = $(Format-DrText $Path)")
    $moves = foreach ($file in $files) {
        $folder = $places[0].data
        if ($file.Type -eq 'L') {
            $folder = $places[0].log
        }
        $safe = $Name -replace '[^A-Za-z0-9_-]', '_'
        $target = Join-Path $folder "$safe-$stamp-$($file.FileId)$([IO.Path]::GetExtension($file.PhysicalName))"
        "MOVE $(Format-DrText $file.LogicalName) TO $(Format-DrText $target)"
    }
    $moves -join ', '
}

# Restores a full backup under a name, not yet recovered, so that logs can follow. Checksums that it has are verified.
function Restore-DrFull {
    param($Connection, [string] $Path, [string] $Name)
    $moves = Get-DrMoves $Connection $Path $Name
    Invoke-DrSql $Connection ("RESTORE DATABASE $(Format-DrName $Name) FROM DISK = $(Format-DrText $Path) " +
        "WITH $moves, NORECOVERY")
}

# Replays a log onto it, up to an instant in the local time of the server that wrote it, where one is given.
function Restore-DrLog {
    param($Connection, [string] $Path, [string] $Name, [string] $StopAt)
    $until = ''
    if ($StopAt -ne '') {
        $until = ", STOPAT = $(Format-DrText $StopAt)"
    }
    Invoke-DrSql $Connection ("RESTORE LOG $(Format-DrName $Name) FROM DISK = $(Format-DrText $Path) " +
        "WITH NORECOVERY$until")
}

function Complete-DrRestore {
    param($Connection, [string] $Name)
    Invoke-DrSql $Connection "RESTORE DATABASE $(Format-DrName $Name) WITH RECOVERY"
}

# Reads every page and every relation between them; an inconsistency is an error.
function Test-DrDatabase {
    param($Connection, [string] $Name)
    Invoke-DrSql $Connection "DBCC CHECKDB ($(Format-DrText $Name)) WITH NO_INFOMSGS, ALL_ERRORMSGS"
}

# Drops a database of ours, if it is there, also one that was never recovered.
function Remove-DrDatabase {
    param($Connection, [string] $Name)
    Invoke-DrSql $Connection "IF DB_ID($(Format-DrText $Name)) IS NOT NULL DROP DATABASE $(Format-DrName $Name)"
}

function Rename-DrDatabase {
    param($Connection, [string] $Name, [string] $New)
    Invoke-DrSql $Connection "ALTER DATABASE $(Format-DrName $Name) MODIFY NAME = $(Format-DrName $New)"
}

# What a person looks at before clients come back.
function Show-DrDatabase {
    param($Connection, [string] $Name)
    $there = @(Get-DrDatabase $Connection $Name)
    if ($there.Count -eq 0) {
        Stop-Dr 1 "there is no database $Name"
    }
    "$Name is $($there[0].state_desc), recovery model $($there[0].recovery_model_desc), $(Get-DrSize $Connection $Name) bytes"
    $Connection.ChangeDatabase($Name)
    $tables = @(Read-DrSql $Connection ('SELECT TOP 20 OBJECT_SCHEMA_NAME(object_id) AS area, OBJECT_NAME(object_id) AS name, ' +
        'SUM(row_count) AS entries FROM sys.dm_db_partition_stats WHERE index_id < 2 ' +
        "AND OBJECTPROPERTY(object_id, 'IsUserTable') = 1 GROUP BY object_id ORDER BY SUM(row_count) DESC"))
    foreach ($table in $tables) {
        '{0,12}  {1}.{2}' -f $table.entries, $table.area, $table.name
    }
}
