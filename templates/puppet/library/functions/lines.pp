# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A list as the text of a file, an entry a line.
#
# @param entries
#   What stands on the lines; nothing is an empty list.
# @return [String]
#   The text.
function dr::lines(Optional[Array[Dr::Text]] $entries) >> String {
  $entries.lest || { [] }.map |$entry| { "${entry}\n" }.join
}
