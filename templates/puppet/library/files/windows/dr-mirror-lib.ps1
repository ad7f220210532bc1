# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# The steps of dr-mirror.ps1, with whose $settings, $connection, $seed, $Account and $Force they work.
$DrEndpoint = 'dr_mirroring'

# The part that this server plays for a database: PRINCIPAL, MIRROR, NONE when it is not mirrored, ABSENT when it is not there.
function Get-DrRole {
    param([string] $Database)
    $rows = @(Get-DrDatabase $connection $Database)
    if ($rows.Count -eq 0) {
        return 'ABSENT'
    }
    if ($rows[0].mirroring_guid -is [DBNull]) {
        return 'NONE'
    }
    [string] $rows[0].mirroring_role_desc
}

function Get-DrMirrorState {
    param([string] $Database)
    $rows = @(Get-DrDatabase $connection $Database)
    [string] $rows[0].mirroring_state_desc
}

function Assert-DrRole {
    param([string] $Database, [string[]] $Roles)
    $role = Get-DrRole $Database
    if ($Roles -notcontains $role) {
        Stop-Dr $DrRefused "$Database is $role on this server; this needs $($Roles -join ' or '). Nothing was changed"
    }
}

# What the status tells. It is good when every database is mirrored as the plan wants it and follows.
function Show-DrMirror {
    $roles = @()
    $problems = @()
    $standbys = @()
    foreach ($database in $settings.databases) {
        $role = Get-DrRole $database
        $roles += $role
        if (@('PRINCIPAL', 'MIRROR') -notcontains $role) {
            $problems += "$database is $role"
            continue
        }
        $row = @(Get-DrDatabase $connection $database)[0]
        $follows = $row.mirroring_state_desc -eq 'SYNCHRONIZED'
        if (-not $settings.synchronous) {
            $follows = $follows -or $row.mirroring_state_desc -eq 'SYNCHRONIZING'
        }
        if (-not $follows) {
            $problems += "$database is $($row.mirroring_state_desc)"
        }
        if (($row.mirroring_safety_level_desc -eq 'FULL') -ne $settings.synchronous) {
            $problems += "$database has safety $($row.mirroring_safety_level_desc)"
        }
        $standbys += $follows
    }
    $primary = $roles -contains 'PRINCIPAL'
    $streaming = $standbys.Count -eq @($settings.databases).Count -and $standbys -notcontains $false
    $script:DrTold = @{
        role = $(if ($primary) { 'primary' } else { 'standby' })
        synchronous = $settings.synchronous
        streaming = $streaming
        standbys = @()
    }
    if ($primary) {
        $script:DrTold['standbys'] = @(@{
            name = $settings.partner
            state = $(if ($streaming) { 'streaming' } else { 'disconnected' })
            sync_state = $(if ($settings.synchronous) { 'sync' } else { 'async' })
        })
    }
    if ($problems.Count -gt 0) {
        throw ($problems -join '; ')
    }
    $script:DrResult = $script:DrTold + @{ recovery_point = $(if ($settings.synchronous) { Get-DrNow } else { $null }) }
}

function New-DrEndpoint {
    $name = Format-DrName $DrEndpoint
    $there = @(Read-DrSql $connection 'SELECT name FROM sys.database_mirroring_endpoints')
    if ($there.Count -eq 0) {
        Invoke-DrSql $connection ("CREATE ENDPOINT $name STATE = STARTED AS TCP (LISTENER_PORT = $([int] $settings.mirroring_port)) " +
            'FOR DATABASE_MIRRORING (ENCRYPTION = REQUIRED ALGORITHM AES, ROLE = PARTNER)')
    } else {
        $name = Format-DrName $there[0].name
    }
    if ($Account -ne '') {
        $login = Format-DrName $Account
        Invoke-DrSql $connection "IF SUSER_ID($(Format-DrText $Account)) IS NULL CREATE LOGIN $login FROM WINDOWS"
        Invoke-DrSql $connection "GRANT CONNECT ON ENDPOINT::$name TO $login"
    }
    "endpoint $name listens on port $($settings.mirroring_port)"
}

function Get-DrSeedFile {
    param([string] $Database, [string] $Ending)
    Join-Path $seed "$($Database -replace '[^A-Za-z0-9_-]', '_')-mirror.$Ending"
}

