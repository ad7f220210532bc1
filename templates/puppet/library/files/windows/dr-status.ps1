# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-status.ps1 [JOB]
# All jobs of this host, or one: state, age of the newest point, error. Exit 1 when one is not good.
param([Parameter(Position = 0)][string] $Job = '*')
. (Join-Path $PSScriptRoot 'dr-lib.ps1')

$null = Get-DrPlan
$now = Get-DrNow
$bad = 0
$found = 0
foreach ($file in @(Get-ChildItem -LiteralPath $DrStatus -Filter '*.json' -File | Sort-Object -Property Name)) {
    if ($Job -ne '*' -and $file.BaseName -ne $Job) {
        continue
    }
    $found++
    $document = Get-DrDocument $file.BaseName
    if ($null -eq $document) {
        $bad++
        "$($file.BaseName)  unreadable"
        continue
    }
    $age = 'no point'
    $good = Get-DrLastGood $document
    if ($null -ne $good -and $null -ne $good.recovery_point) {
        $age = 'newest point {0} s old' -f ($now - [long] $good.recovery_point)
    }
    $problem = ''
    if (-not $document.ok) {
        $bad++
        if ($document.PSObject.Properties.Name -contains 'error') {
            $problem = $document.error
        }
    }
    "$($file.BaseName)  $($document.state)  $age  $problem"
}
if ($found -eq 0) {
    Stop-Dr 1 'no job has left a status here'
}
exit ([int] ($bad -gt 0))
