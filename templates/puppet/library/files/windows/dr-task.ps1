# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-task.ps1 run|register|check|remove|absent NAME
# Registers the scheduled task NAME from tasks\NAME.xml, below \drplan\ in the Task Scheduler. `check` succeeds when the task
# is the one that was registered from that very file and nobody has changed or disabled it since; `absent` when there
# is none. What Windows makes of a definition is remembered when it is registered, and compared with itself.
# `run` starts the task now, waits until it ends, and shows its status; it fails when the job did.
param(
    [Parameter(Mandatory = $true, Position = 0)][ValidateSet('run', 'register', 'check', 'remove', 'absent')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Name
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')

if ($Name -cnotmatch '^[a-z0-9]([a-z0-9._-]{0,198}[a-z0-9])?\z') {
    Stop-Dr 64 "'$Name' is not a name of the plan"
}
$definition = Join-Path (Join-Path $DrRoot 'tasks') "$Name.xml"
$memory = Join-Path (Join-Path $DrRoot 'tasks') "$Name.registered.json"

function Get-DrTask {
    Get-ScheduledTask -TaskPath '\drplan\' -TaskName $Name -ErrorAction SilentlyContinue
}

# What identifies the registered task: the file it came from, and what Windows made of it.
function Get-DrFingerprint {
    @{
        definition = (Get-FileHash -LiteralPath $definition -Algorithm SHA256).Hash
        registered = [string] (Export-ScheduledTask -TaskPath '\drplan\' -TaskName $Name)
    }
}

function Test-DrTask {
    $task = Get-DrTask
    if ($null -eq $task -or $task.State -eq 'Disabled' -or -not [IO.File]::Exists($memory)) {
        return $false
    }
    $then = Read-DrJson $memory
    $now = Get-DrFingerprint
    $then.definition -eq $now.definition -and $then.registered -eq $now.registered
}

function Invoke-DrTask {
    if ($null -eq (Get-DrTask)) {
        Stop-Dr $DrUnconfigured "there is no task $Name on this host"
    }
    $before = Get-DrNow
    Start-ScheduledTask -TaskPath '\drplan\' -TaskName $Name
    do {
        Start-Sleep -Seconds 2
        $state = (Get-DrTask).State
    } while ($state -eq 'Running' -or $state -eq 'Queued')
    $document = Get-DrDocument $Name
    if ($null -eq $document -or $document.finished_at -lt $before) {
        Stop-Dr 1 "$Name has left no status: the history of the task says why"
    }
    ConvertTo-Json -InputObject $document -Depth 8 | Out-Host
    $document.ok
}

switch ($Action) {
    'run' {
        exit ([int] (-not (Invoke-DrTask)))
    }
    'register' {
        $xml = [IO.File]::ReadAllText($definition)
        Register-ScheduledTask -TaskPath '\drplan\' -TaskName $Name -Xml $xml -Force | Out-Null
        Write-DrJson $memory (Get-DrFingerprint)
        exit 0
    }
    'check' {
        exit ([int] (-not (Test-DrTask)))
    }
    'remove' {
        Unregister-ScheduledTask -TaskPath '\drplan\' -TaskName $Name -Confirm:$false
        exit 0
    }
    'absent' {
        exit ([int] ($null -ne (Get-DrTask)))
    }
}
