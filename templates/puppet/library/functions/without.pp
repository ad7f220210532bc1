# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Refuses a job that asks for what whoever makes it cannot do.
#
# @param job
#   The job.
# @param foreign
#   What it cannot have.
# @param whose
#   Who makes it, for the message.
# @return [Undef]
#   Nothing.
function dr::without(Dr::Job $job, Array[String[1]] $foreign, String[1] $whose) >> Undef {
  $asked = $foreign.filter |$key| { $key in $job }
  unless $asked.empty {
    fail("${whose}: there is no ${asked.join(', ')} here")
  }
}
