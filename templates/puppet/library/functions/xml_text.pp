# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Text inside of an element of XML.
#
# @param text
#   One line of free text.
# @return [String]
#   The text with what means something to XML written as entities.
function dr::xml_text(Dr::Text $text) >> String {
  $text.regsubst('&', '&amp;', 'G').regsubst('<', '&lt;', 'G').regsubst('>', '&gt;', 'G')
}
