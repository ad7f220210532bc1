# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Text for a unit file: no specifiers, no line that goes on.
#
# @param text
#   One line of free text.
# @return [String]
#   The text with `%` and backslashes doubled.
function dr::unit_text(Dr::Text $text) >> String {
  $text.regsubst('%', '%%', 'G').regsubst('\\\\', '\\\\\\\\', 'G')
}
