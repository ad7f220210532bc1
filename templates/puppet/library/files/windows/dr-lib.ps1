# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Shared by all dr- scripts; dot-sourced, never run. It finds the settings of the plan and of a job, writes status
# documents and takes locks. What a job does is a block given to Invoke-DrJob: whatever ends it early leaves a status that
# is not good. For Windows PowerShell 5.1, which every Windows Server since 2016 has.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

$DrRoot = Join-Path $env:ProgramData 'drplan'
$DrStatus = Join-Path $DrRoot 'status'
$DrLock = $null
$DrResult = @{}
$DrGood = $null
# What a failure tells beside its error.
$DrTold = @{}

# Exit codes of all scripts.
$DrRefused = 69
$DrBusy = 75
$DrUnconfigured = 78

# Says why on standard error and ends the script.
function Stop-Dr {
    param([int] $Code, [string] $Text)
    [Console]::Error.WriteLine($Text)
    exit $Code
}

function Get-DrNow {
    [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
}

# Seconds since 1970 of a time that says its zone; one without would mean something else on each host.
function Get-DrEpoch {
    param([string] $Text)
    $parsed = [DateTimeOffset]::MinValue
    $culture = [Globalization.CultureInfo]::InvariantCulture
    $zoned = $Text -match '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+ ?(Z|[+-][0-9]{2}:[0-9]{2})$'
    if (-not $zoned -or -not [DateTimeOffset]::TryParse($Text, $culture, 'None', [ref] $parsed)) {
        Stop-Dr 64 "'$Text' is not a time with its zone, like 2026-01-31T11:59:30Z"
    }
    $parsed.ToUnixTimeSeconds()
}

# The path as Windows and SQL Server write it.
function Get-DrPath {
    param([string] $Path)
    $Path.Replace('/', '\')
}

function Read-DrJson {
    param([string] $Path)
    ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($Path))
}

# Replaces a file at once: a reader sees the old one or the new one.
function Write-DrText {
    param([string] $Path, [string] $Text)
    $new = "$Path.new"
    $bytes = (New-Object Text.UTF8Encoding $false).GetBytes($Text)
    $stream = [IO.File]::Open($new, 'Create', 'Write', 'None')
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    Move-DrFile $new $Path
}

# Puts a finished file in its place. Whoever reads the old one just now is waited for.
function Move-DrFile {
    param([string] $From, [string] $To)
    for ($try = 1; $try -le 20; $try++) {
        try {
            if ([IO.File]::Exists($To)) {
                [IO.File]::Replace($From, $To, [NullString]::Value)
            } else {
                [IO.File]::Move($From, $To)
            }
            return
        } catch [IO.IOException] {
            if ($try -eq 20) {
                throw
            }
            Start-Sleep -Milliseconds 250
        }
    }
}

function Write-DrJson {
    param([string] $Path, $Value)
    Write-DrText $Path (ConvertTo-Json -InputObject $Value -Depth 8)
}

# The settings of this host in the plan.
function Get-DrPlan {
    $path = Join-Path $DrRoot 'plan.json'
    if (-not [IO.File]::Exists($path)) {
        Stop-Dr $DrUnconfigured "$path is missing: not configured on this host"
    }
    Read-DrJson $path
}

# The settings of a job, a service or a mirrored database, by its name.
function Get-DrSettings {
    param([string] $Folder, [string] $Name)
    if ($Name -cnotmatch '^[a-z0-9]([a-z0-9._-]{0,198}[a-z0-9])?\z') {
        Stop-Dr 64 "'$Name' is not a name of the plan"
    }
    $path = Join-Path (Join-Path $DrRoot $Folder) "$Name.json"
    if (-not [IO.File]::Exists($path)) {
        Stop-Dr $DrUnconfigured "$path is missing: not configured on this host"
    }
    Read-DrJson $path
}

# Held until the script ends, however it ends.
function Enter-DrLock {
    param([string] $Name)
    $path = Join-Path (Join-Path $DrRoot 'locks') "$Name.lock"
    try {
        $script:DrLock = [IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None')
    } catch [IO.IOException] {
        Stop-Dr $DrBusy "another run holds the lock $Name; nothing was changed"
    }
}

# A script that is called from a prompt ends, but not its process.
function Exit-DrLock {
    if ($null -ne $script:DrLock) {
        $script:DrLock.Dispose()
        $script:DrLock = $null
    }
}

# The document before this run, or nothing.
function Get-DrDocument {
    param([string] $Job)
    $path = Join-Path $DrStatus "$Job.json"
    if (-not [IO.File]::Exists($path)) {
        return $null
    }
    try {
        $document = Read-DrJson $path
        if (@($document.PSObject.Properties.Name) -contains 'last_good') {
            return $document
        }
    } catch {
        return $null
    }
}

# The newest good result that a document knows: itself, or the one that it carries.
function Get-DrLastGood {
    param($Document)
    if ($null -eq $Document) {
        return $null
    }
    if ($Document.ok) {
        return Select-Object -InputObject $Document -Property * -ExcludeProperty last_good
    }
    $Document.last_good
}

function New-DrDocument {
    param([string] $Job, [string] $Kind, $Subject, [string] $State, [long] $Started, [hashtable] $Extra, $LastGood)
    $plan = Get-DrPlan
    $finished = $null
    $duration = $null
    if ($State -ne 'running') {
        $finished = Get-DrNow
        $duration = $finished - $Started
    }
    $document = [ordered]@{
        format = 'drplan.status/1'
        plan = $plan.plan
        site = $plan.site
        host = $plan.host
        job = $Job
        subject = $Subject
        kind = $Kind
        state = $State
        ok = ($State -eq 'ok')
        started_at = $Started
        finished_at = $finished
        duration_s = $duration
        recovery_point = $null
    }
    foreach ($key in @($Extra.Keys | Sort-Object)) {
        $document[$key] = $Extra[$key]
    }
    $document['last_good'] = $LastGood
    $document
}

# From now on this result counts as the newest good one, even if a later step fails.
function Set-DrGood {
    param([string] $Job, [string] $Kind, $Subject, [long] $Started, [hashtable] $Extra)
    $document = New-DrDocument $Job $Kind $Subject 'ok' $Started $Extra $null
    $document.Remove('last_good')
    $script:DrGood = $document
    $running = New-DrDocument $Job $Kind $Subject 'running' $Started @{} $document
    Write-DrJson (Join-Path $DrStatus "$Job.json") $running
}

# Runs a job. The block leaves what it has to tell in $script:DrResult; success is written last.
function Invoke-DrJob {
    param([string] $Job, [string] $Kind, $Subject, [scriptblock] $Work)
    $drPath = Join-Path $DrStatus "$Job.json"
    $drStarted = Get-DrNow
    $script:DrGood = Get-DrLastGood (Get-DrDocument $Job)
    Write-DrJson $drPath (New-DrDocument $Job $Kind $Subject 'running' $drStarted @{} $script:DrGood)
    $drProblem = 'it was ended from outside'
    $drDone = $false
    try {
        & $Work | Out-Host
        Write-DrJson $drPath (New-DrDocument $Job $Kind $Subject 'ok' $drStarted $script:DrResult $null)
        $drDone = $true
    } catch {
        $drProblem = $_.Exception.Message
    } finally {
        if (-not $drDone) {
            $drFailure = $script:DrTold + @{ error = $drProblem }
            Write-DrJson $drPath (New-DrDocument $Job $Kind $Subject 'failed' $drStarted $drFailure $script:DrGood)
        }
    }
    if (-not $drDone) {
        Exit-DrLock
        Stop-Dr 1 "${Job}: FAILED: $drProblem"
    }
    [IO.File]::ReadAllText($drPath) | Out-Host
}

# Starts the tasks of jobs that follow this one.
function Start-DrTriggers {
    param($Names)
    foreach ($name in $Names) {
        Start-ScheduledTask -TaskPath '\drplan\' -TaskName $name
    }
}
