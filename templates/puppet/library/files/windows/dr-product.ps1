# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-product.ps1 check|list JOB
# Backups that a product makes by itself: they are found, and looked at, never made or removed here.
#   check   the newest backup is there and complete: an archive is read to its end, a backup of SQL Server is verified by
#           the server. One that has been looked at is not read again
#   list    what is there, oldest first
param(
    [Parameter(Mandatory = $true, Position = 0)][ValidateSet('check', 'list')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Job
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-store-lib.ps1')

$settings = Get-DrSettings 'jobs' $Job
if ($Action -eq 'list') {
    Show-DrPoints $settings
    exit 0
}

function Test-DrForeign {
    param($Point)
    if ($null -eq $settings.database) {
        . (Join-Path $PSScriptRoot 'dr-archive-lib.ps1')
        Test-DrArchive $Point.path $null
        return
    }
    . (Join-Path $PSScriptRoot 'dr-sql-lib.ps1')
    $connection = Open-DrSql $settings.instance
    $header = Read-DrHeader $connection $Point.path $settings.database 1
    Test-DrBackup $connection $Point.path $header
}

Enter-DrLock $Job
$seen = Get-DrLastGood (Get-DrDocument $Job)
Invoke-DrJob $Job 'backup' $settings.subject {
    $points = @(Get-DrForeign $settings)
    if ($points.Count -eq 0) {
        throw "the product has left no $($settings.pattern) in $($settings.folder)"
    }
    $newest = $points[-1]
    if ($null -eq $seen -or $seen.label -ne $newest.file -or $seen.stored_bytes -ne $newest.bytes) {
        Test-DrForeign $newest
    }
    $script:DrResult = @{
        method = 'product-backup'
        repository = $settings.folder
        label = $newest.file
        recovery_point = $newest.recovery_point
        stored_bytes = $newest.bytes
        copies_kept = $points.Count
        oldest = $points[0].recovery_point
        started_at = $newest.recovery_point
        duration_s = $newest.took
    }
}
Exit-DrLock
exit 0
