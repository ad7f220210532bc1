# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary When a task starts: at an instant, and from then on after each so many seconds, whole days or at most 31 days in whole minutes.
type Dr::Windows::Start = Struct[{
  'first'     => Dr::Instant,
  'every_sec' => Integer[60, 31536000],
}]
