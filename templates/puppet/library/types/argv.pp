# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# @summary Command as a list: an absolute program and its arguments, one line each; no shell reads it.
type Dr::Argv = Array[Dr::Text, 1]
