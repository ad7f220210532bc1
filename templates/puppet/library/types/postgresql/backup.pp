# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary One scheduled kind of pgBackRest backup.
type Dr::Postgresql::Backup = Struct[{
  'type'                           => Enum['full', 'diff', 'incr'],
  'on_calendar'                    => Array[Dr::Calendar, 1],
  Optional['max_age_sec']          => Integer[1],
  Optional['warn_age_sec']         => Integer[1],
  Optional['randomized_delay_sec'] => Integer[0],
  Optional['triggers']             => Array[Dr::Name],
  Optional['subject']              => Dr::Subject,
}]
