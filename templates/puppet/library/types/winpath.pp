# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Path of Windows, on a drive or a share, with `/` between its parts: `D:/Data`, `//files/copies`. No part is `.` or `..`.
type Dr::Winpath = Pattern[/\A([A-Za-z]:|\/\/[A-Za-z0-9][A-Za-z0-9._-]*)(\/(?!\.{1,2}(\/|\z))[^\/\\\x00-\x1f\x7f<>:"|?*]+)+\z/]
