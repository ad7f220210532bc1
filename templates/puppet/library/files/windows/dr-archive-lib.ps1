# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Writes, verifies and unpacks ZIP archives of folders; dot-sourced after dr-lib.ps1. It knows nothing of stores.
Add-Type -AssemblyName System.IO.Compression
Add-Type -AssemblyName System.IO.Compression.FileSystem

# Copies one stream to another and says how much it was, and its SHA-256.
function Copy-DrStream {
    param([IO.Stream] $From, $Into)
    $sha = [Security.Cryptography.SHA256]::Create()
    $buffer = New-Object byte[] 1048576
    $total = [long] 0
    while (($count = $From.Read($buffer, 0, $buffer.Length)) -gt 0) {
        $null = $sha.TransformBlock($buffer, 0, $count, $null, 0)
        if ($null -ne $Into) {
            $Into.Write($buffer, 0, $count)
        }
        $total += $count
    }
    $null = $sha.TransformFinalBlock($buffer, 0, 0)
    @{ bytes = $total; sha256 = [BitConverter]::ToString($sha.Hash).Replace('-', '') }
}

# Writes all files of a folder. What was read is what is noted, so a file that changes meanwhile is whole all the same.
function Write-DrArchive {
    param([string] $Folder, [string] $Path)
    $root = (Get-Item -LiteralPath $Folder).FullName.TrimEnd('\')
    $files = @{}
    $total = [long] 0
    $archive = [IO.Compression.ZipFile]::Open($Path, 'Create')
    try {
        foreach ($file in @(Get-ChildItem -LiteralPath $root -Recurse -Force -File | Sort-Object -Property FullName)) {
            $name = $file.FullName.Substring($root.Length + 1).Replace('\', '/')
            $entry = $archive.CreateEntry($name)
            $entry.LastWriteTime = $file.LastWriteTime
            $from = [IO.File]::Open($file.FullName, 'Open', 'Read', 'ReadWrite')
            $into = $entry.Open()
            try {
                $copied = Copy-DrStream $from $into
            } finally {
                $into.Dispose()
                $from.Dispose()
            }
            $files[$name] = $copied.sha256
            $total += $copied.bytes
        }
        # A product may want a folder to be there in which nothing is yet.
        foreach ($inner in @(Get-ChildItem -LiteralPath $root -Recurse -Force -Directory)) {
            if (@(Get-ChildItem -LiteralPath $inner.FullName -Force).Count -eq 0) {
                $null = $archive.CreateEntry($inner.FullName.Substring($root.Length + 1).Replace('\', '/') + '/')
            }
        }
    } finally {
        $archive.Dispose()
    }
    @{ files = $files; bytes = $total }
}

# What sha256sum reads too: a line for each file.
function Write-DrManifest {
    param([string] $Path, [hashtable] $Files)
    $lines = foreach ($name in @($Files.Keys | Sort-Object)) {
        "$($Files[$name]) *$name`n"
    }
    Write-DrText $Path ($lines -join '')
}

function Read-DrManifest {
    param([string] $Path)
    $files = @{}
    foreach ($line in [IO.File]::ReadAllLines($Path)) {
        $files[$line.Substring(66)] = $line.Substring(0, 64)
    }
    $files
}

# Reads an archive to its end. With a list of files it must hold exactly these; every entry must be as long as the
# archive says.
function Test-DrArchive {
    param([string] $Path, $Files)
    $archive = [IO.Compression.ZipFile]::OpenRead($Path)
    try {
        if ($archive.Entries.Count -eq 0) {
            throw "$Path is empty"
        }
        $found = @{}
        foreach ($entry in $archive.Entries) {
            if ($entry.Name -eq '') {
                continue
            }
            $from = $entry.Open()
            try {
                $read = Copy-DrStream $from $null
            } finally {
                $from.Dispose()
            }
            if ($read.bytes -ne $entry.Length) {
                throw "$($entry.FullName) in $Path is not complete"
            }
            $found[$entry.FullName] = $read.sha256
        }
    } finally {
        $archive.Dispose()
    }
    if ($null -ne $Files) {
        Compare-DrFiles $found $Files $Path
    }
}

# Every file that was noted is there, as it was noted, and no other.
function Compare-DrFiles {
    param([hashtable] $Found, [hashtable] $Files, [string] $Where)
    foreach ($name in $Files.Keys) {
        if ($Found[$name] -ne $Files[$name]) {
            throw "$name in $Where is not what was backed up"
        }
    }
    if ($Found.Count -ne $Files.Count) {
        throw "$Where holds $($Found.Count) files instead of $($Files.Count)"
    }
}

# Unpacks an archive into a new folder, and says how many bytes that are.
function Expand-DrArchive {
    param([string] $Path, [string] $Folder, $Files)
    $root = [IO.Directory]::CreateDirectory($Folder).FullName.TrimEnd('\')
    $found = @{}
    $total = [long] 0
    $archive = [IO.Compression.ZipFile]::OpenRead($Path)
    try {
        foreach ($entry in $archive.Entries) {
            $target = [IO.Path]::GetFullPath((Join-Path $root $entry.FullName))
            if (-not $target.StartsWith("$root\", [StringComparison]::OrdinalIgnoreCase)) {
                throw "$($entry.FullName) in $Path leads out of the folder"
            }
            if ($entry.Name -eq '') {
                [IO.Directory]::CreateDirectory($target) | Out-Null
                continue
            }
            [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($target)) | Out-Null
            $from = $entry.Open()
            $into = [IO.File]::Open($target, 'CreateNew', 'Write', 'None')
            try {
                $copied = Copy-DrStream $from $into
            } finally {
                $into.Dispose()
                $from.Dispose()
            }
            [IO.File]::SetLastWriteTime($target, $entry.LastWriteTime.DateTime)
            if ($copied.bytes -ne $entry.Length) {
                throw "$($entry.FullName) in $Path is not complete"
            }
            $found[$entry.FullName] = $copied.sha256
            $total += $copied.bytes
        }
    } finally {
        $archive.Dispose()
    }
    if ($found.Count -eq 0) {
        throw "$Path is empty"
    }
    if ($null -ne $Files) {
        Compare-DrFiles $found $Files $Path
    }
    $total
}

# Puts a new folder in the place of another, with its rights. When the second renaming fails the first is undone.
function Switch-DrFolder {
    param([string] $Folder, [string] $New)
    if (-not (Test-Path -LiteralPath $Folder)) {
        [IO.Directory]::Move($New, $Folder)
        return $null
    }
    $old = "$Folder.dr-old-$([IO.Path]::GetExtension($New).Replace('.dr-new-', ''))"
    $rights = New-Object Security.AccessControl.DirectorySecurity
    $rights.SetSecurityDescriptorSddlForm((Get-Acl -LiteralPath $Folder).GetSecurityDescriptorSddlForm('Access'), 'Access')
    [IO.Directory]::SetAccessControl($New, $rights)
    [IO.Directory]::Move($Folder, $old)
    try {
        [IO.Directory]::Move($New, $Folder)
    } catch {
        [IO.Directory]::Move($old, $Folder)
        throw
    }
    $old
}

function Remove-DrFolder {
    param([string] $Folder)
    if (Test-Path -LiteralPath $Folder) {
        Remove-Item -LiteralPath $Folder -Recurse -Force
    }
}
