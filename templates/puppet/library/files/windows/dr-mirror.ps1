# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Usage: dr-mirror.ps1 ACTION NAME [-Folder FOLDER] [-Account ACCOUNT] [-Force]
# Database mirroring of a component. All its databases go together.
#   status    who is principal, and whether the mirror follows; writes the status NAME-wal
#   endpoint  makes the endpoint and lets the partner's service account (-Account DOMAIN\NAME$) connect; once on each server
#   seed      on the principal: backups for the mirror into FOLDER
#   join      on the new mirror: restores them from FOLDER and waits for the principal
#   begin     on the principal: mirroring begins
#   failover  on the principal: a planned change of roles; nothing is lost
#   force     on the mirror, when the principal is gone: it takes over. Refused while the principal answers, unless -Force
#   resume    on the principal, when a former principal has come back: it becomes the mirror, and what only it had is dropped
#   off       ends mirroring, for example before a restore
param(
    [Parameter(Mandatory = $true, Position = 0)]
    [ValidateSet('status', 'endpoint', 'seed', 'join', 'begin', 'failover', 'force', 'resume', 'off')][string] $Action,
    [Parameter(Mandatory = $true, Position = 1)][string] $Name,
    [string] $Folder = '',
    [string] $Account = '',
    [switch] $Force
)
. (Join-Path $PSScriptRoot 'dr-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-sql-lib.ps1')
. (Join-Path $PSScriptRoot 'dr-mirror-lib.ps1')

$settings = Get-DrSettings 'mirrors' $Name
$connection = Open-DrSql $settings.instance
if ($Folder -eq '' -and @('seed', 'join') -contains $Action) {
    Stop-Dr 64 "$Action needs -Folder, which both servers reach"
}
$seed = Get-DrPath $Folder

switch ($Action) {
    'status' {
        Enter-DrLock "$Name-wal"
        Invoke-DrJob "$Name-wal" 'wal' $settings.subject { Show-DrMirror }
        Exit-DrLock
    }
    'endpoint' {
        New-DrEndpoint
    }
    'seed' {
        foreach ($database in $settings.databases) {
            Assert-DrRole $database @('NONE', 'PRINCIPAL')
            Write-DrSeed $database
        }
    }
    'join' {
        foreach ($database in $settings.databases) {
            Assert-DrRole $database @('NONE', 'ABSENT')
        }
        foreach ($database in $settings.databases) {
            Restore-DrSeed $database
            Set-DrPartner $database
        }
    }
    'begin' {
        foreach ($database in $settings.databases) {
            Assert-DrRole $database @('NONE')
            Set-DrPartner $database
            $safety = if ($settings.synchronous) { 'FULL' } else { 'OFF' }
            Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $database) SET PARTNER SAFETY $safety"
        }
    }
    'failover' {
        foreach ($database in $settings.databases) {
            Assert-DrFailover $database
        }
        foreach ($database in $settings.databases) {
            Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $database) SET PARTNER FAILOVER"
        }
        "$($settings.partner) is principal now"
    }
    'force' {
        foreach ($database in $settings.databases) {
            Assert-DrForce $database
        }
        Invoke-DrJob "$Name-promote" 'promote' $settings.subject { Invoke-DrForce }
    }
    'resume' {
        foreach ($database in $settings.databases) {
            Assert-DrRole $database @('PRINCIPAL')
            Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $database) SET PARTNER RESUME"
        }
        "$($settings.partner) follows; dr-mirror.ps1 status tells when it is in step"
    }
    'off' {
        foreach ($database in $settings.databases) {
            Assert-DrRole $database @('PRINCIPAL', 'MIRROR')
            Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $database) SET PARTNER OFF"
        }
        'mirroring has ended'
    }
}
exit 0
