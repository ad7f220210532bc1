# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-copy.ps1 run|list JOB
# Copies points from one store to another: those that are newer than the newest one there, and old enough. Each is read back
# and compared before it counts; only then old ones go.
param(
    [Parameter(Mandatory = $true, Position = 0)][ValidateSet('run', 'list')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Job
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-store-lib.ps1')

$settings = Get-DrSettings 'jobs' $Job
if ($Action -eq 'list') {
    Show-DrPoints $settings
    exit 0
}

# The points that are missing in the target, oldest first.
function Get-DrMissing {
    param([string] $Store)
    $newest = Get-DrPoints $Store | Select-Object -Last 1
    $latest = (Get-DrNow) - $settings.hold_sec
    foreach ($point in @(Get-DrRestorable $settings.source)) {
        $known = $null -ne $newest -and $point.recovery_point -le $newest.recovery_point
        if (-not $known -and $point.recovery_point -le $latest) {
            $point
        }
    }
}

function Copy-DrPoint {
    param($Point, [string] $Store)
    # A product may use a name again; a job of ours never does.
    $name = $Point.file
    if ($null -eq $Point.sha256) {
        $name = "$($Point.recovery_point)-$name"
    }
    $part = Join-Path $Store "$name.part"
    $hash = Get-DrHash $Point.path
    if ($null -ne $Point.sha256 -and $hash -ne $Point.sha256) {
        throw "$($Point.path) is not what was written"
    }
    [IO.File]::Copy($Point.path, $part, $true)
    if ((Get-DrHash $part) -ne $hash) {
        throw "$part is not what was read"
    }
    $note = @{ recovery_point = $Point.recovery_point; manifest = $Point.manifest; copied_from = $Point.path }
    foreach ($key in @('label', 'source_bytes', 'first_lsn', 'last_lsn', 'utc_offset_sec')) {
        if ($Point.PSObject.Properties.Name -contains $key) {
            $note[$key] = $Point.$key
        }
    }
    if ($null -ne $Point.manifest) {
        $folder = Split-Path -Path $Point.path -Parent
        [IO.File]::Copy((Join-Path $folder $Point.manifest), (Join-Path $Store $Point.manifest), $true)
    }
    Complete-DrPoint $Store $part $name $note
}

function Invoke-DrCopy {
    $started = Get-DrNow
    $store = Get-DrStore $settings.store
    Clear-DrParts $store
    $copied = 0
    foreach ($point in @(Get-DrMissing $store)) {
        Copy-DrPoint $point $store
        $copied++
    }
    $newest = Get-DrPoints $store | Select-Object -Last 1
    if ($null -eq $newest) {
        throw "there is nothing to copy in $($settings.source.store)"
    }
    $result = @{
        method = 'copy'
        repository = $settings.store
        source_repository = $settings.source.store
        label = $newest.file
        recovery_point = $newest.recovery_point
        stored_bytes = $newest.bytes
        copied = $copied
        verification = 'sha256, read back'
    }
    Set-DrGood $Job 'copy' $settings.subject $started $result
    Remove-DrPoints $store $settings.keep
    $script:DrResult = $result + (Get-DrInventory $store)
    Start-DrTriggers $settings.triggers
}

Enter-DrLock $Job
Invoke-DrDue $settings $Job 'copy' { Invoke-DrCopy }
Exit-DrLock
exit 0
