# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Absolute path of data to protect: anything but control characters, `.` and `..` components, and the root itself.
type Dr::Datapath = Pattern[/\A(\/(?!\.{1,2}(\/|\z))[^\/\x00-\x1f\x7f]+)+\z/]
