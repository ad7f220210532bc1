# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Shared by the scripts that make and use copies; dot-sourced after dr-lib.ps1. A *point* is a file of a job in its store with
# a note beside it, NAME.json, that is written last: without its note, or with another size than the note says, a file is no
# point. Names are instants in UTC, so that they sort by age.
$DrStamp = 'yyyyMMdd\THHmmss\Z'

# Whether a job that is made once has been made, or one that follows another has run a short while ago.
function Test-DrDone {
    param($Settings, [string] $Job)
    $good = Get-DrLastGood (Get-DrDocument $Job)
    if ($null -eq $good) {
        return $false
    }
    if ($null -ne $Settings.once_after) {
        return $good.recovery_point -ge (Get-DrEpoch $Settings.once_after)
    }
    # One in the future is of a clock that was wrong, and keeps nothing from being done.
    $age = (Get-DrNow) - $good.started_at
    $age -ge 0 -and $age -lt $Settings.min_interval_sec
}

# Runs what makes a copy, where it is due.
function Invoke-DrDue {
    param($Settings, [string] $Job, [string] $Kind, [scriptblock] $Work)
    if (Test-DrDone $Settings $Job) {
        "nothing to do for $Job yet"
        return
    }
    Invoke-DrJob $Job $Kind $Settings.subject $Work
}

# Does what a script was called for, under the lock of the job. A drill takes its time, and no backup waits for it.
function Invoke-DrAction {
    param([string] $Action, [string] $Job, [hashtable] $Actions)
    $lock = $Job
    if ($Action -eq 'drill') {
        $lock = "$Job-drill"
    }
    Enter-DrLock $lock
    $block = $Actions[$Action]
    & $block
    Exit-DrLock
}

# The folder of a job in its store; made at its first run.
function Get-DrStore {
    param([string] $Folder)
    $path = Get-DrPath $Folder
    if (-not [IO.Directory]::Exists($path)) {
        [IO.Directory]::CreateDirectory($path) | Out-Null
    }
    $path
}

# What a run that was killed has left: nothing but this job writes here, and it holds its lock.
function Clear-DrParts {
    param([string] $Store)
    foreach ($part in @(Get-ChildItem -LiteralPath $Store -Filter '*.part' -File)) {
        [IO.File]::Delete($part.FullName)
    }
}

function New-DrLabel {
    [DateTime]::UtcNow.ToString($DrStamp, [Globalization.CultureInfo]::InvariantCulture)
}

