import DroverSystem

/// The time zones that this machine knows.
enum TimeZones {
  private static let folder = "/usr/share/zoneinfo"

  /// Whether the name is in the time zone database. Where there is none, every name passes.
  static let exists: @Sendable (String) -> Bool = { name in
    guard (try? FileStat(folder)) != nil else { return true }
    return !name.contains("..") && (try? FileStat(folder + "/" + name))?.kind == .regular
  }
}
