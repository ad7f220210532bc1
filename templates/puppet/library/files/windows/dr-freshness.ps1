# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-freshness.ps1 JOB
# Compares the newest restorable point of a job with its objective, the way monitoring expects it: one line with
# performance data, a Prometheus text file, and
#   exit 0 OK        younger than both limits
#   exit 1 WARNING   older than the plan expects, or fresh but the last run failed
#   exit 2 CRITICAL  older than the objective, or there never was one
#   exit 3 UNKNOWN   status unreadable, a point in the future
param([Parameter(Mandatory = $true, Position = 0)][string] $Job)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')

function Get-DrSpan {
    param([long] $Seconds)
    $span = [TimeSpan]::FromSeconds($Seconds)
    '{0}d {1:00}h {2:00}m {3:00}s' -f $span.Days, $span.Hours, $span.Minutes, $span.Seconds
}

# The point, whether the last run was good, its state and its error.
function Read-DrResult {
    param([string] $Name)
    $path = Join-Path $DrStatus "$Name.json"
    $result = @{ readable = $true; point = $null; ok = $false; state = 'missing'; error = '' }
    if (-not [IO.File]::Exists($path)) {
        return $result
    }
    try {
        $document = Read-DrJson $path
        $good = Get-DrLastGood $document
        $result.ok = [bool] $document.ok
        $result.state = [string] $document.state
        if ($document.PSObject.Properties.Name -contains 'error') {
            $result.error = [string] $document.error -replace '[\r\n|]', ' '
        }
        if ($null -ne $good -and $null -ne $good.recovery_point) {
            $result.point = [long] [Math]::Floor([double] $good.recovery_point)
        }
    } catch {
        $result.readable = $false
    }
    $result
}

# What a result means for a limit: code, text and age.
function Test-DrAge {
    param([hashtable] $Result, [long] $Now, [long] $Max, $Warn)
    if (-not $Result.readable) {
        return @{ code = 3; age = $null; text = 'the status document cannot be read' }
    }
    if ($null -eq $Result.point) {
        return @{ code = 2; age = $null; text = 'there is no restorable point' }
    }
    if ($Result.point -gt $Now + 60) {
        return @{ code = 3; age = $null; text = 'the newest point lies in the future, check the clocks' }
    }
    $age = [Math]::Max([long] 0, $Now - $Result.point)
    $text = "newest restorable point is $(Get-DrSpan $age) old, objective $(Get-DrSpan $Max)"
    $code = 0
    if ($age -gt $Max) {
        $code = 2
    } elseif ($null -ne $Warn -and $age -gt $Warn) {
        $code = 1
        $text = "$text, expected at most $(Get-DrSpan $Warn)"
    } elseif ($Result.state -eq 'failed') {
        $code = 1
    }
    @{ code = $code; age = $age; text = $text }
}

function Write-DrMetrics {
    param($Plan, $Settings, [string] $Name, [hashtable] $Result, [hashtable] $Verdict)
    $labels = '{' + "plan=`"$($Plan.plan)`",site=`"$($Plan.site)`",job=`"$Name`",subject=`"$($Settings.subject)`"" + '}'
    $gauges = [ordered]@{}
    if ($null -ne $Result.point) {
        $gauges['drplan_recovery_point_timestamp_seconds'] = $Result.point
    }
    if ($null -ne $Verdict.age) {
        $gauges['drplan_recovery_point_age_seconds'] = $Verdict.age
    }
    $gauges['drplan_recovery_point_max_age_seconds'] = $Settings.max_age_sec
    $gauges['drplan_fresh'] = [int] ($Verdict.code -lt 2)
    $gauges['drplan_last_run_ok'] = [int] $Result.ok
    $lines = foreach ($gauge in $gauges.Keys) {
        "# TYPE $gauge gauge`n$gauge$labels $($gauges[$gauge])`n"
    }
    Write-DrText (Join-Path $Plan.metrics_dir "drplan_$Name.prom") ($lines -join '')
}

$plan = Get-DrPlan
$settings = Get-DrSettings 'freshness' $Job
$result = Read-DrResult $Job
$verdict = Test-DrAge $result (Get-DrNow) $settings.max_age_sec $settings.warn_age_sec
if ($result.state -eq 'failed') {
    $verdict.text = "$($verdict.text); the last run failed at: $($result.error)"
}
try {
    Write-DrMetrics $plan $settings $Job $result $verdict
} catch {
    $verdict.text = "$($verdict.text); metrics cannot be written to $($plan.metrics_dir)"
    $verdict.code = [Math]::Max(1, $verdict.code)
}
$age = 'U'
if ($null -ne $verdict.age) {
    $age = $verdict.age
}
$word = @('OK', 'WARNING', 'CRITICAL', 'UNKNOWN')[$verdict.code]
"$word - ${Job}: $($verdict.text) | age=${age}s;$($settings.warn_age_sec);$($settings.max_age_sec)"
exit $verdict.code
