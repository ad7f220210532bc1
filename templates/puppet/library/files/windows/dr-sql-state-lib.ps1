# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Which backups make a state of a database, and how that state comes back; dot-sourced after dr-sql-lib.ps1 by dr-sql.ps1, with
# whose $settings, $File and $until it works.

# The logs that continue a full backup, in order. One that does not continue the one before it ends the list: what comes
# after it cannot be replayed.
function Get-DrChain {
    param($Full, $Logs)
    $reached = [decimal] $Full.last_lsn
    foreach ($log in $Logs) {
        if ([decimal] $log.last_lsn -le $reached) {
            continue
        }
        if ([decimal] $log.first_lsn -gt $reached) {
            return
        }
        $reached = [decimal] $log.last_lsn
        $log
    }
}

# What is restored: a full backup, and the logs onto it up to the instant that is wanted.
function Find-DrState {
    if ($null -eq $settings.base_store) {
        return @{ full = (Find-DrPoint $settings $File $until); logs = @() }
    }
    # A log goes on from the end of a full backup, not from its start.
    $fulls = @(Get-DrPoints (Get-DrPath $settings.base_store))
    if ($null -ne $until) {
        $fulls = @($fulls | Where-Object { $_.finished -le $until })
    }
    $full = Select-DrPoint $fulls $until
    if ($null -eq $full) {
        Stop-Dr $DrRefused 'there is no full backup that old; nothing was changed'
    }
    $logs = @()
    foreach ($log in @(Get-DrChain $full (Get-DrPoints (Get-DrPath $settings.store)))) {
        $logs += $log
        if ($null -ne $until -and $log.recovery_point -ge $until) {
            break
        }
    }
    if ($null -ne $until -and ($logs.Count -eq 0 -or $logs[-1].recovery_point -lt $until)) {
        Stop-Dr $DrRefused 'the log does not reach that instant; without -At the newest state is restored. Nothing was changed'
    }
    @{ full = $full; logs = $logs }
}

# The instant in the local time of the server that wrote the log.
function Get-DrStopAt {
    param($State)
    if ($null -eq $until -or $State.logs.Count -eq 0) {
        return ''
    }
    $local = [DateTimeOffset]::FromUnixTimeSeconds($until + $State.logs[-1].utc_offset_sec).UtcDateTime
    $local.ToString('yyyy-MM-ddTHH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)
}

# The instant to which a state goes back.
function Get-DrReached {
    param($State)
    if ($State.logs.Count -eq 0) {
        return $State.full.recovery_point
    }
    if ($null -ne $until) {
        return $until
    }
    $State.logs[-1].recovery_point
}

function Restore-DrState {
    param($Connection, $State, [string] $Name)
    $stop = Get-DrStopAt $State
    $null = Read-DrHeader $Connection $State.full.path $settings.database 1
    Restore-DrFull $Connection $State.full.path $Name
    foreach ($log in $State.logs) {
        Restore-DrLog $Connection $log.path $Name $stop
    }
    Complete-DrRestore $Connection $Name
}

# The new database takes the name, the old one stays beside it. When the second renaming fails the first is undone.
function Switch-DrDatabase {
    param($Connection, [string] $New, [string] $Old)
    $name = $settings.database
    if (@(Get-DrDatabase $Connection $name).Count -eq 0) {
        Rename-DrDatabase $Connection $New $name
        return $null
    }
    try {
        Invoke-DrSql $Connection ("ALTER DATABASE $(Format-DrName $name) SET SINGLE_USER WITH ROLLBACK IMMEDIATE; " +
            "ALTER DATABASE $(Format-DrName $name) MODIFY NAME = $(Format-DrName $Old)")
        Rename-DrDatabase $Connection $New $name
    } catch {
        if (@(Get-DrDatabase $Connection $name).Count -eq 0) {
            Rename-DrDatabase $Connection $Old $name
        }
        Invoke-DrSql $Connection "ALTER DATABASE $(Format-DrName $name) SET MULTI_USER"
        throw
    }
    $Old
}
