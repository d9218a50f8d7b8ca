/// How long a file has to have been left alone before it is taken for whole. The kernel's own times are compared: the
/// inode's, which no program can set, with the clock that it comes from.
struct Calm {
  /// When the last events were taken in, in milliseconds since 1970. What happened since is not known yet.
  var seenUntil = WallClock.now()
  /// In milliseconds: longer where no event tells of a writer.
  var quiet: Int64 = Calm.withEvents

  static let withEvents: Int64 = 25
  static let withoutEvents: Int64 = 250
  /// For an empty file, which is one being written far more often than not.
  private static let empty: Int64 = 1000
  /// The inode's clock ticks coarsely; one that is ahead by more is another machine's.
  private static let ahead: Int64 = 20

  func isUnsettled(_ stat: FileStat) -> Bool {
    let changed = stat.changedNanoseconds / 1_000_000
    guard changed <= WallClock.now() + Calm.ahead else { return false }
    return changed > seenUntil - (stat.size == 0 ? max(Calm.empty, quiet) : quiet)
  }
}
