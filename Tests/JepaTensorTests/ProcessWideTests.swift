import Testing

/// Tests of what the whole process shares: the number of threads and the level
/// of the kernels. One after the other, since each changes it.
@Suite(.serialized) struct ProcessWideTests {}
