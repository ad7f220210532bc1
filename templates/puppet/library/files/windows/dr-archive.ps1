# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-archive.ps1 backup|list|restore|drill JOB [-At TIME] [-File NAME] [-To FOLDER]
# A folder as one ZIP archive on a share, with the SHA-256 of every file beside it.
#   backup   writes an archive, reads all of it back from the share, compares, and only then removes old ones
#   list     restorable points, oldest first
#   restore  unpacks beside the folder, verifies, then swaps by renaming; the previous one stays as FOLDER.dr-old-STAMP.
#            With -To into a new folder, and nothing is swapped. Stop what uses the folder first: dr-site.ps1 off
#   drill    unpacks the newest point to scratch, verifies, measures, removes the scratch
# TIME has a zone: 2026-01-31T11:59:30Z.
param(
    [Parameter(Mandatory = $true, Position = 0)][ValidateSet('backup', 'list', 'restore', 'drill')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Job,
    [string] $At = '',
    [string] $File = '',
    [string] $To = ''
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-store-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-archive-lib.ps1')

$settings = Get-DrSettings 'jobs' $Job
$until = $null
if ($At -ne '') {
    $until = Get-DrEpoch $At
}
if ($Action -eq 'list') {
    Show-DrPoints $settings
    exit 0
}

function Invoke-DrBackup {
    $store = Get-DrStore $settings.store
    Clear-DrParts $store
    $label = New-DrLabel
    $started = Get-DrNow
    $part = Join-Path $store "$label.zip.part"
    $written = Write-DrArchive (Get-DrPath $settings.folder) $part
    if ($written.files.Count -lt $settings.min_files) {
        throw "$($settings.folder) has $($written.files.Count) files, fewer than $($settings.min_files)"
    }
    Test-DrArchive $part $written.files
    $note = @{ label = $label; recovery_point = $started; source_bytes = $written.bytes; manifest = "$label.sha256" }
    Write-DrManifest (Join-Path $store $note.manifest) $written.files
    Complete-DrPoint $store $part "$label.zip" $note
    $result = @{
        method = 'folder-archive'
        repository = $settings.store
        label = $label
        recovery_point = $started
        source_bytes = $written.bytes
        stored_bytes = $note.bytes
        files = $written.files.Count
        verification = 'sha256 of every file, read back'
    }
    Set-DrGood $Job 'backup' $settings.subject $started $result
    Remove-DrPoints $store $settings.keep
    $script:DrResult = $result + (Get-DrInventory $store)
    Start-DrTriggers $settings.triggers
}

# Unpacks a point into a new folder and compares every file with what was written.
function Expand-DrPoint {
    param($Point, [string] $Folder)
    $files = $null
    if ($null -ne $Point.manifest) {
        $files = Read-DrManifest (Join-Path (Split-Path -Path $Point.path -Parent) $Point.manifest)
    }
    Expand-DrArchive $Point.path $Folder $files
}

function Invoke-DrRestore {
    $point = Find-DrPoint $settings $File $until
    $started = Get-DrNow
    $folder = Get-DrPath $settings.folder
    $target = "$folder.dr-new-$(New-DrLabel)"
    if ($To -ne '') {
        $target = Get-DrPath $To
    }
    if (Test-Path -LiteralPath $target) {
        Stop-Dr $DrRefused "$target exists already; nothing was changed"
    }
    Invoke-DrJob "$Job-restore" 'restore' $settings.subject {
        $restored = Expand-DrPoint $point $target
        $copied = (Get-DrNow) - $started
        $old = $null
        if ($To -eq '') {
            $old = Switch-DrFolder $folder $target
        }
        $script:DrResult = @{
            method = $settings.method
            label = $point.file
            recovery_point = $point.recovery_point
            target_time = $until
            target = $(if ($To -eq '') { $folder } else { $target })
            restored_bytes = $restored
            copy_s = $copied
            ready_s = (Get-DrNow) - $started
            old_data = $old
        }
    }
}

function Invoke-DrDrill {
    $point = Find-DrPoint $settings $File $until
    $scratch = Join-Path (Join-Path $DrRoot 'scratch') $Job
    Invoke-DrJob "$Job-drill" 'drill' $settings.subject {
        Remove-DrFolder $scratch
        $started = Get-DrNow
        try {
            $restored = Expand-DrPoint $point $scratch
        } finally {
            Remove-DrFolder $scratch
        }
        $script:DrResult = @{
            method = $settings.method
            label = $point.file
            recovery_point = $point.recovery_point
            restored_bytes = $restored
            copy_s = (Get-DrNow) - $started
            ready_s = (Get-DrNow) - $started
        }
    }
}

Invoke-DrAction $Action $Job @{
    backup = { Invoke-DrDue $settings $Job 'backup' { Invoke-DrBackup } }
    restore = { Invoke-DrRestore }
    drill = { Invoke-DrDrill }
}
exit 0