function Get-DrHash {
    param([string] $Path)
    (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
}

# Makes a point of a finished file: it gets its name, then its note.
function Complete-DrPoint {
    param([string] $Store, [string] $Part, [string] $File, [hashtable] $Note)
    $path = Join-Path $Store $File
    $Note['file'] = $File
    $Note['bytes'] = (Get-Item -LiteralPath $Part).Length
    $Note['sha256'] = Get-DrHash $Part
    [IO.File]::Move($Part, $path)
    Write-DrJson "$path.json" $Note
}

# The points of a folder, oldest first.
function Get-DrPoints {
    param([string] $Store)
    Read-DrNotes $Store | Sort-Object -Property recovery_point
}

function Read-DrNotes {
    param([string] $Store)
    if (-not [IO.Directory]::Exists($Store)) {
        return
    }
    foreach ($note in @(Get-ChildItem -LiteralPath $Store -Filter '*.json' -File)) {
        $point = Read-DrJson $note.FullName
        $path = Join-Path $Store $point.file
        if ([IO.File]::Exists($path) -and (Get-Item -LiteralPath $path).Length -eq $point.bytes) {
            $point | Add-Member -NotePropertyName 'path' -NotePropertyValue $path
            $point
        }
    }
}

# The newest point that is not after an instant; every point is before none.
function Select-DrPoint {
    param($Points, $At)
    $newest = $null
    foreach ($point in $Points) {
        if ($null -eq $At -or $point.recovery_point -le $At) {
            $newest = $point
        }
    }
    $newest
}

# What a rule calls the same: of each hour, day, week, month, year the newest point is kept.
function Get-DrBucket {
    param([string] $Rule, [DateTime] $Time)
    switch ($Rule) {
        'hourly' {
            $Time.ToString('yyyyMMddHH')
        }
        'daily' {
            $Time.ToString('yyyyMMdd')
        }
        'weekly' {
            $Time.Date.AddDays(-(([int] $Time.DayOfWeek + 6) % 7)).ToString('yyyyMMdd')
        }
        'monthly' {
            $Time.ToString('yyyyMM')
        }
        'yearly' {
            $Time.ToString('yyyy')
        }
        default {
            $Time.ToString('o')
        }
    }
}

# The instant up to which `within` reaches back from the newest point: 1y6m, 30d, 12h.
function Get-DrHorizon {
    param([DateTime] $Newest, [string] $Within)
    $horizon = $Newest
    foreach ($part in [regex]::Matches($Within, '([0-9]+)([ymdh])')) {
        $count = -[int] $part.Groups[1].Value
        switch -CaseSensitive ($part.Groups[2].Value) {
            'y' {
                $horizon = $horizon.AddYears($count)
            }
            'm' {
                $horizon = $horizon.AddMonths($count)
            }
            'd' {
                $horizon = $horizon.AddDays($count)
            }
            'h' {
                $horizon = $horizon.AddHours($count)
            }
        }
    }
    $horizon
}

# The points that the rules of `keep` keep, by file: those of restic's forget, with their meaning, in UTC. No rules keep all.
function Select-DrKept {
    param($Points, $Keep)
    $kept = @{}
    $newestFirst = @($Points | Sort-Object -Property recovery_point -Descending)
    $left = @{}
    $last = @{}
    $horizon = $null
    foreach ($rule in @($Keep.PSObject.Properties)) {
        if ($rule.Name -eq 'within') {
            if ($newestFirst.Count -gt 0) {
                $newest = [DateTimeOffset]::FromUnixTimeSeconds([long] $newestFirst[0].recovery_point).UtcDateTime
                $horizon = Get-DrHorizon $newest $rule.Value
            }
        } else {
            $left[$rule.Name] = [int] $rule.Value
            $last[$rule.Name] = ''
        }
    }
    foreach ($point in $newestFirst) {
        $time = [DateTimeOffset]::FromUnixTimeSeconds([long] $point.recovery_point).UtcDateTime
        if ($null -ne $horizon -and $time -ge $horizon) {
            $kept[$point.file] = $true
        }
        foreach ($rule in @($left.Keys)) {
            $bucket = Get-DrBucket $rule $time
            if ($rule -eq 'last') {
                $bucket = $point.file
            }
            if ($left[$rule] -gt 0 -and $bucket -ne $last[$rule]) {
                $left[$rule] = $left[$rule] - 1
                $last[$rule] = $bucket
                $kept[$point.file] = $true
            }
        }
    }
    $kept
}

# Removes the points that nothing keeps, once a newer one is complete and verified. The newest stays whatever the rules say.
function Remove-DrPoints {
    param([string] $Store, $Keep)
    $points = @(Get-DrPoints $Store)
    if ($null -eq $Keep -or $points.Count -lt 2) {
        return
    }
    $kept = Select-DrKept $points $Keep
    foreach ($point in $points) {
        if (-not $kept.ContainsKey($point.file) -and $point.file -ne $points[-1].file) {
            Remove-DrPoint $point
        }
    }
}

# A point without its file is none, and what is left when this is interrupted is cleared by the next run. One that is just
# being restored stays until then.
function Remove-DrPoint {
    param($Point)
    $gone = "$($Point.path).part"
    try {
        [IO.File]::Move($Point.path, $gone)
    } catch [IO.IOException] {
        "$($Point.path) is in use, and stays for now"
        return
    }
    [IO.File]::Delete("$($Point.path).json")
    [IO.File]::Delete($gone)
    if ($null -ne $Point.manifest) {
        [IO.File]::Delete((Join-Path (Split-Path -Path $Point.path -Parent) $Point.manifest))
    }
}

# What the status of a copy says of its store.
function Get-DrInventory {
    param([string] $Store)
    $points = @(Get-DrPoints $Store)
    $oldest = $null
    if ($points.Count -gt 0) {
        $oldest = $points[0].recovery_point
    }
    @{ copies_kept = $points.Count; oldest = $oldest }
}

# The backups that a product makes by itself, oldest first, as points without a note. A file that was written to a short
# while ago may not be finished, and does not count yet.
function Get-DrForeign {
    param($Settings)
    $now = [DateTime]::UtcNow
    $folder = Get-DrPath $Settings.folder
    $files = @(Get-ChildItem -LiteralPath $folder -Filter $Settings.pattern -File | Sort-Object -Property LastWriteTimeUtc)
    foreach ($file in $files) {
        if ($file.LastWriteTimeUtc.AddSeconds($Settings.settle_sec) -gt $now) {
            continue
        }
        $begun = $file.LastWriteTimeUtc
        if ($file.CreationTimeUtc -lt $begun) {
            $begun = $file.CreationTimeUtc
        }
        [pscustomobject] @{
            file = $file.Name
            path = $file.FullName
            bytes = $file.Length
            sha256 = $null
            manifest = $null
            recovery_point = ([DateTimeOffset] $begun).ToUnixTimeSeconds()
            took = [long] ($file.LastWriteTimeUtc - $begun).TotalSeconds
        }
    }
}

# All points that a job can restore from, oldest first.
function Get-DrRestorable {
    param($Settings)
    if ($Settings.method -eq 'product-backup') {
        Get-DrForeign $Settings
    } else {
        Get-DrPoints (Get-DrPath $Settings.store)
    }
}

# The point that a restore takes: the one that is named, the newest up to an instant, or the newest.
function Find-DrPoint {
    param($Settings, [string] $File, $At)
    $points = @(Get-DrRestorable $Settings)
    if ($File -ne '') {
        $points = @($points | Where-Object { $_.file -eq $File })
    }
    $point = Select-DrPoint $points $At
    if ($null -eq $point) {
        Stop-Dr $DrRefused 'there is no such point; `list` shows all of them. Nothing was changed'
    }
    if ($null -ne $point.sha256 -and (Get-DrHash $point.path) -ne $point.sha256) {
        Stop-Dr $DrRefused "$($point.path) is not what was written: take another point. Nothing was changed"
    }
    $point
}

function Show-DrPoints {
    param($Settings)
    foreach ($point in @(Get-DrRestorable $Settings)) {
        $time = [DateTimeOffset]::FromUnixTimeSeconds([long] $point.recovery_point).UtcDateTime
        '{0}  {1:yyyy-MM-dd HH:mm:ss}Z  {2} bytes' -f $point.file, $time, $point.bytes
    }
}
