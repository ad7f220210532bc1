# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary A value as JSON.
#
# @param value
#   Text, number, boolean, undef, or lists and maps of these.
# @return [String]
#   One line.
function dr::json(Variant[String, Integer, Boolean, Undef, Array, Hash] $value) >> String {
  case $value {
    String: {
      $escaped = $value
      .regsubst('[\\\\"]', '\\\\\0', 'G')
      .regsubst('\n', '\\n', 'G')
      "\"${escaped}\""
    }
    Undef: {
      'null'
    }
    Array: {
      $items = $value.map |$item| { dr::json($item) }
      "[${items.join(', ')}]"
    }
    Hash: {
      $entries = $value.map |$key, $item| { "${dr::json($key)}: ${dr::json($item)}" }
      "{${entries.join(', ')}}"
    }
    default: {
      String($value)
    }
  }
}
