# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Quotes a command for ExecStart= so that systemd passes every argument on as it is.
#
# @param argv
#   Program and arguments.
# @return [String]
#   One line.
function dr::exec_line(Dr::Argv $argv) >> String {
  $argv.map |$word| {
    $escaped = $word
    .regsubst('[\\\\"]', '\\\\\\0', 'G')
    .regsubst('%', '%%', 'G')
    .regsubst('[$]', '$$', 'G')
    "\"${escaped}\""
  }.join(' ')
}
