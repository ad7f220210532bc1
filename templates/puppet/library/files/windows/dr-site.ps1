# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-site.ps1 on|off|check|idle NAME
# The site of a component in IIS.
#   on, off  lasting orders for this host: the site starts, or does not, with the machine
#   check    whether it serves, as the plan or the last order wants it; writes the status NAME-health
#   idle     succeeds where nothing is to be switched off: no such site, an order was given, or it is off already
param(
    [Parameter(Mandatory = $true, Position = 0)][ValidateSet('on', 'off', 'check', 'idle')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Name
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
$settings = Get-DrSettings 'sites' $Name
$order = Join-Path (Join-Path $DrRoot 'orders') "$Name.json"
$library = Join-Path $env:SystemRoot 'System32\inetsrv\Microsoft.Web.Administration.dll'

# The site, or nothing where this host has no IIS or no such site.
function Get-DrSite {
    param($Manager)
    foreach ($site in $Manager.Sites) {
        if ($site.Name -eq $settings.site) {
            return $site
        }
    }
}

function Test-DrPort {
    $client = New-Object Net.Sockets.TcpClient
    try {
        $client.ConnectAsync('localhost', $settings.port).Wait(5000)
    } catch {
        $false
    } finally {
        $client.Dispose()
    }
}

function Set-DrSite {
    param($Manager, $Site, [bool] $On)
    $Site.ServerAutoStart = $On
    $Manager.CommitChanges()
    Write-DrJson $order @{ on = $On; at = (Get-DrNow) }
    # After a change the manager has to be asked anew.
    $fresh = Get-DrSite (New-Object Microsoft.Web.Administration.ServerManager)
    if ($On -and $fresh.State -ne 'Started') {
        $null = $fresh.Start()
    }
    if (-not $On -and $fresh.State -ne 'Stopped') {
        $null = $fresh.Stop()
    }
}

# Whether it ought to serve here: by the last order, else by the plan.
function Test-DrWanted {
    if ([IO.File]::Exists($order)) {
        return [bool] (Read-DrJson $order).on
    }
    $settings.mode -eq 'active'
}

$manager = $null
$site = $null
if ([IO.File]::Exists($library)) {
    Add-Type -Path $library
    $manager = New-Object Microsoft.Web.Administration.ServerManager
    $site = Get-DrSite $manager
}
if ($Action -eq 'idle') {
    exit ([int] ($null -ne $site -and -not [IO.File]::Exists($order) -and $site.State -ne 'Stopped'))
}
if ($null -eq $site) {
    Stop-Dr $DrUnconfigured "IIS has no site $($settings.site) here: prepare the server first"
}
switch ($Action) {
    'on' {
        Set-DrSite $manager $site $true
        for ($try = 1; $try -le 60 -and -not (Test-DrPort); $try++) {
            Start-Sleep -Seconds 2
        }
        if (-not (Test-DrPort)) {
            Stop-Dr 1 "the site is on, and nothing answers on port $($settings.port)"
        }
        "$($settings.site) serves on port $($settings.port)"
    }
    'off' {
        Set-DrSite $manager $site $false
        "$($settings.site) is off, and stays off"
    }
    'check' {
        Invoke-DrJob "$Name-health" 'service' $settings.subject {
            $wanted = Test-DrWanted
            $serves = $site.State -eq 'Started' -and (Test-DrPort)
            # A site that is off and ought to be is neither well nor ill.
            $active = $(if ($wanted -or $serves) { $serves } else { $null })
            $script:DrTold = @{ unit = $settings.site; active = $active; mode = $settings.mode }
            if ($wanted -ne $serves) {
                throw "the site ought to be $(if ($wanted) { 'on' } else { 'off' }), and is not"
            }
            $script:DrResult = $script:DrTold
        }
    }
}
exit 0
