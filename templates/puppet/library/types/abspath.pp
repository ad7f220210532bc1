# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Absolute POSIX path without blanks and shell metacharacters, for files of our own.
type Dr::Abspath = Pattern[/\A(\/(?!\.{1,2}(\/|\z))[A-Za-z0-9._+@][A-Za-z0-9._+@-]*)+\z/]
