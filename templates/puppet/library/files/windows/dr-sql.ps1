# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-sql.ps1 full|log|list|look|restore|drill|recover JOB [-At TIME] [-File NAME] [-As NAME]
# Backups of a SQL Server database on a share.
#   full     full backup with checksums, read back and verified; only then old ones go
#   log      backup of the transaction log, which must continue what is there
#   list     restorable points, oldest first
#   look     the state of the database, and its largest tables with their rows
#   restore  restores under another name, replays the log as far as there is one, checks, and then swaps by renaming:
#            the previous database stays as NAME_dr_old_STAMP. With -As it stays under that name, and nothing is swapped
#   drill    restores the newest state under a name of its own, checks it, drops it
#   recover  makes a database that waits for more logs usable as it is
# TIME has a zone: 2026-01-31T11:59:30Z.
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [ValidateSet('full', 'log', 'list', 'look', 'restore', 'drill', 'recover')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Job,
    [string] $At = '',
    [string] $File = '',
    [string] $As = ''
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-store-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-sql-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-sql-state-lib.ps1')

$settings = Get-DrSettings 'jobs' $Job
$until = $null
if ($At -ne '') {
    $until = Get-DrEpoch $At
}
if ($Action -eq 'list') {
    Show-DrPoints $settings
    exit 0
}
if ($Action -eq 'look') {
    Show-DrDatabase (Open-DrSql $settings.instance) $settings.database
    exit 0
}

# Writes one backup, verifies it, and makes a point of it.
function Write-DrBackup {
    param($Connection, [string] $What, [int] $Kind, [string] $Ending)
    $store = Get-DrStore $settings.store
    Clear-DrParts $store
    $label = New-DrLabel
    $started = Get-DrNow
    $part = Join-Path $store "$label.$Ending.part"
    Invoke-DrSql $Connection ("BACKUP $What $(Format-DrName $settings.database) TO DISK = $(Format-DrText $part) " +
        'WITH CHECKSUM, FORMAT, INIT')
    $header = Read-DrHeader $Connection $part $settings.database $Kind
    if (-not $header.HasBackupChecksums) {
        throw "$part has no checksums"
    }
    Test-DrBackup $Connection $part $header
    $note = @{
        label = $label
        recovery_point = $started
        finished = (Get-DrNow)
        first_lsn = [string] $header.FirstLSN
        last_lsn = [string] $header.LastLSN
        utc_offset_sec = [int] [TimeZoneInfo]::Local.GetUtcOffset([DateTime]::UtcNow).TotalSeconds
        manifest = $null
    }
    Complete-DrPoint $store $part "$label.$Ending" $note
    $note
}

function Get-DrResult {
    param([hashtable] $Note, [string] $Type, [long] $Size)
    @{
        method = $settings.method
        repository = $settings.store
        label = $Note.label
        type = $Type
        recovery_point = $Note.recovery_point
        source_bytes = $Size
        stored_bytes = $Note.bytes
        verification = 'RESTORE VERIFYONLY WITH CHECKSUM'
    }
}

function Invoke-DrFull {
    $started = Get-DrNow
    $connection = Open-DrSql $settings.instance
    $note = Write-DrBackup $connection 'DATABASE' 1 'bak'
    $result = Get-DrResult $note 'full' (Get-DrSize $connection $settings.database)
    Set-DrGood $Job 'backup' $settings.subject $started $result
    $store = Get-DrStore $settings.store
    Remove-DrPoints $store $settings.keep
    $script:DrResult = $result + (Get-DrInventory $store)
    Start-DrTriggers $settings.triggers
}

function Invoke-DrLog {
    $started = Get-DrNow
    $full = Get-DrPoints (Get-DrPath $settings.base_store) | Select-Object -Last 1
    if ($null -eq $full) {
        throw "there is no full backup in $($settings.base_store) yet: a log alone restores nothing"
    }
    $connection = Open-DrSql $settings.instance
    $note = Write-DrBackup $connection 'LOG' 2 'trn'
    $store = Get-DrStore $settings.store
    $newest = Get-DrChain $full (Get-DrPoints $store) | Select-Object -Last 1
    if ($null -eq $newest -or $newest.label -ne $note.label) {
        throw "the log does not continue the full backup $($full.label): run job $($settings.base_job) now"
    }
    $result = Get-DrResult $note 'log' (Get-DrSize $connection $settings.database)
    Set-DrGood $Job 'backup' $settings.subject $started $result
    $oldest = Get-DrPoints (Get-DrPath $settings.base_store) | Select-Object -First 1
    foreach ($log in @(Get-DrPoints $store)) {
        if ([decimal] $log.last_lsn -lt [decimal] $oldest.first_lsn) {
            Remove-DrPoint $log
        }
    }
    $script:DrResult = $result + (Get-DrInventory $store)
}

function Invoke-DrRestore {
    $state = Find-DrState
    $started = Get-DrNow
    $connection = Open-DrSql $settings.instance
    $there = @(Get-DrDatabase $connection $settings.database)
    if ($As -eq '' -and $there.Count -gt 0 -and $there[0].mirroring_guid -isnot [DBNull]) {
        Stop-Dr $DrRefused "$($settings.database) is mirrored: end that with dr-mirror.ps1 off first. Nothing was changed"
    }
    $label = New-DrLabel
    $name = "$($settings.database)_dr_new_$label"
    if ($As -ne '') {
        $name = $As
    }
    if (@(Get-DrDatabase $connection $name).Count -gt 0) {
        Stop-Dr $DrRefused "there is a database $name already; nothing was changed"
    }
    Invoke-DrJob "$Job-restore" 'restore' $settings.subject {
        try {
            Restore-DrState $connection $state $name
            $copied = (Get-DrNow) - $started
            Test-DrDatabase $connection $name
        } catch {
            # It was not there before, and is of no use now.
            Remove-DrDatabase $connection $name
            throw
        }
        $size = Get-DrSize $connection $name
        $old = $null
        if ($As -eq '') {
            $old = Switch-DrDatabase $connection $name "$($settings.database)_dr_old_$label"
        }
        $script:DrResult = @{
            method = $settings.method
            label = $state.full.file
            logs = @($state.logs).Count
            recovery_point = (Get-DrReached $state)
            target_time = $until
            target = $(if ($As -eq '') { $settings.database } else { $As })
            restored_bytes = $size
            copy_s = $copied
            ready_s = (Get-DrNow) - $started
            old_data = $old
        }
    }
}

function Invoke-DrDrill {
    $state = Find-DrState
    $name = "dr_drill_$Job"
    Invoke-DrJob "$Job-drill" 'drill' $settings.subject {
        $connection = Open-DrSql $settings.instance
        Remove-DrDatabase $connection $name
        $started = Get-DrNow
        try {
            Restore-DrState $connection $state $name
            $copied = (Get-DrNow) - $started
            Test-DrDatabase $connection $name
            $size = Get-DrSize $connection $name
        } finally {
            Remove-DrDatabase $connection $name
        }
        $script:DrResult = @{
            method = $settings.method
            label = $state.full.file
            logs = @($state.logs).Count
            recovery_point = (Get-DrReached $state)
            restored_bytes = $size
            copy_s = $copied
            ready_s = (Get-DrNow) - $started
        }
    }
}

Invoke-DrAction $Action $Job @{
    full = { Invoke-DrDue $settings $Job 'backup' { Invoke-DrFull } }
    log = { Invoke-DrJob $Job 'backup' $settings.subject { Invoke-DrLog } }
    restore = { Invoke-DrRestore }
    drill = { Invoke-DrDrill }
    recover = {
        Complete-DrRestore (Open-DrSql $settings.instance) $settings.database
        "$($settings.database) is in use again"
    }
}
exit 0
