# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary What is kept; the keys are those of restic's forget, with its meaning. At least one is required.
type Dr::Retention = Struct[{
  Optional['last']    => Integer[1],
  Optional['hourly']  => Integer[1],
  Optional['daily']   => Integer[1],
  Optional['weekly']  => Integer[1],
  Optional['monthly'] => Integer[1],
  Optional['yearly']  => Integer[1],
  Optional['within']  => Pattern[/\A(\d+[ymdh])+\z/],
}]