# Copies for the mirror alone: they do not touch the chain of the scheduled backups.
function Write-DrSeed {
    param([string] $Database)
    Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $Database) SET RECOVERY FULL"
    $full = Get-DrSeedFile $Database 'bak'
    $log = Get-DrSeedFile $Database 'trn'
    Invoke-DrSql $connection ("BACKUP DATABASE $(Format-DrName $Database) TO DISK = $(Format-DrText $full) " +
        'WITH COPY_ONLY, CHECKSUM, FORMAT, INIT')
    Invoke-DrSql $connection ("BACKUP LOG $(Format-DrName $Database) TO DISK = $(Format-DrText $log) " +
        'WITH COPY_ONLY, CHECKSUM, FORMAT, INIT')
    "$Database is in $seed"
}

# A database of that name is kept under another one.
function Restore-DrSeed {
    param([string] $Database)
    $full = Get-DrSeedFile $Database 'bak'
    $null = Read-DrHeader $connection $full $Database 1
    if ((Get-DrRole $Database) -eq 'NONE') {
        # A mirror whose mirroring was ended still waits for more log, and cannot be renamed so.
        if (@(Get-DrDatabase $connection $Database)[0].state_desc -eq 'RESTORING') {
            Complete-DrRestore $connection $Database
        }
        $old = "${Database}_dr_old_$([DateTime]::UtcNow.ToString('yyyyMMddHHmmss'))"
        Invoke-DrSql $connection ("ALTER DATABASE $(Format-DrName $Database) SET SINGLE_USER WITH ROLLBACK IMMEDIATE; " +
            "ALTER DATABASE $(Format-DrName $Database) MODIFY NAME = $(Format-DrName $old)")
        "the database that was here is $old now"
    }
    Restore-DrFull $connection $full $Database
    Restore-DrLog $connection (Get-DrSeedFile $Database 'trn') $Database ''
}

function Set-DrPartner {
    param([string] $Database)
    $address = "TCP://$($settings.partner):$([int] $settings.mirroring_port)"
    Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $Database) SET PARTNER = $(Format-DrText $address)"
    "$Database has its partner at $address"
}

function Assert-DrFailover {
    param([string] $Database)
    Assert-DrRole $Database @('PRINCIPAL')
    $row = @(Get-DrDatabase $connection $Database)[0]
    if ($row.mirroring_state_desc -ne 'SYNCHRONIZED' -or $row.mirroring_safety_level_desc -ne 'FULL') {
        Stop-Dr $DrRefused "$Database is $($row.mirroring_state_desc), safety $($row.mirroring_safety_level_desc): not in step. Nothing was changed"
    }
}

# Two principals at once would take writes that nobody can bring together again.
function Assert-DrForce {
    param([string] $Database)
    Assert-DrRole $Database @('MIRROR')
    $state = Get-DrMirrorState $Database
    if (@('DISCONNECTED', 'SUSPENDED') -notcontains $state) {
        Stop-Dr $DrRefused "$Database is $($state): the principal is connected. Use failover there. Nothing was changed"
    }
    if (-not $Force -and (Test-DrPrincipal $Database)) {
        Stop-Dr $DrRefused "$($settings.partner) answers as principal of $($Database): stop it first. Nothing was changed"
    }
}

# Whether the partner answers, and says that it is principal.
function Test-DrPrincipal {
    param([string] $Database)
    try {
        $other = Open-DrSql $settings.instance $settings.partner 5
    } catch [System.Data.SqlClient.SqlException] {
        return $false
    }
    $rows = @(Get-DrDatabase $other $Database)
    $other.Dispose()
    $rows.Count -gt 0 -and $rows[0].mirroring_role_desc -eq 'PRINCIPAL'
}

function Invoke-DrForce {
    $started = Get-DrNow
    foreach ($database in $settings.databases) {
        Invoke-DrSql $connection "ALTER DATABASE $(Format-DrName $database) SET PARTNER FORCE_SERVICE_ALLOW_DATA_LOSS"
    }
    foreach ($database in $settings.databases) {
        for ($try = 1; $try -le 300; $try++) {
            $row = @(Get-DrDatabase $connection $database)[0]
            if ($row.state_desc -eq 'ONLINE' -and $row.mirroring_role_desc -eq 'PRINCIPAL') {
                break
            }
            Start-Sleep -Seconds 2
        }
        if ($row.state_desc -ne 'ONLINE') {
            throw "$database is $($row.state_desc) after ten minutes"
        }
    }
    $script:DrResult = @{ recovery_point = (Get-DrNow); ready_s = (Get-DrNow) - $started }
}
